"""What is heard over a prompt may be the prompt itself, where not all of the loudspeaker's echo could be
taken out of the microphone's sound. Then its words are heard about when they are spoken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD_S = 0.28
"""The voice speaks so fast on average, pauses between sentences included."""
EARLY_OR_LATE_S = 0.6
"""Words are longer or shorter than that, and an echo takes up to 0.3 s."""
DRIFT = 0.15
"""So far off the estimate is allowed to be after longer: a share of it."""
ALIKE = 0.75
"""Share of the heard words that must be the prompt's: the recogniser mishears what is left of an echo."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What the interviewer was saying when somebody spoke."""

    text: str
    since_s: float
    """Seconds of it that were spoken by then."""


def is_own_voice(heard: str, prompt: UnderWay) -> bool:
    """Whether these words are the prompt's, at the place where they were spoken.

    Somebody who answers 'Android first.' to '... or Android first?' says so after it was heard, not while.
    """
    words, spoken = _words(heard), _words(prompt.text)
    if not words:
        return False
    return any(
        _alike(words, spoken[at:]) and _then(at, prompt.since_s) for at in range(len(spoken) - len(words) + 1)
    )


def _alike(words: Sequence[str], spoken: Sequence[str]) -> bool:
    same = sum(one == other for one, other in zip(words, spoken, strict=False))
    return same >= ALIKE * len(words)


def _then(at: int, since_s: float) -> bool:
    expected_s = at * WORD_S
    return abs(since_s - expected_s) <= EARLY_OR_LATE_S + DRIFT * expected_s


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("\u2019", "'"))
