"""Filler words in what the candidate said, each counted only where it fills.

What stands around a word is in `analysis.filler_places`, when it fills in `analysis.filler_rules`; here the
words are gone through. `scripts/bench_lexical_fillers.py` measures the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.filler_places import Place
from voice_interviewer.analysis.filler_rules import RULES, Rule
from voice_interviewer.analysis.tokens import SENTENCE, SpokenWord


@dataclass(frozen=True, slots=True)
class LexicalFiller:
    """Words `first` to `last` fill; `confidence` says how plain the case is, 0.5 to 1."""

    token: str
    first: int
    last: int
    confidence: float


def lexical_fillers(words: Sequence[SpokenWord]) -> list[LexicalFiller]:
    """Every filler word among the candidate's words, in order; they never overlap."""
    found: list[LexicalFiller] = []
    index = 0
    while index < len(words):
        hit = _hit(words, index)
        if hit is None:
            index += 1
            continue
        found.append(hit)
        index = hit.last + 1
    return found


def _hit(words: Sequence[SpokenWord], index: int) -> LexicalFiller | None:
    for parts, token, rule in _BY_FIRST_WORD.get(words[index].norm, ()):
        last = index + len(parts) - 1
        if last >= len(words) or tuple(w.norm for w in words[index : last + 1]) != parts:
            continue
        if any(word.opens == SENTENCE for word in words[index + 1 : last + 1]):
            continue
        confidence = rule(Place(words, index, last))
        if confidence >= 0.5:
            return LexicalFiller(token, index, last, round(confidence, 2))
    return None


_CANONICAL = {"y'know": "you know", "kinda": "kind of", "ok": "okay", "you know what i mean": "you know"}

_BY_FIRST_WORD: dict[str, list[tuple[tuple[str, ...], str, Rule]]] = {}
for _phrase, _rule in RULES:
    _parts = tuple(_phrase.split())
    _BY_FIRST_WORD.setdefault(_parts[0], []).append((_parts, _CANONICAL.get(_phrase, _phrase), _rule))

LEXICAL_TOKENS = frozenset(_CANONICAL.get(phrase, phrase) for phrase, _ in RULES)
"""Every token the report may name."""
