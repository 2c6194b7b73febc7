"""Is what the microphone hears the loudspeaker again? A second opinion where echo cancellation has failed.

A canceller needs both directions to keep their distance to the sample. When the computer is too busy, sound
is late by some hundredths of a second, and for seconds the echo comes through as clear speech. But it keeps
the loudspeaker's rhythm: the ups and downs of its bands, some time later. Somebody else's speech does not.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm16

ECHO_LIKENESS = 0.8
"""Echoes on a busy machine (0 to -12 dB, 20 to 300 ms) stay above it 99 % of the time; over an echo half of
what people say falls below it within 0.3 s, without one all."""
WINDOW_FRAMES = 20
MAX_LAG_FRAMES = 28
"""Echoes up to half a second late."""
_EDGES_HZ = (200, 400, 650, 950, 1300, 1750, 2300, 3000, 4000)
_FLOOR = 3e4
"""Band power of a quiet room, so that silence has no rhythm."""

Features = NDArray[np.float64]


class EchoLikeness:
    """Compares the last 0.4 s of the microphone with the last second of the loudspeaker."""

    def __init__(self) -> None:
        self._near: deque[Features] = deque(maxlen=WINDOW_FRAMES)
        self._far: deque[Features] = deque(maxlen=WINDOW_FRAMES + MAX_LAG_FRAMES)
        self._before = (np.zeros(FRAME_SAMPLES), np.zeros(FRAME_SAMPLES))
        self._window = np.hanning(2 * FRAME_SAMPLES)
        width_hz = SAMPLE_RATE_HZ / (2 * FRAME_SAMPLES)
        self._edges = [round(edge / width_hz) for edge in _EDGES_HZ]

    def hear(self, near: Pcm16, far: Pcm16) -> None:
        """The next 20 ms of both, in step."""
        now = (near.astype(np.float64), far.astype(np.float64))
        self._near.append(self._bands(self._before[0], now[0]))
        self._far.append(self._bands(self._before[1], now[1]))
        self._before = now

    def value(self) -> float:
        """Correlation of the microphone with the best-fitting stretch of the loudspeaker, 0 to 1."""
        if len(self._near) < WINDOW_FRAMES:
            return 0.0
        near = np.array(self._near)[-WINDOW_FRAMES:]
        near = near - near.mean(axis=0)
        far = np.array(self._far)
        best = 0.0
        for first in range(len(far) - WINDOW_FRAMES + 1):
            part = far[first : first + WINDOW_FRAMES]
            part = part - part.mean(axis=0)
            norm = float(np.linalg.norm(near) * np.linalg.norm(part))
            if norm > 0:
                best = max(best, float(np.sum(near * part)) / norm)
        return best

    def _bands(self, before: NDArray[np.float64], now: NDArray[np.float64]) -> Features:
        power = np.abs(np.fft.rfft(np.concatenate([before, now]) * self._window)) ** 2
        sums = np.add.reduceat(power[: self._edges[-1]], self._edges[:-1])
        bands: Features = np.log10(sums + _FLOOR)
        return bands
