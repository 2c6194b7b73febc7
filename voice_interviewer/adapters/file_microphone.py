"""A recording in the place of the microphone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from voice_interviewer.adapters.audio_files import AudioReader
from voice_interviewer.adapters.sample_clock import FrameAssembler
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm16


class FileMicrophone:
    """The `Microphone` that plays a file: as if it were spoken now, or as fast as it is read.

    The last frame is filled with silence. `warnings` tells what was wrong with the file, once it has ended.
    """

    def __init__(self, path: Path, realtime: bool = True, channel: int | None = None) -> None:
        self.name = path.name
        self._path = path
        self._realtime = realtime
        self._channel = channel
        self._reader: AudioReader | None = None
        self._blocks: Iterator[Pcm16] = iter(())
        self._frames = FrameAssembler()
        self._next: Frame | None = None
        self._began_at_s = 0.0
        self._stopped = threading.Event()

    @property
    def dropped_blocks(self) -> int:
        """Always 0: a file waits."""
        return 0

    @property
    def warnings(self) -> list[str]:
        """What was wrong with the file, in sentences for the user."""
        return list(self._reader.warnings) if self._reader else []

    @property
    def epoch_s(self) -> float:
        """time.monotonic() at which sample 0 is taken to be spoken."""
        return self._began_at_s

    def start(self) -> None:
        """Open and decode the first frame. Raises AudioFileError."""
        self._stopped.clear()
        self._reader = AudioReader(self._path, self._channel)
        self._blocks = iter(self._reader)
        self._next = self._decode()
        self._began_at_s = time.monotonic()

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame; in real time, None when it is not due yet. Raises EOFError at the end."""
        frame = self._next
        if frame is None or self._stopped.is_set():
            raise EOFError(f"{self.name} has ended")
        if self._realtime:
            due_s = self._began_at_s + (frame.start_sample + FRAME_SAMPLES) / SAMPLE_RATE_HZ
            wait_s = due_s - time.monotonic()
            if wait_s > timeout_s:
                self._stopped.wait(timeout_s)
                return None
            if wait_s > 0 and self._stopped.wait(wait_s):
                raise EOFError(f"{self.name} was closed")
        self._next = self._decode()
        return frame

    def stop(self) -> None:
        """Close; never raises. A `read` that waits ends with EOFError."""
        self._stopped.set()
        if self._reader is not None:
            self._reader.close()

    def _decode(self) -> Frame | None:
        """The next whole frame of the file, None after the last."""
        while (frame := self._frames.next()) is None:
            block = next(self._blocks, None)
            if block is None:
                self._frames.pad()
                return self._frames.next()
            self._frames.add(block)
        return frame
