"""A real loudspeaker, through PortAudio. What takes its place without one is in `silent_playback`.

Slices wait in a queue of our own, which `abort` empties and `duck` holds at once; the device's buffer behind
it is kept so small that the loudspeaker is silent within a tenth of a second.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice_interviewer.adapters import portaudio
from voice_interviewer.adapters.portaudio import Device
from voice_interviewer.adapters.resample import Resampler
from voice_interviewer.core.errors import DeviceError
from voice_interviewer.ports import Pcm16

QUEUED_S = 0.2
"""Sound waiting for the callback at most: the writer may be held up that long without a crackle."""
CALLBACK_S = 0.01
DEVICE_LATENCY_S = 0.045
"""Asked of PortAudio. With both cores busy, 0.03 ran dry all the time; more would delay a barge-in."""
STUCK_S = 2.0
"""The callback took nothing for this long: the loudspeaker is gone."""
HELD_LIMIT_S = 8.0
"""Nobody ducks for so long on purpose: then the sound goes on by itself."""
_POLL_S = 0.004
_FADE_S = 0.005
"""Sound that stops in its middle ends in a ramp this short instead of a click."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of sound on its way out of the loudspeaker."""

    at_s: float
    """time.monotonic() at which its first sample is heard."""
    pcm: Pcm16
    sample_rate_hz: int


Tap = queue.SimpleQueue[Heard]
"""Receives what is really heard, for the session's recording and for echo cancellation."""


