"""A robot candidate on the virtual sound card: speaks answers with known times, hears what comes back.

It drives any program that talks through the default microphone and loudspeaker. What it writes down are two
recordings, of the room and of the loudspeaker, on one clock, and what it tried to say when; every figure is
computed from these afterwards.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from turn_figures import locate

from tests.soundcard import RATE_HZ, Ear, VirtualSoundCard
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.resample import Resampler

Pcm = NDArray[np.int16]
SPEECH_LEVEL = 0.08
"""RMS of the robot's speech, of full scale: -22 dBFS, somebody near a headset."""


@dataclass(frozen=True)
class Piece:
    """A stretch the robot speaks without stopping; times are seconds from the start of its sound."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Answer:
    """Something to say, with the truth about it."""

    id: str
    pcm: Pcm
    pieces: tuple[Piece, ...]

    @property
    def pauses_s(self) -> list[float]:
        """Silences between the pieces."""
        return [b.start_s - a.end_s for a, b in itertools.pairwise(self.pieces)]


@dataclass
class Said:
    """What the robot did; `stopped` when it gave up because it was interrupted."""

    kind: str
    answer: Answer
    at_s: float
    """time.monotonic() when the player was started; the room's recording tells exactly."""
    stopped: bool = False
    note: str = ""


@dataclass
class Usage:
    """Processor and memory of the program under test over time, as long as it listens: not loading at the
    start, nor what it makes of the recording afterwards.
    """

    at_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)


class Mouth:
    """Makes the robot's sounds."""

    def __init__(self, voice: PiperVoice) -> None:
        self._voice = voice

    def phrase(self, text: str) -> Pcm:
        """A phrase at 16 kHz without silence at its ends."""
        # A comma keeps the voice from falling where the sentence is to go on.
        whole = text if text.rstrip().endswith((".", "?", "!", ",")) else text.rstrip() + ","
        chunks = [chunk.pcm for chunk in self._voice.synthesise(whole)]
        resampler = Resampler(self._voice.sample_rate_hz, RATE_HZ)
        pcm = np.concatenate([resampler.feed(np.concatenate(chunks)), resampler.flush()])
        return _levelled(_trimmed(pcm))

    def answer(self, name: str, text: str, pauses_s: list[float]) -> Answer:
        """Phrases between '|', with these pauses in their place."""
        phrases = [part.strip() for part in text.split("|")]
        sound: list[Pcm] = []
        pieces: list[Piece] = []
        at = 0
        for index, phrase in enumerate(phrases):
            pcm = self.phrase(phrase)
            pieces.append(Piece(phrase, at / RATE_HZ, (at + pcm.size) / RATE_HZ))
            sound.append(pcm)
            at += pcm.size
            if index < len(phrases) - 1:
                gap = round(pauses_s[index] * RATE_HZ)
                sound.append(np.zeros(gap, dtype=np.int16))
                at += gap
        return Answer(name, np.concatenate(sound), tuple(pieces))


def _trimmed(pcm: Pcm) -> Pcm:
    """Without what is 40 dB below the peak at either end."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > np.abs(pcm.astype(np.int32)).max() / 100)
    return pcm[loud[0] : loud[-1] + 1]


def _levelled(pcm: Pcm) -> Pcm:
    rms = float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))
    turned: Pcm = np.clip(pcm * (SPEECH_LEVEL * 32768 / max(rms, 1.0)), -32000, 32000).astype(np.int16)
    return turned


_PAUSE = re.compile(r"\[(?!end)[^]]*\]")


def answer_texts(path: Path) -> Iterator[str]:
    """The answers of a file like tests/data/turns.txt, their pauses marked by '|'."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            text = _PAUSE.sub("|", line.partition(":")[2])
            yield re.sub(r"\[end[^]]*\]", "", text).strip()


def interview(path: Path) -> tuple[str, list[str]]:
    """A file like those in tests/data/spoken: the question's id, and the answers in their order, pauses
    marked by '|'.
    """
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    if not told or not told[0].startswith("? "):
        raise ValueError(f"{path}: the first line is to be '? ' and the id of a question")
    return told[0][2:].strip(), told[1:]


