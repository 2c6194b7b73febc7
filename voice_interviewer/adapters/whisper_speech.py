"""Where a stretch of sound holds speech, by Silero's detector (the copy inside faster-whisper)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.acoustics import HOP_S, levels_db, measure
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

STEP = 512
STEP_S = STEP / SAMPLE_RATE_HZ
SPEECH_AT = 0.5
LOUD_DB = -18.0
"""Level that the louder parts are raised to before the detector hears them: it misses noisy speech at -28."""
READABLE_DB = -30.0
"""Level up to which faint speech is raised for the recogniser: it leaves out words and fillers at -40."""
MOST_GAIN_DB = 24.0
FAINT_DB = -75.0
"""Quieter frames are digital silence and tell nothing about how loud the speech is."""
LEAST_STEPS = 3
"""About a tenth of a second: the shortest "um"."""

SHORTEST_JUDGED_S = 1.5
LEAST_RANGE_DB, HIGH_SHARE = 15.0, 0.4
CLEARLY_VOICED, LEAST_VOICED = 0.7, 0.15
DEAF_BELOW = 0.8
"""A detector that hears speech for less than this share of the voiced time does not hear."""
VOICE_REACH_S, VOICE_CHANCE = 0.12, 0.9
"""Consonants around a voiced stretch belong to it."""

Chances = NDArray[np.float32]


def speech_chances(samples: Samples) -> Chances:
    """Probability of speech in each 32 ms."""
    # Imported here: it loads onnxruntime, which no other command should pay for.
    from faster_whisper.vad import get_vad_model

    if len(samples) == 0:
        return np.zeros(0, np.float32)
    padded = np.pad(samples, (0, -len(samples) % STEP)).astype(np.float32)
    return np.asarray(get_vad_model()(padded), dtype=np.float32).reshape(-1)


def with_voices(samples: Samples, chances: Chances) -> Chances:
    """The chances, or where the detector is deaf those that the pitch of a voice gives.

    A line cut off sharply at 3.4 kHz, as telephones do, and coarsely coded, is no speech to it at all. There
    the sound is loud and voiced for longer than the detector hears speech: both must hold, for loud sound
    alone may be anything. (Music is loud and voiced too: the recogniser's guards are left to refuse it.)
    """
    levels = levels_db(samples)
    if len(levels) < SHORTEST_JUDGED_S / HOP_S:
        return chances
    quiet, loud = np.percentile(levels, [5, 95])
    high = levels > quiet + HIGH_SHARE * (loud - quiet)
    heard = float((chances >= SPEECH_AT).mean())
    if loud - quiet < LEAST_RANGE_DB or heard >= DEAF_BELOW * float(high.mean()):
        return chances
    voiced = high & (measure(samples).voicing[: len(levels)] > CLEARLY_VOICED)
    if float(voiced.mean()) < LEAST_VOICED or heard >= DEAF_BELOW * float(voiced.mean()):
        return chances
    reach = round(VOICE_REACH_S / HOP_S)
    near = np.convolve(voiced.astype(np.float64), np.ones(2 * reach + 1), mode="same") > 0
    places = np.minimum((np.arange(len(chances)) * STEP_S / HOP_S).astype(int), len(near) - 1)
    told: Chances = np.where(near[places], np.maximum(chances, VOICE_CHANCE), chances).astype(np.float32)
    return told


class Loudness:
    """How loud the louder parts of a stream are, learned as it goes by."""

    def __init__(self) -> None:
        self._counts = np.zeros(128)

    def raised(self, samples: Samples, to_db: float = LOUD_DB) -> Samples:
        """`samples` at the detector's level, taken as part of the stream; never made quieter."""
        levels = levels_db(samples)
        audible = levels[levels > FAINT_DB]
        self._counts += np.bincount(np.clip(-audible, 0, 127).astype(int), minlength=128)
        if not self._counts.any():
            return samples
        loud_db = -float(np.searchsorted(np.cumsum(self._counts), 0.05 * self._counts.sum()))
        gain_db = min(MOST_GAIN_DB, to_db - loud_db)
        if gain_db <= 0:
            return samples
        raised: Samples = np.clip(samples * np.float32(10 ** (gain_db / 20)), -1.0, 1.0).astype(np.float32)
        return raised


def holds_speech(chances: Chances) -> bool:
    """True when a tenth of a second or more of it is speech."""
    return int((chances >= SPEECH_AT).sum()) >= LEAST_STEPS


def speech_spans(
    chances: Chances, *, bridge_s: float = 0.3, offset_s: float = 0.0
) -> list[tuple[float, float]]:
    """(start_s, end_s) of speech; gaps shorter than `bridge_s` do not split it."""
    spans: list[tuple[float, float]] = []
    for index in np.flatnonzero(chances >= SPEECH_AT).tolist():
        start_s, end_s = offset_s + index * STEP_S, offset_s + (index + 1) * STEP_S
        if spans and start_s - spans[-1][1] <= bridge_s:
            spans[-1] = (spans[-1][0], end_s)
        else:
            spans.append((start_s, end_s))
    return spans


def overlap_s(span: tuple[float, float], others: Sequence[tuple[float, float]]) -> float:
    """Seconds of `span` that `others` cover."""
    return sum(max(0.0, min(span[1], end_s) - max(span[0], start_s)) for start_s, end_s in others)
