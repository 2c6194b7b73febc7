"""Where a stretch of sound holds speech, by Silero's detector (the copy inside faster-whisper)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

STEP = 512
STEP_S = STEP / SAMPLE_RATE_HZ
SPEECH_AT = 0.5
LEAST_STEPS = 3
"""About a tenth of a second: the shortest "um"."""

Chances = NDArray[np.float32]


def speech_chances(samples: Samples) -> Chances:
    """Probability of speech in each 32 ms."""
    # Imported here: it loads onnxruntime, which no other command should pay for.
    from faster_whisper.vad import get_vad_model

    if len(samples) == 0:
        return np.zeros(0, np.float32)
    padded = np.pad(samples, (0, -len(samples) % STEP)).astype(np.float32)
    return np.asarray(get_vad_model()(padded), dtype=np.float32).reshape(-1)


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
