"""What was said and when: words, utterances, turns. All times are session seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Party = Literal["candidate", "interviewer"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A fixed slice of mono audio as the voice-activity detector wants it."""

    start_sample: int
    """Position of the first sample on the session's sample counter."""
    pcm: bytes
    """Little-endian signed 16-bit samples, 16 kHz, mono; 20 ms, thus 640 bytes."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word the recogniser heard."""

    text: str
    """As recognised, punctuation attached, no surrounding space."""
    start_s: float
    end_s: float
    probability: float
    """The recogniser's own, 0 to 1."""


def text_of(words: Iterable[Word]) -> str:
    """The words joined by single spaces."""
    return " ".join(word.text for word in words)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech between two silences, transcribed."""

    id: int
    start_s: float
    end_s: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return text_of(self.words)


@dataclass(frozen=True, slots=True)
class Turn:
    """Utterances of one party until the floor changes."""

    id: int
    by: Party
    start_s: float
    end_s: float
    text: str
    phase: str
    """Id of the framework's phase, or '' outside of any."""


LONGEST_WORD = 60
"""Letters: longer 'words' are a recogniser's rubbish."""
SLACK_S = 0.5
"""A recogniser may place a word's edge this far outside the sound it was given."""


def sane_words(words: Iterable[Word], start_s: float, end_s: float) -> tuple[Word, ...]:
    """Words one can reckon with: finite times in order and inside the span, printable text, chance 0 to 1."""
    kept: list[Word] = []
    reached_s = start_s - SLACK_S
    for word in words:
        text = "".join(c for c in word.text if c.isprintable()).strip()
        if not text or len(text) > LONGEST_WORD or not math.isfinite(word.start_s + word.end_s):
            continue
        if not start_s - SLACK_S <= word.start_s <= word.end_s <= end_s + SLACK_S:
            continue
        first_s = max(word.start_s, reached_s)
        last_s = max(word.end_s, first_s)
        chance = min(1.0, max(0.0, word.probability)) if math.isfinite(word.probability) else 0.0
        kept.append(Word(text, first_s, last_s, chance))
        reached_s = last_s
    return tuple(kept)
