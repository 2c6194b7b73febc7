"""The candidate's words in one list, each with what stands around it: the ground every text analysis stands
on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.core.speech import Word

NONE, CLAUSE, SENTENCE = 0, 1, 2
"""Strength of the boundary before or after a word."""

CLAUSE_GAP_S = 0.7
"""A silence this long separates clauses even where the recogniser wrote no comma."""

_VOCAL = re.compile(r"(?:u+h*m+|u+h+|e+r+m*|e+h+m+|h+m+|m{2,})\Z")
_EDGES = re.compile(r"^[^\w$£€]+|[^\w%]+$")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A recognised word and its surroundings."""

    index: int
    """Position in the report's word list."""
    text: str
    norm: str
    """Lower case without the punctuation around it."""
    start_s: float
    end_s: float
    probability: float
    turn_id: int
    opens: int
    """Boundary before it: NONE, CLAUSE or SENTENCE."""
    closes: int
    """Boundary its own punctuation makes after it."""

    @property
    def vocal(self) -> bool:
        """Is it an um, uh, er or hmm?"""
        return is_vocal_filler(self.text)


def normalise(text: str) -> str:
    """Lower case, straight apostrophes, no punctuation around."""
    return _EDGES.sub("", text.replace("’", "'")).lower()


def is_vocal_filler(text: str) -> bool:
    """True for um, uh, er, hmm and kin; not for acronyms (ER), nor for uh-huh and mm-hmm, which answer
    somebody.
    """
    bare = _EDGES.sub("", text)
    if len(bare) > 1 and bare.isupper() and bare not in {"UM", "UH"}:
        return False
    return _VOCAL.match(bare.lower()) is not None


def closing_boundary(text: str) -> int:
    """What the punctuation at the end of a recognised word says."""
    tail = text.rstrip("\"')]”’")
    if tail.endswith(("...", "…")):
        return CLAUSE
    if tail.endswith((".", "?", "!")):
        return SENTENCE
    if tail.endswith((",", ";", ":", "-", "–", "—")):
        return CLAUSE
    return NONE


def spoken_words(words: Sequence[Word], turn_ids: Sequence[int]) -> list[SpokenWord]:
    """Words in order, with their turns, as the list all analyses share."""
    spoken: list[SpokenWord] = []
    for index, (word, turn_id) in enumerate(zip(words, turn_ids, strict=True)):
        opens = SENTENCE
        if spoken and spoken[-1].turn_id == turn_id:
            opens = spoken[-1].closes
            if word.start_s - spoken[-1].end_s >= CLAUSE_GAP_S:
                opens = max(opens, CLAUSE)
        spoken.append(
            SpokenWord(
                index=index,
                text=word.text,
                norm=normalise(word.text),
                start_s=word.start_s,
                end_s=max(word.end_s, word.start_s),
                probability=word.probability,
                turn_id=turn_id,
                opens=opens,
                closes=closing_boundary(word.text),
            )
        )
    return spoken


def clause_bounds(words: Sequence[SpokenWord], index: int, *, reach: int = 12) -> tuple[int, int]:
    """First and last position of the sentence around `index`, cut to `reach` words either side."""
    first = index
    while first > 0 and index - first < reach and words[first].opens != SENTENCE:
        first -= 1
    last = index
    while (
        last + 1 < len(words)
        and last - index < reach
        and words[last].closes != SENTENCE
        and words[last + 1].turn_id == words[index].turn_id
    ):
        last += 1
    return first, last


def join(words: Sequence[SpokenWord], first: int, last: int) -> str:
    """The text from one position to another, both included."""
    return " ".join(word.text for word in words[first : last + 1])
