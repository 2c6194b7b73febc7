"""What takes a loudspeaker's place: a file that holds what would have been heard, or nothing at all."""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.playback import QUEUED_S, Heard, Tap
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.core.errors import DeviceError
from voice_interviewer.ports import Pcm16


class NullPlayback:
    """A loudspeaker nobody hears, at the pace of a real one; with `realtime` False as fast as it is fed."""

    def __init__(self, *, realtime: bool = True) -> None:
        self.name = "none"
        self.tap: Tap | None = None
        self._realtime = realtime
        self._rate_hz = 0
        self._aborted = threading.Event()
        self._lock = threading.Lock()
        self._opened_at_s = 0.0
        self._started_at_s: float | None = None
        self._ended = True
        self._written = 0  # samples of this run
        self._due: deque[tuple[int, Pcm16]] = deque()  # (position in the run, slice), not heard yet
        self._heard = 0  # samples of this run

    def start(self, sample_rate_hz: int) -> None:
        """Open for sound of that rate."""
        self._rate_hz = sample_rate_hz
        self._opened_at_s = time.monotonic()

    @property
    def started_at_s(self) -> float | None:
        """time.monotonic() at which the current or last run began, None before."""
        return self._started_at_s

    @property
    def heard_s(self) -> float:
        """Seconds of the current or last run that would have been heard."""
        self._settle()
        return self._heard / self._rate_hz if self._rate_hz else 0.0

    def write(self, pcm: Pcm16) -> None:
        """Take one slice, waiting as a loudspeaker would. Raises DeviceError when not open."""
        if not self._rate_hz:
            raise DeviceError("the loudspeaker is not open")
        with self._lock:
            if self._ended:
                self._aborted.clear()
                self._started_at_s = self._now_s()
                self._written = self._heard = 0
                self._ended = False
            assert self._started_at_s is not None
            if self._realtime:
                # A writer that came late leaves a silence; later slices are heard later.
                late = round((self._now_s() - self._started_at_s) * self._rate_hz) - self._written
                self._written += max(0, late)
            self._due.append((self._written, pcm))
            self._written += pcm.size
        self._wait_until(self._written / self._rate_hz - QUEUED_S)
        self._settle()

    def drain(self) -> None:
        """Block until what was written would have been heard."""
        if not self._ended:
            self._wait_until(self._written / self._rate_hz)
            self._settle()
            self._ended = True

    def abort(self) -> None:
        """Drop what has not been heard."""
        self._settle()
        with self._lock:
            if not self._ended:
                self._cut()
            self._due.clear()
            self._ended = True
        self._aborted.set()

    def stop(self) -> None:
        """Close."""
        self.abort()

    def _now_s(self) -> float:
        if self._realtime:
            return time.monotonic()
        # As fast as it is fed, time is what was fed: one run begins where the last one ended.
        if self._started_at_s is None:
            return self._opened_at_s
        return self._started_at_s + self._written / self._rate_hz

    def _wait_until(self, run_s: float) -> None:
        if self._realtime and self._started_at_s is not None:
            self._aborted.wait(max(0.0, self._started_at_s + run_s - time.monotonic()))

    def _settle(self) -> None:
        """Hand on the slices whose time has come."""
        with self._lock:
            if self._started_at_s is None:
                return
            now = round((self._now_s() - self._started_at_s) * self._rate_hz)
            while self._due and self._due[0][0] + self._due[0][1].size <= now:
                self._emit(*self._due.popleft())

    def _cut(self) -> None:
        """The part of the slice under way that has been heard."""
        if self._due and self._started_at_s is not None:
            position, pcm = self._due[0]
            now = round((self._now_s() - self._started_at_s) * self._rate_hz)
            if now > position:
                self._emit(position, pcm[: now - position])

    def _emit(self, position: int, pcm: Pcm16) -> None:
        assert self._started_at_s is not None
        self._heard += pcm.size
        at_s = self._started_at_s + position / self._rate_hz
        self._keep(at_s, pcm)
        if self.tap is not None:
            self.tap.put(Heard(at_s, pcm, self._rate_hz))

    def _keep(self, at_s: float, pcm: Pcm16) -> None:
        """For the variant that writes a file."""


class FilePlayback(NullPlayback):
    """Writes what would be heard into a WAV file whose second 0 is the opening, silences included."""

    def __init__(self, path: Path, *, realtime: bool = True) -> None:
        super().__init__(realtime=realtime)
        self.name = str(path)
        self._path = path
        self._recorder: TrackRecorder | None = None

    def start(self, sample_rate_hz: int) -> None:
        """Create the file. Raises SessionError when it cannot be written."""
        super().start(sample_rate_hz)
        self._recorder = TrackRecorder(self._path, sample_rate_hz)

    def _keep(self, at_s: float, pcm: Pcm16) -> None:
        if self._recorder is not None:
            self._recorder.write_at(round((at_s - self._opened_at_s) * self._rate_hz), pcm)

    def stop(self) -> None:
        """Finish the file."""
        super().stop()
        if self._recorder is not None:
            silent_to = round((time.monotonic() - self._opened_at_s) * self._rate_hz)
            missing = silent_to - round(self._recorder.duration_s * self._rate_hz)
            if self._realtime and missing > 0:
                self._recorder.append(np.zeros(missing, dtype=np.int16))
            self._recorder.close()
            self._recorder = None