class _OutputStream:
    """One open PortAudio output and the slices its callback plays; zeros while there are none.

    It runs on between prompts: opening a stream takes long, a running one answers at once. Slices belong to a
    run; aborting makes the run stale, and the callback, the only consumer, throws stale slices away.
    """

    def __init__(self, device: Device, sample_rate_hz: int) -> None:
        self.rate_hz, self.channels = _format(device, sample_rate_hz)
        self.finished = threading.Event()
        self.underflows = 0
        self.tap: Tap | None = None
        self.written = 0  # samples, counted by the writer
        self.consumed = 0  # samples, counted by the callback, stale ones included
        self.run = 0
        self.valid_from = 0
        self.ended = False
        self.held = False
        self.heard: dict[int, tuple[float, int]] = {}  # run -> (first heard at, samples heard)
        self._slices: deque[tuple[int, Pcm16]] = deque()
        self._last = np.zeros(0, dtype=np.int16)
        self._closed = False
        module = portaudio.sounddevice()
        try:
            self._raw: Any = portaudio.bounded(
                lambda: module.RawOutputStream(
                    samplerate=self.rate_hz,
                    blocksize=round(self.rate_hz * CALLBACK_S),
                    device=device.index,
                    channels=self.channels,
                    dtype="int16",
                    latency=DEVICE_LATENCY_S,
                    callback=self._on_block,
                    finished_callback=self.finished.set,
                )
            )
            self.latency_s = float(self._raw.latency)
            portaudio.bounded(self._raw.start)
        except (module.PortAudioError, ValueError) as error:
            raise DeviceError(
                f"the loudspeaker {device.name!r} cannot be opened: {portaudio.explain(error)}",
                hint="is it in use by another program? See `voice-interviewer devices`",
            ) from error

    def put(self, pcm: Pcm16) -> None:
        """Queue a slice at the stream's rate; begins a new run when the one before has ended."""
        if self.ended:
            self.ended = False
            self.heard.pop(self.run - 8, None)
            self.run += 1
        self.written += pcm.size
        self._slices.append((self.run, pcm))

    @property
    def queued_s(self) -> float:
        """Sound that the callback has not taken yet."""
        return (self.written - self.consumed) / self.rate_hz

    def _on_block(self, out: Any, frames: int, _times: Any, status: Any) -> None:
        # PortAudio's own thread: no lock that could block, no printing.
        if status.output_underflow:
            self.underflows += 1
        block = self._take(frames)
        if self.channels > 1:
            block = np.repeat(block, self.channels)
        out[:] = block.tobytes()

    def _take(self, frames: int) -> Pcm16:
        block = np.zeros(frames, dtype=np.int16)
        filled = 0
        while filled < frames and self._slices and not self.held:
            run, pcm = self._slices.popleft()
            if run < self.valid_from:
                self.consumed += pcm.size
                continue
            if pcm.size > frames - filled:
                self._slices.appendleft((run, pcm[frames - filled :]))
                pcm = pcm[: frames - filled]
            block[filled : filled + pcm.size] = pcm
            self._note(run, pcm, filled)
            filled += pcm.size
            self.consumed += pcm.size
        if filled == 0 and self._last.size:
            self._fade(block)
        self._last = block[-1:] if filled else self._last[:0]
        return block

    def _fade(self, block: Pcm16) -> None:
        count = min(block.size, round(_FADE_S * self.rate_hz))
        block[:count] = (float(self._last[0]) * np.linspace(1.0, 0.0, count)).astype(np.int16)

    def _note(self, run: int, pcm: Pcm16, offset: int) -> None:
        at_s = time.monotonic() + self.latency_s + offset / self.rate_hz
        first_at_s, samples = self.heard.get(run, (at_s, 0))
        self.heard[run] = (first_at_s, samples + pcm.size)
        if self.tap is not None:
            self.tap.put(Heard(at_s, pcm, self.rate_hz))

    def end_run(self, *, abort: bool) -> None:
        """What is put from now on is a new run; what is queued is dropped when aborting."""
        if abort:
            self.valid_from = self.run + 1
            self.held = False
        self.ended = True

    def close_now(self) -> None:
        """Close in this thread, which holds PortAudio's lock. Never raises."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(Exception):
                self._raw.abort()
            with contextlib.suppress(Exception):
                self._raw.close()

    def close(self) -> None:
        """Never raises, never hangs."""
        with contextlib.suppress(DeviceError):
            portaudio.bounded(self.close_now, timeout_s=3.0)


def _format(device: Device, sample_rate_hz: int) -> tuple[int, int]:
    """Rate and channels to open with: the voice's rate if the device can, else what it prefers."""
    module = portaudio.sounddevice()

    def works(rate_hz: int, channels: int) -> bool:
        try:
            module.check_output_settings(
                device=device.index, samplerate=rate_hz, channels=channels, dtype="int16"
            )
        except (module.PortAudioError, ValueError):
            return False
        return True

    def search() -> tuple[int, int]:
        for rate_hz in dict.fromkeys((sample_rate_hz, device.default_rate_hz, 48_000, 44_100)):
            for channels in sorted({1, min(2, device.output_channels), device.output_channels}):
                if works(rate_hz, channels):
                    return rate_hz, channels
        return device.default_rate_hz, max(1, device.output_channels)

    return portaudio.bounded(search)


