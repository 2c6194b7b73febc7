"""A language model's marks by the rubric, kept only where the candidate's own words bear them out. Pure.

The model's marks are its opinion and are shown as such. Each must quote what was said: a quote that does not
occur in the transcript is dropped, and with its last quote the mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_interviewer.analysis.findings import Opinion, OpinionMark, Quote
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.tokens import SpokenWord, join, normalise
from voice_interviewer.core.content import RubricLine

LOWEST, HIGHEST = 1, 5
MIN_QUOTE_WORDS = 3
"""Fewer words prove nothing: they occur in anything."""
MAX_QUOTES = 2
MAX_REASON = 240
"""Characters."""


def judge_opinion(record: SessionRecord, words: Sequence[SpokenWord]) -> Opinion | None:
    """What is left of a model's marks; None where none were asked for or given."""
    given = record.opinion
    if given is None or not given.marks:
        return None
    lines = {line.id: line for line in record.rubric}
    said = _Said(words)
    kept: dict[str, OpinionMark] = {}
    for mark in given.marks:
        found = _checked(mark, lines, said)
        if found is not None and found.id not in kept:
            kept[found.id] = found
    marks = tuple(kept[line.id] for line in record.rubric if line.id in kept)
    return Opinion(given.model, given.used, marks, len(given.marks) - len(marks))


def _checked(mark: Mapping[str, object], lines: Mapping[str, RubricLine], said: _Said) -> OpinionMark | None:
    line, value, quotes = lines.get(str(mark.get("id"))), mark.get("mark"), mark.get("quotes")
    if line is None or isinstance(value, bool) or not isinstance(value, int) or not isinstance(quotes, list):
        return None
    if not LOWEST <= value <= HIGHEST:
        return None
    found = [quote for text in quotes if isinstance(text, str) and (quote := said.find(text)) is not None]
    if not found:
        return None
    anchor = line.anchors[value - 1] if value <= len(line.anchors) else ""
    return OpinionMark(
        line.id, line.name, value, anchor, _one_line(mark.get("why")), tuple(found[:MAX_QUOTES])
    )


def _one_line(text: object) -> str:
    flat = " ".join(text.split()) if isinstance(text, str) else ""
    shown = "".join(sign for sign in flat if sign.isprintable())
    return shown if len(shown) <= MAX_REASON else shown[: MAX_REASON - 1].rsplit(" ", 1)[0] + " …"


class _Said:
    """The candidate's words, to look quotes up in: case, punctuation and ums do not matter."""

    def __init__(self, words: Sequence[SpokenWord]) -> None:
        self._words = words
        self._kept = [at for at, word in enumerate(words) if word.norm and not word.vocal]
        self._norms = [words[at].norm for at in self._kept]

    def find(self, text: str) -> Quote | None:
        """Where the quote was said; None where it was not, or is too short to prove anything."""
        wanted = [norm for norm in map(normalise, text.split()) if norm]
        count = len(wanted)
        if count < MIN_QUOTE_WORDS:
            return None
        for at in range(len(self._norms) - count + 1):
            if self._norms[at] == wanted[0] and self._norms[at : at + count] == wanted:
                return self._quote(self._kept[at], self._kept[at + count - 1])
        return None

    def _quote(self, first: int, last: int) -> Quote:
        words = self._words
        return Quote(
            join(words, first, last),
            words[first].start_s,
            words[last].end_s,
            tuple(word.index for word in words[first : last + 1]),
        )
