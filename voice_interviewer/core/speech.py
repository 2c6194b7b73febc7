"""What was said and when: words, utterances, turns. All times are session seconds."""

from __future__ import annotations

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
        return " ".join(word.text for word in self.words)


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
