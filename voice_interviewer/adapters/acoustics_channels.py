"""Does a recording hold one voice in each channel, as call recorders write it, or the same sound in both?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.acoustics import SILENCE_DB
from voice_interviewer.adapters.audio_files import AudioReader
from voice_interviewer.ports import SAMPLE_RATE_HZ, Pcm16

LISTEN_S = 300.0
"""So much of the file decides."""
STRETCH_S = 0.5
APART_DB = 10.0
"""A voice picked up by its own microphone is that much louder there than in the other channel."""
EACH_SHARE = 0.08
"""Each channel leads for this share of the loud stretches when two people talk; a mix has no leader."""
AUDIBLE_DB = 25.0
"""Under the loudest stretch; quieter ones are pauses."""


def has_a_voice_in_each_channel(path: Path) -> bool:
    """True when the first two channels take turns. Raises AudioFileError."""
    levels = [_stretch_levels(AudioReader(path, channel)) for channel in (0, 1)]
    return take_turns(*levels)


def take_turns(left_db: NDArray[np.float64], right_db: NDArray[np.float64]) -> bool:
    """The decision itself, on levels of half-second stretches."""
    count = min(len(left_db), len(right_db))
    if count == 0:
        return False
    left_db, right_db = left_db[:count], right_db[:count]
    loudest = np.maximum(left_db, right_db)
    audible = loudest > max(float(loudest.max()) - AUDIBLE_DB, SILENCE_DB + 20)
    apart = (left_db - right_db)[audible]
    if len(apart) == 0:
        return False
    return bool((apart > APART_DB).mean() >= EACH_SHARE and (apart < -APART_DB).mean() >= EACH_SHARE)


def _stretch_levels(blocks: Iterable[Pcm16]) -> NDArray[np.float64]:
    """DBFS of each half second of the beginning."""
    size = int(STRETCH_S * SAMPLE_RATE_HZ)
    levels: list[float] = []
    rest = np.zeros(0, np.int16)
    for block in blocks:
        rest = np.concatenate([rest, block])
        while len(rest) >= size:
            power = float((rest[:size].astype(np.float64) ** 2).mean()) / 32768.0**2
            levels.append(max(SILENCE_DB, 10 * np.log10(power + 1e-12)))
            rest = rest[size:]
        if len(levels) * STRETCH_S >= LISTEN_S:
            break
    return np.array(levels)
