"""Hedges, restarts and repeated words: reported apart from fillers, and never called mistakes.

Repeats and restarts belong to spontaneous speech, and to a stammer; the report shows them and gives no
advice on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from voice_interviewer.analysis.findings import MarkedWords, Marks
from voice_interviewer.analysis.lexical_fillers import LexicalFiller
from voice_interviewer.analysis.tokens import SENTENCE, SpokenWord

_HEDGES: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "i would say maybe",
        "i'm not sure",
        "i am not sure",
        "i feel like",
        "i don't know",
        "i would guess",
        "more or less",
        "sort of",
        "i think",
        "i guess",
        "i suppose",
        "i'd guess",
        "sorta",
        "maybe",
        "perhaps",
        "probably",
        "possibly",
        "presumably",
        "somewhat",
        "hopefully",
    )
)
_DETERMINERS = frozenset(
    "a the this that these those what which some any all every same other another no".split()
)
_EMPHATIC = frozenset(
    "very really so much many no yes yeah okay long far more never way too bye well right had that is do "
    "again".split()
)
_RESTARTERS = frozenset(
    "i we you they he she it there that this i'm we're it's that's they're i've we've the a".split()
)
_THINKING = frozenset(
    "think thought know knew guess believe hope feel felt said say wish mean saw see found realized "
    "realised heard "
    "figured decided and or but is was that if because when what so of to like do".split()
)
_CORRECTIONS: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "or rather",
        "scratch that",
        "let me rephrase",
        "let me start over",
        "let me start again",
        "sorry i mean",
        "no sorry",
        "wait no",
        "actually no",
    )
)
MAX_REPEAT_WORDS = 3


def hedges(words: Sequence[SpokenWord], fillers: Iterable[LexicalFiller], minutes: float) -> Marks:
    """'I think maybe', 'sort of', 'probably'; neighbours make one hedge."""
    taken = {index for filler in fillers for index in range(filler.first, filler.last + 1)}
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(words):
        length = _hedge_length(words, index)
        if not length or index in taken:
            index += 1
            continue
        if spans and spans[-1][1] + 1 == index and words[index].opens != SENTENCE:
            spans[-1] = (spans[-1][0], index + length - 1)
        else:
            spans.append((index, index + length - 1))
        index += length
    return _marks(words, spans, minutes)


def _hedge_length(words: Sequence[SpokenWord], index: int) -> int:
    for parts in _HEDGES:
        window = words[index : index + len(parts)]
        if tuple(word.norm for word in window) != parts or any(word.opens == SENTENCE for word in window[1:]):
            continue
        before = words[index - 1].norm if index and words[index].opens != SENTENCE else ""
        after = words[index + len(parts)].norm if index + len(parts) < len(words) else ""
        if parts == ("sort", "of") and before in _DETERMINERS and not (before == "a" and after == "like"):
            continue
        if parts[-1] == "think" and after in {"about", "of", "through", "big", "out"}:
            continue
        if parts == ("i", "think") and before in {"what", "how", "when", "where", "do", "did"}:
            continue
        return len(parts)
    return 0


def repeats(words: Sequence[SpokenWord], minutes: float) -> Marks:
    """The same one to three words twice in a row ("I, I went", "we want we want to"); the first go is
    marked.
    """
    content = [word for word in words if not word.vocal]
    spans: list[tuple[int, int]] = []
    position = 0
    while position < len(content):
        length = _repeat_length(content, position)
        if length:
            spans.append((content[position].index, content[position + length - 1].index))
        position += length or 1
    return _marks(words, spans, minutes)


def _repeat_length(content: Sequence[SpokenWord], start: int) -> int:
    for length in range(MAX_REPEAT_WORDS, 0, -1):
        first = content[start : start + length]
        second = content[start + length : start + 2 * length]
        if len(second) < length or [w.norm for w in first] != [w.norm for w in second] or not first[0].norm:
            continue
        if any(word.opens == SENTENCE for word in (*first[1:], *second)):
            continue
        if length == 1 and (first[0].norm in _EMPHATIC or first[0].norm[0].isdigit()):
            continue
        return length
    return 0


def restarts(words: Sequence[SpokenWord], minutes: float) -> Marks:
    """A word broken off, a sentence begun anew ("we should, we could"), a correction ("or rather")."""
    spans: list[tuple[int, int]] = []
    for index in range(len(words)):
        if spans and index <= spans[-1][1]:
            continue
        length = _correction_length(words, index)
        if length:
            spans.append((index, index + length - 1))
        elif _broken_off(words, index):
            spans.append((index, index))
        elif _begun_anew(words, index):
            spans.append((index, index + 1))
    return _marks(words, spans, minutes)


def _correction_length(words: Sequence[SpokenWord], index: int) -> int:
    for parts in _CORRECTIONS:
        if tuple(word.norm for word in words[index : index + len(parts)]) == parts:
            return len(parts)
    return 0


def _broken_off(words: Sequence[SpokenWord], index: int) -> bool:
    text = words[index].text.rstrip(",.")
    if not text.endswith(("-", "—", "–")) or words[index].vocal or len(text) < 2:
        return False
    return index + 1 < len(words) and words[index + 1].turn_id == words[index].turn_id


def _begun_anew(words: Sequence[SpokenWord], index: int) -> bool:
    if index + 3 >= len(words):
        return False
    first, inner, again, follower = words[index : index + 4]
    if first.norm not in _RESTARTERS or again.norm != first.norm or inner.norm in _THINKING or inner.vocal:
        return False
    if inner.norm == follower.norm or any(word.opens == SENTENCE for word in (inner, again, follower)):
        return False  # the same words twice are a repeat
    return first.norm not in {"the", "a", "that", "this", "it"} or bool(again.opens)


def _marks(words: Sequence[SpokenWord], spans: Sequence[tuple[int, int]], minutes: float) -> Marks:
    events = tuple(
        MarkedWords(
            token=" ".join(word.norm for word in words[first : last + 1]),
            start_s=words[first].start_s,
            end_s=words[last].end_s,
            words=tuple(range(first, last + 1)),
        )
        for first, last in spans
    )
    by_token = dict(Counter(event.token for event in events).most_common())
    return Marks(events, len(events), len(events) / minutes if minutes > 0 else 0.0, by_token)
