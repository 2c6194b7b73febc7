"""The candidate's words that prove something: patterns found in the text, as quotes with times."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from voice_interviewer.analysis.findings import Quote
from voice_interviewer.analysis.tokens import SENTENCE, SpokenWord, clause_bounds, join
from voice_interviewer.core.content import Signal
from voice_interviewer.core.errors import ContentError
from voice_interviewer.core.signals import ReadText

QUOTE_REACH = 9
"""A quote reaches at most this many words to either side of what proves it, within the sentence."""
MAX_QUOTES = 4
LONGEST_PASSAGE = 30
"""Words quoted of a passage that proves something as a whole."""


class SpokenText:
    """Words as one string, with the way back from characters to words."""

    def __init__(self, words: Sequence[SpokenWord]) -> None:
        self.words = words
        self._starts: list[int] = []
        length = 0
        for word in words:
            self._starts.append(length)
            length += len(word.text) + 1
        self.text = " ".join(word.text for word in words)
        self._read: ReadText | None = None

    def matches(self, patterns: Iterable[str]) -> list[tuple[int, int]]:
        """Positions (first, last word within `words`) of every match, in order, without overlaps."""
        return self._apart(
            match.span()
            for pattern in patterns
            for match in compiled(pattern).finditer(self.text)
            if match.end() > match.start()
        )

    def said(self, signal: Signal) -> list[tuple[int, int]]:
        """The same for a signal's patterns, as the interviewer hears them: not where it is denied, put off
        or asked for.
        """
        if self._read is None:
            self._read = ReadText(self.text)
        return self._apart(self._read.said(signal))

    def within(self, start_s: float, end_s: float) -> tuple[int, int] | None:
        """Positions of the first and last word whose middle lies between two times; None without any."""
        middles = [(word.start_s + word.end_s) / 2 for word in self.words[self._first_after(start_s) :]]
        count = bisect_right(middles, end_s + 1e-3)
        first = self._first_after(start_s)
        return (first, first + count - 1) if count else None

    def _first_after(self, start_s: float) -> int:
        return bisect_right(self.words, start_s - 1e-3, key=lambda word: (word.start_s + word.end_s) / 2)

    def _apart(self, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Stretches of characters as stretches of words, in order, without overlaps."""
        spans = sorted((self._position(start), self._position(max(start, end - 1))) for start, end in found)
        kept: list[tuple[int, int]] = []
        for span in spans:
            if not kept or span[0] > kept[-1][1]:
                kept.append(span)
        return kept

    def _position(self, character: int) -> int:
        return bisect_right(self._starts, character) - 1


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """A content pattern, case ignored. Raises ContentError when it is no regular expression."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ContentError(f"pattern {pattern!r} is not a regular expression: {error}") from error


def quote_around(words: Sequence[SpokenWord], first: int, last: int, *, reach: int = QUOTE_REACH) -> Quote:
    """The words around a match, cut to its sentence; `words` of the quote are report positions of the match
    itself.
    """
    start, _ = clause_bounds(words, first, reach=reach)
    _, end = clause_bounds(words, last, reach=reach)
    before = "" if words[start].opens == SENTENCE else "… "
    after = "" if words[end].closes == SENTENCE or end + 1 == len(words) else " …"
    return Quote(
        text=f"{before}{join(words, start, end)}{after}",
        start_s=words[start].start_s,
        end_s=words[end].end_s,
        words=tuple(word.index for word in words[first : last + 1]),
    )


def quotes_for(text: SpokenText, signal: Signal, *, limit: int = MAX_QUOTES) -> tuple[Quote, ...]:
    """Quotes that prove the signal by its patterns, no two from the same stretch of words."""
    quotes: list[Quote] = []
    for first, last in text.said(signal):
        quote = quote_around(text.words, first, last)
        if not quotes or quote.start_s >= quotes[-1].end_s:
            quotes.append(quote)
        if len(quotes) == limit:
            break
    return tuple(quotes)


def passage_quote(text: SpokenText, start_s: float, end_s: float) -> Quote | None:
    """What was said between two times, cut to a length that can be quoted; None when nothing was."""
    span = text.within(start_s, end_s)
    if span is None:
        return None
    first, last = span
    cut = min(last, first + LONGEST_PASSAGE - 1)
    words = text.words
    return Quote(
        text=join(words, first, cut) + (" …" if cut < last else ""),
        start_s=words[first].start_s,
        end_s=words[cut].end_s,
        words=tuple(word.index for word in words[first : cut + 1]),
    )
