"""The text that two readings of the same sound agree on, and the likelier one where they do not.

The idea is ROVER's (Fiscus 1997): recognisers that see the sound differently err in different places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from voice_interviewer.adapters.whisper_reader import HeardWord
from voice_interviewer.adapters.whisper_speech import overlap_s

BETTER_BY = 0.05
"""The second reading's wording replaces the first one's when its mean probability is higher by this."""
LEAST_KEPT = 0.3
"""What only the first reading has stays from this mean probability on."""
LEAST_ADDED = 0.5
"""What only the second reading has is added from this mean probability on."""
SAME_PLACE_S = 0.5
MOST_COVERED = 0.5
SHORTEST_S = 0.02

_LETTERS = re.compile(r"[^a-z0-9']+")


def vote(first: Sequence[HeardWord], second: Sequence[HeardWord]) -> list[HeardWord]:
    """Words in order of time, not overlapping. `second` may be empty: then `first` stands."""
    if not second:
        return list(first)
    kept: list[HeardWord] = []
    for kind, one, other in _differences(first, second):
        if kind == "equal" or (kind == "replace" and not _better(other, one)):
            kept += one
        elif kind == "replace":
            kept += other
        elif kind == "delete" and _mean(one) >= LEAST_KEPT:
            kept += one
        elif kind == "insert" and _mean(other) >= LEAST_ADDED:
            kept += _with_room(other, first)
    return _disjoint(sorted(kept, key=lambda word: word.start_s))


def _differences(
    first: Sequence[HeardWord], second: Sequence[HeardWord]
) -> list[tuple[str, list[HeardWord], list[HeardWord]]]:
    matcher = SequenceMatcher(
        None, [_bare(word.text) for word in first], [_bare(word.text) for word in second], autojunk=False
    )
    return [(kind, list(first[a:b]), list(second[c:d])) for kind, a, b, c, d in matcher.get_opcodes()]


def _better(other: Sequence[HeardWord], one: Sequence[HeardWord]) -> bool:
    apart_s = max(other[0].start_s - one[-1].end_s, one[0].start_s - other[-1].end_s)
    return apart_s < SAME_PLACE_S and _mean(other) > _mean(one) + BETTER_BY


def _with_room(words: Sequence[HeardWord], taken: Sequence[HeardWord]) -> list[HeardWord]:
    spans = [(word.start_s, word.end_s) for word in taken]
    return [
        word
        for word in words
        if overlap_s((word.start_s, word.end_s), spans) <= MOST_COVERED * (word.end_s - word.start_s)
    ]


def _disjoint(words: Sequence[HeardWord]) -> list[HeardWord]:
    """Words that overlap after the mixing give way to each other: both end and begin in the middle."""
    result: list[HeardWord] = []
    for word in words:
        if result and word.start_s < result[-1].end_s:
            before = result[-1]
            middle_s = (max(word.start_s, before.start_s) + min(word.end_s, before.end_s)) / 2
            middle_s = max(middle_s, before.start_s + SHORTEST_S)
            result[-1] = replace(before, end_s=round(middle_s, 3))
            word = replace(
                word, start_s=round(middle_s, 3), end_s=round(max(word.end_s, middle_s + SHORTEST_S), 3)
            )
        result.append(word)
    return result


def _mean(words: Sequence[HeardWord]) -> float:
    return sum(word.probability for word in words) / len(words)


def _bare(text: str) -> str:
    return _LETTERS.sub("", text.lower())
