"""A real microphone, through PortAudio: the callback copies and leaves, everything else happens in `read`."""

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
from voice_interviewer.adapters.sample_clock import STEP_BLOCKS, FrameAssembler, SampleClock
from voice_interviewer.core.errors import DeviceError
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import FRAME_MS, SAMPLE_RATE_HZ, Pcm16

START_TIMEOUT_S = 6.0
"""Sound servers took up to two seconds from start to the first block."""
SILENT_CALLBACK_S = 1.0
"""No block for this long while somebody waited for one: the device is gone."""
QUEUE_S = 10.0
"""How long the listener may be held up before blocks are dropped."""
_SLICE_S = 0.1


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the timeline that holds no recorded sound, filled with zeros."""

    start_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Block:
    """What the callback hands over."""

    data: bytes
    frames: int
    arrived_s: float
    """time.monotonic()."""
    dropped_before: int
    """Samples dropped since the block before, because the queue was full."""


class _Stream:
    """One open PortAudio stream and the queue its callback fills."""

    def __init__(self, device: Device, block_ms: int) -> None:
        self.device = device
        self.rate_hz, self.channels = _format(device)
        self.blocks: queue.SimpleQueue[_Block] = queue.SimpleQueue()
        self.dropped_blocks = 0
        self.finished = threading.Event()
        self._dropped_samples = 0
        self._limit = max(8, round(QUEUE_S * 1000 / block_ms))
        self._closed = False
        module = portaudio.sounddevice()
        try:
            self._raw: Any = portaudio.bounded(
                lambda: module.RawInputStream(
                    samplerate=self.rate_hz,
                    blocksize=self.rate_hz * block_ms // 1000,
                    device=device.index,
                    channels=self.channels,
                    dtype="int16",
                    latency="high",
                    callback=self._on_block,
                    finished_callback=self.finished.set,
                )
            )
            portaudio.bounded(self._raw.start)
        except (module.PortAudioError, ValueError) as error:
            raise DeviceError(
                f"the microphone {device.name!r} cannot be opened: {portaudio.explain(error)}",
                hint="is it in use by another program? See `voice-interviewer devices`",
            ) from error

    def _on_block(self, data: Any, frames: int, _times: Any, status: Any) -> None:
        # PortAudio's own thread: no lock that could block, no work, no printing.
        if status.input_overflow:
            self.dropped_blocks += 1  # how much is missing, the sample clock finds out
        if self.blocks.qsize() >= self._limit:
            self.dropped_blocks += 1
            self._dropped_samples += frames
            return
        self.blocks.put(_Block(bytes(data), frames, time.monotonic(), self._dropped_samples))
        self._dropped_samples = 0

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

    def mono(self, block: _Block) -> Pcm16:
        """The block's samples, channels averaged, shape (frames,)."""
        pcm = np.frombuffer(block.data, dtype=np.int16)
        if self.channels == 1:
            return pcm
        mixed: Pcm16 = pcm.reshape(-1, self.channels).mean(axis=1).astype(np.int16)
        return mixed


def _format(device: Device) -> tuple[int, int]:
    """Rate and channels to open with: 16 kHz mono if the device can, else what it prefers."""
    module = portaudio.sounddevice()

    def works(rate_hz: int, channels: int) -> bool:
        try:
            module.check_input_settings(
                device=device.index, samplerate=rate_hz, channels=channels, dtype="int16"
            )
        except (module.PortAudioError, ValueError):
            return False
        return True

    def search() -> tuple[int, int]:
        channel_counts = sorted({1, min(2, device.input_channels), device.input_channels})
        for rate_hz in dict.fromkeys((SAMPLE_RATE_HZ, device.default_rate_hz, 48_000, 44_100)):
            for channels in channel_counts:
                if works(rate_hz, channels):
                    return rate_hz, channels
        return device.default_rate_hz, max(1, device.input_channels)

    return portaudio.bounded(search)