class SoundDevicePlayback:
    """The `Playback` of a real loudspeaker.

    `write`, `drain`, `start` and `stop` belong to one thread; `abort` may come from any.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or "default loudspeaker"
        self._tap: Tap | None = None
        self._wanted = name
        self._rate_hz = 0
        self._stream: _OutputStream | None = None
        self._resampler = Resampler(1, 1)
        self._suspended = False

    def start(self, sample_rate_hz: int) -> None:
        """Open for sound of that rate. Raises DeviceError."""
        self._rate_hz = sample_rate_hz
        self._open(self._wanted)
        portaudio.register(self)

    def _open(self, name: str | None) -> None:
        device = portaudio.find("output", name)
        stream = _OutputStream(device, self._rate_hz)
        stream.tap = self._tap
        self._resampler = Resampler(self._rate_hz, stream.rate_hz)
        self._stream = stream
        self._suspended = False
        self.name = device.name

    @property
    def tap(self) -> Tap | None:
        """Receives what is heard from now on, also after the device was opened again."""
        return self._tap

    @tap.setter
    def tap(self, tap: Tap | None) -> None:
        self._tap = tap
        if self._stream is not None:
            self._stream.tap = tap

    @property
    def started_at_s(self) -> float | None:
        """time.monotonic() at which the first sample of the current or last run is heard, None before.

        A run goes from the first `write` after a `drain` or an `abort` to the next of these.
        """
        stream = self._stream
        heard = stream.heard.get(stream.run) if stream else None
        return heard[0] if heard else None

    @property
    def heard_s(self) -> float:
        """Seconds of sound of the current or last run that went to the device."""
        stream = self._stream
        heard = stream.heard.get(stream.run) if stream else None
        return heard[1] / stream.rate_hz if stream and heard else 0.0

    @property
    def underflows(self) -> int:
        """Times the device ran dry because the computer was too busy."""
        return self._stream.underflows if self._stream else 0

    def write(self, pcm: Pcm16) -> None:
        """Play one slice, shape (samples,), waiting until there is room for the next.

        Returns early, dropping the slice, when `abort` is called meanwhile. Raises DeviceError when the
        loudspeaker is lost; `reopen` then.
        """
        if self._suspended:
            self.reopen()
        stream = self._live()
        if stream.ended:
            self._resampler.flush()
        stream.put(self._resampler.feed(pcm))
        self._wait(stream, stream.run, QUEUED_S)

    def drain(self) -> None:
        """Block until what was written has been heard, or is aborted. Raises DeviceError."""
        stream = self._live()
        if stream.ended:
            return
        stream.put(self._resampler.flush())
        self._wait(stream, stream.run, 0.0)
        if not stream.ended:
            time.sleep(stream.latency_s)
            stream.end_run(abort=False)

    def abort(self) -> None:
        """Silence now; what was written and not heard is dropped. Harmless when nothing plays."""
        stream = self._stream
        if stream is not None:
            stream.end_run(abort=True)

    def duck(self) -> None:
        """Hold the sound, keeping what is queued; `write` and `drain` wait meanwhile."""
        stream = self._stream
        if stream is not None:
            stream.held = True

    def unduck(self) -> None:
        """Go on where `duck` held."""
        stream = self._stream
        if stream is not None:
            stream.held = False

    def stop(self) -> None:
        """Close; never raises."""
        portaudio.unregister(self)
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def reopen(self) -> None:
        """Open the lost loudspeaker again, or the default one if it stays away. Raises DeviceError."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
        try:
            self._open(self._wanted)
        except DeviceError:
            portaudio.refresh()
            try:
                self._open(self._wanted)
            except DeviceError:
                self._open(None)
        portaudio.register(self)

    def suspend(self) -> None:
        """Close because the list of devices is renewed; the next `write` opens again."""
        stream = self._stream
        if stream is not None:
            self._suspended = True
            stream.close_now()

    def _live(self) -> _OutputStream:
        stream = self._stream
        if stream is None:
            raise DeviceError(f"the loudspeaker {self.name!r} is not open")
        return stream

    def _wait(self, stream: _OutputStream, run: int, until_queued_s: float) -> None:
        """Until no more than that is queued, or the run is over."""
        consumed, since_s = stream.consumed, time.monotonic()
        held_until_s = since_s + HELD_LIMIT_S
        while stream.queued_s > until_queued_s and run >= stream.valid_from:
            if self._suspended:
                return
            if stream.finished.is_set():
                raise DeviceError(f"the loudspeaker {self.name!r} is lost: the device was disconnected")
            if not stream.held:
                held_until_s = time.monotonic() + HELD_LIMIT_S
            elif time.monotonic() > held_until_s:
                stream.held = False
            if stream.consumed != consumed or stream.held:
                consumed, since_s = stream.consumed, time.monotonic()
            elif time.monotonic() - since_s > STUCK_S:
                raise DeviceError(f"the loudspeaker {self.name!r} is lost: the device takes no sound")
            time.sleep(_POLL_S)