def drawn_pauses(
    rng: random.Random, count: int, shortest_s: float = 0.3, longest_s: float = 5.0
) -> list[float]:
    """Thinking pauses, evenly on a logarithmic scale: as many from 0.3 to 1.2 s as from 1.2 to 5 s."""
    return [shortest_s * (longest_s / shortest_s) ** rng.random() for _ in range(count)]


class Robot:
    """Runs the program under test and talks to it."""

    def __init__(self, card: VirtualSoundCard, folder: Path, command: list[str]) -> None:
        self.card = card
        self.folder = folder
        self.room: Ear = card.listen(card.room)
        self.loud: Ear = card.listen(card.loudspeaker)
        self.said: list[Said] = []
        self.usage = Usage()
        self.started_at_s = time.monotonic()
        log = (folder / "program.log").open("wb")
        self.program = subprocess.Popen(
            command, env=card.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        log.close()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="usage", daemon=True)
        self._watcher.start()

    def running(self) -> bool:
        """Whether the program under test still runs."""
        return self.program.poll() is None

    # -- hearing -----------------------------------------------------------------------------------

    def last_sound_s(self) -> float:
        """time.monotonic() of the loudspeaker's last sound, 0.0 before any."""
        return self.loud.last_sound_at_s()

    def wait_for_prompt(self, after_s: float, limit_s: float) -> bool:
        """Until the loudspeaker has begun to speak after that time."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline and self.running():
            if self.last_sound_s() > after_s:
                return True
            time.sleep(0.02)
        return False

    def wait_for_silence(self, quiet_s: float, limit_s: float = 60.0) -> bool:
        """Until the loudspeaker has been quiet for so long."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline and self.running():
            if time.monotonic() - max(self.last_sound_s(), self.started_at_s) > quiet_s:
                return True
            time.sleep(0.02)
        return False

    # -- speaking ----------------------------------------------------------------------------------

    def say(self, answer: Answer, kind: str, *, polite: bool) -> Said:
        """Speak; a polite robot falls silent half a second after it is interrupted."""
        path = self.folder / f"said-{len(self.said):03}.wav"
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE_HZ)
            out.writeframes(answer.pcm.tobytes())
        said = Said(kind, answer, time.monotonic())
        self.said.append(said)
        player = self.card.speak(path)
        while player.poll() is None:
            if polite and self.last_sound_s() > said.at_s + 0.3:
                time.sleep(0.5)
                player.kill()
                said.stopped = True
            time.sleep(0.02)
        player.wait()
        return said

    def stop(self) -> None:
        """Ask the program to end, then make it; keep both recordings."""
        if self.running():
            self.program.send_signal(2)
            try:
                self.program.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.program.kill()
                self.program.wait()
        self._ended.set()
        self._watcher.join()
        self.room.save(self.folder / "room.wav")
        self.loud.save(self.folder / "loudspeaker.wav")

    def _watch(self) -> None:
        """Processor and memory of the program and its children, from /proc, while it records."""
        ticks = os.sysconf("SC_CLK_TCK")
        while not self._ended.wait(0.5):
            cpu_s, rss_mb = 0.0, 0.0
            family = _family(self.program.pid)
            if self.card.recording().isdisjoint(family):
                continue
            for pid in family:
                try:
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                cpu_s += (int(fields[11]) + int(fields[12])) / ticks
                rss_mb += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
            self.usage.at_s.append(time.monotonic())
            self.usage.cpu_s.append(cpu_s)
            self.usage.rss_mb.append(rss_mb)


def place(robot: Robot, said: Said, room: Pcm) -> tuple[float, float]:
    """Where the robot's sound really lies in the room's recording, seconds, and how well it fits."""
    first = said.answer.pcm[: round(min(2.0, said.answer.pieces[0].end_s) * RATE_HZ)]
    return locate(first, room, said.at_s - robot.room.began_at_s)


def _family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found