class SoundDeviceMicrophone:
    """The `Microphone` of a real device.

    Frames form one timeline without holes: what was lost (dropped blocks, a device unplugged and plugged in
    again) comes as frames of zeros, as long as it really took, and is listed in `gaps`.
    """

    def __init__(self, name: str | None = None, block_ms: int = FRAME_MS) -> None:
        self.name = name or "default microphone"
        self.gaps: list[Gap] = []
        self._wanted = name
        self._block_ms = block_ms
        self._stream: _Stream | None = None
        self._resampler = Resampler(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._clock = SampleClock()
        self._frames = FrameAssembler()
        self._backlog: deque[_Block] = deque()
        self._dropped_earlier = 0
        self._waited_s = 0.0
        self._lost_reason = ""
        self._suspended = False
        self._stopped = threading.Event()

    @property
    def dropped_blocks(self) -> int:
        """Blocks lost since the start, by a full queue or by PortAudio's own overflow."""
        stream = self._stream
        return self._dropped_earlier + (stream.dropped_blocks if stream else 0)

    @property
    def epoch_s(self) -> float:
        """time.monotonic() at which sample 0 was recorded, as well as it is known; inf before the start."""
        return self._clock.epoch_s

    def start(self) -> None:
        """Open; returns when the first block is on its way. Raises DeviceError."""
        self._stopped.clear()
        self._open(self._wanted)
        portaudio.register(self)
        self._await_blocks(1)

    def stop(self) -> None:
        """Close; never raises. A `read` that waits ends with EOFError."""
        self._stopped.set()
        portaudio.unregister(self)
        self._close()

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame, None when none came in time.

        Raises EOFError after `stop`, DeviceError when the device is lost: `reopen` then.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            frame = self._frames.next()
            if frame is not None:
                return frame
            if self._suspended and not self._stopped.is_set():
                self.reopen()
                continue
            wait_s = min(_SLICE_S, deadline_s - time.monotonic())
            block = self._next_block(max(0.0, wait_s))
            if block is not None:
                self._take(block)
            elif time.monotonic() >= deadline_s:
                return None

    def reopen(self) -> None:
        """Open the lost device again, or the default one if it stays away, and mark the gap.

        Raises DeviceError when there is none; to be tried again later.
        """
        if self._stopped.is_set():
            raise DeviceError(f"the microphone {self.name!r} was closed")
        reason = self._lost_reason or "the sound system was restarted"
        self._close()
        self._suspended = False
        last_error: DeviceError | None = None
        for attempt in (self._reopen_same, self._reopen_refreshed, self._reopen_default):
            try:
                attempt()
                self._await_blocks(2 * STEP_BLOCKS)
            except DeviceError as error:
                last_error = error
                self._close()
                continue
            self._mark_absence(reason)
            self._lost_reason = ""
            portaudio.register(self)
            return
        self._lost_reason = reason
        raise last_error or DeviceError(f"the microphone {self.name!r} is gone")

    def suspend(self) -> None:
        """Close because the list of devices is renewed; the next `read` opens again."""
        stream = self._stream
        if stream is not None:
            self._suspended = True
            stream.close_now()

    # -- opening and closing -----------------------------------------------------------------------

    def _open(self, name: str | None) -> None:
        device = portaudio.find("input", name)
        stream = _Stream(device, self._block_ms)
        self._stream = stream
        self._resampler = Resampler(stream.rate_hz, SAMPLE_RATE_HZ)
        self._waited_s = 0.0
        self.name = device.name

    def _reopen_same(self) -> None:
        self._open(self._wanted)

    def _reopen_refreshed(self) -> None:
        portaudio.refresh()
        self._open(self._wanted)

    def _reopen_default(self) -> None:
        self._open(None)

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
            self._dropped_earlier += stream.dropped_blocks
            self._backlog.clear()

    def _await_blocks(self, count: int) -> None:
        """Wait until that many blocks have come, keeping them for `read`."""
        stream = self._stream
        assert stream is not None
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while len(self._backlog) < count:
            with contextlib.suppress(queue.Empty):
                self._backlog.append(stream.blocks.get(timeout=_SLICE_S))
                continue
            if stream.finished.is_set() or self._stopped.is_set() or time.monotonic() > deadline_s:
                self._close()
                raise DeviceError(
                    f"no sound arrives from the microphone {self.name!r}",
                    hint="is it muted or switched off? See `voice-interviewer devices`",
                )

    # -- reading -----------------------------------------------------------------------------------

    def _next_block(self, timeout_s: float) -> _Block | None:
        """The next block or None; notices a device that is gone."""
        if self._backlog:
            return self._backlog.popleft()
        if self._stopped.is_set():
            raise EOFError("the microphone was closed")
        stream = self._stream
        if stream is None:
            raise DeviceError(f"the microphone {self.name!r} is gone")
        try:
            block = stream.blocks.get(timeout=timeout_s) if timeout_s > 0 else stream.blocks.get_nowait()
        except queue.Empty:
            self._watch(stream, timeout_s)
            return None
        self._waited_s = 0.0
        return block

    def _watch(self, stream: _Stream, waited_s: float) -> None:
        # Only time really spent waiting counts: a process that was stopped for a while must not lose
        # its microphone on waking up.
        self._waited_s += waited_s
        if self._suspended or self._stopped.is_set():
            return
        if stream.finished.is_set():
            self._lose("the device was disconnected")
        elif self._waited_s >= SILENT_CALLBACK_S:
            self._lose("the device delivers no sound")

    def _lose(self, reason: str) -> None:
        self._lost_reason = reason
        self._close()
        raise DeviceError(f"the microphone {self.name!r} is lost: {reason}")

    def _take(self, block: _Block) -> None:
        """Put a block on the timeline, after whatever is missing before it."""
        stream = self._stream
        if stream is None:  # closed meanwhile by another thread
            return
        rate_hz = stream.rate_hz
        if block.dropped_before:
            self._silence(block.dropped_before / rate_hz, "the computer was too busy")
            self._clock.skip(block.dropped_before / rate_hz)
        missing_s = self._clock.arrived(block.frames / rate_hz, block.arrived_s)
        if missing_s > 0:
            self._silence(missing_s, "the sound system lost some sound")
        self._frames.add(self._resampler.feed(stream.mono(block)))

    def _mark_absence(self, reason: str) -> None:
        stream = self._stream
        assert stream is not None
        arrivals = [(block.frames / stream.rate_hz, block.arrived_s) for block in self._backlog]
        gap_s = self._clock.silence_before_s(arrivals)
        self._clock.skip(gap_s)
        self._silence(gap_s, reason)

    def _silence(self, seconds: float, reason: str) -> None:
        start_s = self._frames.end_sample / SAMPLE_RATE_HZ
        self._frames.add_silence(round(seconds * SAMPLE_RATE_HZ))
        self.gaps.append(Gap(start_s, start_s + seconds, reason))
