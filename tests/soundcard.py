"""A virtual sound card: a private PulseAudio server with one microphone and one loudspeaker.

Two null sinks stand for the two rooms a real card connects. What is played into ``room`` is what the
microphone hears; what the program plays to ``loudspeaker`` can be recorded from that sink's monitor. The
program under test opens both through PortAudio exactly as it would on a desktop, so the whole way of a
sample, callbacks and buffers included, is real.

The server has its own runtime folder and socket: it neither sees nor disturbs a sound server of the user.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray

RATE_HZ = 16_000
QUIET = 100
"""Loudest sample of what counts as silence."""
PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
NEEDED = "install pulseaudio, pulseaudio-utils, libasound2-plugins and libportaudio2"


def missing_programs() -> list[str]:
    """Programs of the virtual sound card that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class SoundCardError(Exception):
    """The virtual sound card could not be set up or driven."""


class Ear:
    """Records a sink's monitor in the background and knows when each piece arrived."""

    def __init__(self, source: str, environment: dict[str, str], rate_hz: int = RATE_HZ) -> None:
        self.rate_hz = rate_hz
        self._process = subprocess.Popen(
            ["parec", f"--device={source}", f"--rate={rate_hz}", "--channels=1", "--format=s16le", "--raw",
             "--latency-msec=10"],
            stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip
        self._pieces: list[bytes] = []
        self._samples = 0
        self._last_loud = -1
        self._began_at_s = float("inf")
        self._thread = threading.Thread(target=self._collect, name="ear", daemon=True)
        self._thread.start()
        self._wait_for_first_piece()

    def _wait_for_first_piece(self) -> None:
        deadline = time.monotonic() + 10
        while not self._pieces:
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.stop()
                raise SoundCardError("parec hears nothing")
            time.sleep(0.01)

    def _collect(self) -> None:
        assert self._process.stdout is not None
        while piece := os.read(self._process.stdout.fileno(), 4096):
            self._began_at_s = min(self._began_at_s, time.monotonic() - self._samples / self.rate_hz)
            pcm = np.frombuffer(piece[: len(piece) & ~1], dtype="<i2")
            loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > QUIET)
            if loud.size:
                self._last_loud = self._samples + int(loud[-1])
            self._pieces.append(piece)
            self._samples += len(piece) // 2

    def samples(self) -> NDArray[np.int16]:
        """Everything heard so far, int16."""
        data = b"".join(self._pieces)
        return np.frombuffer(data[: len(data) & ~1], dtype=np.int16)

    @property
    def began_at_s(self) -> float:
        """time.monotonic() of sample 0, from the pieces that arrived with the least delay."""
        return self._began_at_s

    def last_sound_at_s(self) -> float:
        """time.monotonic() at which the latest sample louder than `QUIET` was played; 0.0 if none."""
        # Noted as it comes: asked every 20 ms, a search through half an hour of sound keeps a core busy.
        return self.began_at_s + self._last_loud / self.rate_hz if self._last_loud >= 0 else 0.0

    def first_sound_at_s(self, threshold: int = QUIET, after_s: float = 0.0) -> float:
        """time.monotonic() of the first sample louder than `threshold` after `after_s`; 0.0 if none."""
        began = self.began_at_s
        first = max(0, int((after_s - began) * self.rate_hz))
        loud = np.flatnonzero(np.abs(self.samples()[first:].astype(np.int32)) > threshold)
        return began + float(first + loud[0]) / self.rate_hz if loud.size else 0.0

    def save(self, path: Path) -> None:
        """Write what was heard as a WAV file."""
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(self.rate_hz)
            out.writeframes(self.samples().tobytes())

    def stop(self) -> NDArray[np.int16]:
        """Stop recording and return everything heard; may be called twice."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(timeout=10)
        self._thread.join(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return self.samples()


class VirtualSoundCard:
    """Context manager around the private server. `environment` is for the processes that are to use it."""

    microphone = "candidate_microphone"
    room = "room"
    loudspeaker = "loudspeaker"

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self._folder: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._saved: dict[str, str | None] = {}
        self._modules: dict[str, int] = {}
        self._children: list[subprocess.Popen[bytes]] = []
        self._ears: list[Ear] = []
        self._awake: Ear | None = None

    def __enter__(self) -> Self:
        if missing := missing_programs():
            raise SoundCardError(f"no {', '.join(missing)}: {NEEDED}")
        self.environment = dict(os.environ)
        # A short path: the name of a unix socket may have 107 bytes at most.
        self._folder = Path(tempfile.mkdtemp(prefix="vsc-"))
        self._folder.chmod(0o700)
        self._set_environment(self._folder)
        try:
            self._start_server(self._folder)
            self.plug_card()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for ear in self._ears:
            ear.stop()
        for child in self._children:
            if child.poll() is None:
                child.kill()
            child.wait(timeout=10)
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()
            try:
                self._server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait(timeout=5)
        for name, value in self._saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _set_environment(self, folder: Path) -> None:
        """Point this process and its children at the private server."""
        state = folder / "state"
        state.mkdir(mode=0o700)
        # Named ALSA devices beside the default one, so that devices can be chosen by name.
        named = "".join(
            f'pcm.{name} {{ type pulse device "{name}" hint {{ show on description "{name}" }} }}\n'
            for name in (self.microphone, self.loudspeaker)
        )
        alsa = folder / "alsa.conf"
        alsa.write_text("</usr/share/alsa/alsa.conf>\n" + named)
        for name, value in {
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_STATE_PATH": str(state),
            "PULSE_SERVER": f"unix:{folder}/native",
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": str(alsa),
        }.items():
            self._saved[name] = os.environ.get(name)
            os.environ[name] = value
            self.environment[name] = value

    def _start_server(self, folder: Path) -> None:
        script = folder / "server.pa"
        script.write_text(
            f"load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native\n"
        )
        log = (folder / "server.log").open("wb")
        self._server = subprocess.Popen(
            ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--exit-idle-time=-1",
             "--disable-shm=yes", "--use-pid-file=no"],
            env=self.environment, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        deadline = time.monotonic() + 15
        while not (folder / "native").exists() or self._pactl("info", check=False) is None:
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise SoundCardError(
                    "pulseaudio did not start: " + (folder / "server.log").read_text()[-500:]
                )
            time.sleep(0.05)

    def _pactl(self, *arguments: str, check: bool = True) -> str | None:
        done = subprocess.run(
            ["pactl", *arguments], env=self.environment, capture_output=True, text=True, timeout=20
        )
        if done.returncode == 0:
            return done.stdout.strip()
        if check:
            raise SoundCardError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return None

    def _load(self, key: str, *arguments: str) -> None:
        self._modules[key] = int(self._pactl("load-module", *arguments) or 0)

    def _unload(self, key: str) -> None:
        self._pactl("unload-module", str(self._modules.pop(key)))

    def recording(self) -> set[int]:
        """Ids of the processes that record from a device of this card; its own ears are among them."""
        listed = self._pactl("list", "source-outputs", check=False) or ""
        return {int(pid) for pid in re.findall(r'application\.process\.id = "(\d+)"', listed)}

    # -- the devices ------------------------------------------------------------------------------

    def plug_microphone(self) -> None:
        """The microphone appears and becomes the default."""
        self._load("microphone", "module-remap-source", f"master={self.room}.monitor",
                   f"source_name={self.microphone}",
                   "source_properties=device.description=microphone")  # fmt: skip
        self._pactl("set-default-source", self.microphone)

    def unplug_microphone(self) -> None:
        """The microphone goes away; the server moves who records from it to whatever else it has."""
        self._unload("microphone")

    def plug_loudspeaker(self) -> None:
        """The loudspeaker appears and becomes the default."""
        self._load("loudspeaker", "module-null-sink", f"sink_name={self.loudspeaker}",
                   "rate=48000", "channels=2",
                   "sink_properties=device.description=loudspeaker")  # fmt: skip
        self._pactl("set-default-sink", self.loudspeaker)

    def unplug_loudspeaker(self) -> None:
        """The loudspeaker goes away; the server moves who plays on it to whatever else it has."""
        self._unload("loudspeaker")

    def unplug_card(self) -> None:
        """Everything goes away: the server has nowhere to move a stream to, so all streams die."""
        if self._awake is not None:
            self._awake.stop()
        for key in reversed(list(self._modules)):  # what rests on another goes first
            self._unload(key)

    def plug_card(self) -> None:
        """Loudspeaker, room and microphone appear."""
        self.plug_loudspeaker()
        self._load("room", "module-null-sink", f"sink_name={self.room}", f"rate={RATE_HZ}", "channels=1",
                   "format=s16le", "sink_properties=device.description=room")  # fmt: skip
        self.plug_microphone()
        # A null sink that nobody listens to dozes: it makes its silence two seconds at a time, and whoever
        # opens it waits for that. No real microphone does so; somebody who always listens prevents it.
        self._awake = self.listen(self.room)

    def plug_headset(self, rate_hz: int = 8_000) -> None:
        """A headset appears in the telephone profile, one narrow channel, and becomes the default."""
        self._load("headset", "module-null-sink", "sink_name=headset_room", f"rate={rate_hz}", "channels=1",
                   "format=s16le", "sink_properties=device.description=headset_room")  # fmt: skip
        self._load("headset_microphone", "module-remap-source", "master=headset_room.monitor",
                   "source_name=headset", f"rate={rate_hz}", "channels=1",
                   "source_properties=device.description=headset")  # fmt: skip
        self._pactl("set-default-source", "headset")
        self._pactl("set-default-sink", "headset_room")
        self.listen("headset_room")  # keeps it from dozing, as above

    def add_echo(self, *, delay_ms: int, attenuation_db: float) -> None:
        """Let the loudspeaker be heard by the microphone, as without headphones.

        The delay is a request: the server adds the buffers of its own loop (some 10 ms).
        """
        self._load("echo", "module-loopback", f"source={self.loudspeaker}.monitor", f"sink={self.room}",
                   f"latency_msec={delay_ms}", "adjust_time=0",
                   "source_dont_move=1", "sink_dont_move=1")  # fmt: skip
        # A percentage is cubic in PulseAudio; decibels are not.
        self._pactl("set-sink-input-volume", self._sink_input_of("echo"), f"{-attenuation_db:.1f}dB")

    def _sink_input_of(self, key: str) -> str:
        """Number of the stream that a module plays."""
        for entry in (self._pactl("list", "sink-inputs") or "").split("Sink Input #")[1:]:
            if f"Owner Module: {self._modules[key]}\n" in entry:
                return entry.split()[0]
        raise SoundCardError(f"the module {key} plays nothing")

    def remove_echo(self) -> None:
        """The candidate puts headphones on."""
        self._unload("echo")

    def freeze(self) -> None:
        """The whole sound server hangs: no callback comes, no error either."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """The sound server goes on."""
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    # -- the candidate's mouth and ear ------------------------------------------------------------

    def speak(self, path: Path, room: str = room) -> subprocess.Popen[bytes]:
        """Play a sound file into the room at a microphone; returns at once, `wait()` for the end."""
        child = subprocess.Popen(
            ["paplay", f"--device={room}", "--latency-msec=400", str(path)], env=self.environment
        )
        self._children.append(child)
        return child

    def listen(self, sink: str = loudspeaker, rate_hz: int = RATE_HZ) -> Ear:
        """Begin to record what the loudspeaker plays, or what is said in the room."""
        ear = Ear(f"{sink}.monitor", self.environment, rate_hz)
        self._ears.append(ear)
        return ear


@pytest.fixture
def sound_card() -> Iterator[VirtualSoundCard]:
    """A running virtual sound card, which PortAudio in this process sees. Skips when it cannot be had."""
    if missing := missing_programs():
        pytest.skip(f"NO VIRTUAL SOUND CARD, real audio is NOT tested: no {', '.join(missing)}; {NEEDED}")
    from voice_interviewer.adapters import portaudio

    with VirtualSoundCard() as card:
        portaudio.refresh()
        if not any(device.name == "pulse" for device in portaudio.devices("input")):
            pytest.skip(f"NO VIRTUAL SOUND CARD, PortAudio does not see PulseAudio; {NEEDED}")
        yield card
