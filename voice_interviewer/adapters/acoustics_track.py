"""Pitch and level over a whole recording, put together from the stretches that were measured."""

from __future__ import annotations

import numpy as np

from voice_interviewer.adapters.acoustics import HOP_S, SILENCE_DB, SoundMeasures
from voice_interviewer.analysis.record import AcousticTrack

EVERY = 5
"""Of the 10-ms measures each fifth is kept: pitch and loudness over minutes need no more."""


class TrackBuilder:
    """Measures where there was speech; unvoiced and silent elsewhere."""

    def __init__(self) -> None:
        self._f0 = np.zeros(0, np.float32)
        self._level = np.zeros(0, np.float32)

    def place(self, start_s: float, sound: SoundMeasures) -> None:
        """Put a stretch where it lies; what was there is replaced."""
        first = max(0, round(start_s / (HOP_S * EVERY)))
        f0, level = sound.f0_hz[::EVERY], sound.level_db[::EVERY]
        self._extend(first + len(f0))
        self._f0[first : first + len(f0)] = f0
        self._level[first : first + len(level)] = level

    def track(self, duration_s: float = 0.0) -> AcousticTrack:
        """Everything placed so far, at least `duration_s` long."""
        self._extend(round(duration_s / (HOP_S * EVERY)))
        return AcousticTrack(
            hop_s=HOP_S * EVERY,
            f0_hz=tuple(np.round(self._f0.astype(float), 1).tolist()),
            level_db=tuple(np.round(self._level.astype(float), 1).tolist()),
        )

    def _extend(self, count: int) -> None:
        missing = count - len(self._f0)
        if missing > 0:
            self._f0 = np.concatenate([self._f0, np.zeros(missing, np.float32)])
            self._level = np.concatenate([self._level, np.full(missing, SILENCE_DB, np.float32)])
