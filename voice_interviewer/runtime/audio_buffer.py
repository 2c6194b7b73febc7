"""The last minutes of the candidate's sound in memory, addressed by session time; older sound from the
recording.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import SAMPLE_RATE_HZ, Pcm16, Samples

KEEP_S = 180.0

Older = Callable[[int, int], Pcm16]
"""(first sample, last sample exclusive) -> samples from the recording, shorter where it has none."""


def _nothing(_first: int, _last: int) -> Pcm16:
    return np.zeros(0, dtype=np.int16)


class AudioBuffer:
    """Thread-safe: the listener appends, workers slice."""

    def __init__(self, keep_s: float = KEEP_S, older: Older = _nothing) -> None:
        self._keep_samples = round(keep_s * SAMPLE_RATE_HZ)
        self._older = older
        self._frames: deque[tuple[int, Pcm16]] = deque()
        self._end = 0
        self._lock = threading.Lock()

    def append(self, frame: Frame) -> None:
        """Add a frame; frames come in order."""
        pcm = np.frombuffer(frame.pcm, dtype="<i2").astype(np.int16, copy=False)
        with self._lock:
            self._frames.append((frame.start_sample, pcm))
            self._end = frame.start_sample + len(pcm)
            while self._frames and self._frames[0][0] < self._end - self._keep_samples:
                self._frames.popleft()

    @property
    def end_s(self) -> float:
        """Session time of the last sample."""
        return self._end / SAMPLE_RATE_HZ

    def slice(self, start_s: float, end_s: float) -> Samples:
        """Float samples between two session times, clipped to what there is; holes are silent."""
        first = max(0, round(start_s * SAMPLE_RATE_HZ))
        with self._lock:
            last = min(self._end, round(end_s * SAMPLE_RATE_HZ))
            if last <= first:
                return np.zeros(0, dtype=np.float32)
            pcm = np.zeros(last - first, dtype=np.int16)
            oldest = self._frames[0][0] if self._frames else self._end
            for begin, samples in self._frames:
                lo, hi = max(first, begin), min(last, begin + len(samples))
                if hi > lo:
                    pcm[lo - first : hi - first] = samples[lo - begin : hi - begin]
        if first < oldest:
            old = self._older(first, min(last, oldest))
            pcm[: len(old)] = old
        return pcm.astype(np.float32) / 32768.0
