"""What is heard over a prompt may be the prompt itself, where not all of the loudspeaker's echo could be
taken out of the microphone's sound. Then its words are heard about when they are spoken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD_S = 0.28
"""The voice speaks so fast on average, pauses between sentences included."""
EARLY_OR_LATE_S = 0.6
"""Words are longer or shorter than that, and an echo takes up to 0.3 s."""
DRIFT = 0.15
"""So far off the estimate is allowed to be after longer: a share of it."""
ALIKE, ALIKE_SHORT = 0.7, 0.81
"""Share of the letters that must be the prompt's: the recogniser mishears what is left of an echo, and as
the prompt is held at once, words are cut off in the middle ('improve micr'). More where they are few ..."""
SHORT_LETTERS = 8
"""... that is, up to so many."""
FEWEST_LETTERS = 4
"""Less is a word of the prompt, or it is not."""
ASKS_FOR_FLOOR = frozenset("wait stop sorry no hold hang excuse pardon actually but".split())
"""Whoever begins so is believed, whatever the prompt sounds like."""


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
    if not words or words[0] in ASKS_FOR_FLOOR:
        return False
    # Where speech seems to begin the recogniser often guesses: 'we do not' for 'who do not', 'for soft' for
    # the rest of 'Microsoft'.
    readings = [words, words[1:]] if len("".join(words[1:])) >= FEWEST_LETTERS else [words]
    places = [at for at in range(len(spoken)) if _then(at, prompt.since_s)]
    return any(_alike(reading, spoken[at:]) for reading in readings for at in places)


def _alike(words: Sequence[str], spoken: Sequence[str]) -> bool:
    """Whether `words` begin like `spoken`, perhaps in the middle of its first word."""
    heard, said = "".join(words), "".join(spoken)
    if len(heard) < FEWEST_LETTERS:
        return list(words) == list(spoken[: len(words)])
    least = ALIKE if len(heard) > SHORT_LETTERS else ALIKE_SHORT
    windows = (said[skipped : skipped + len(heard)] for skipped in range(len(spoken[0])))
    return any(SequenceMatcher(None, heard, window, autojunk=False).ratio() >= least for window in windows)


def _then(at: int, since_s: float) -> bool:
    expected_s = at * WORD_S
    return abs(since_s - expected_s) <= EARLY_OR_LATE_S + DRIFT * expected_s


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("\u2019", "'"))
