"""The candidate's words that prove something: patterns found in the text, as quotes with times."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from voice_interviewer.analysis.findings import Quote
from voice_interviewer.analysis.tokens import SENTENCE, SpokenWord, clause_bounds, join
from voice_interviewer.core.errors import ContentError

QUOTE_REACH = 9
"""A quote reaches at most this many words to either side of what proves it, within the sentence."""
MAX_QUOTES = 4


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

    def matches(self, patterns: Iterable[str]) -> list[tuple[int, int]]:
        """Positions (first, last word within `words`) of every match, in order, without overlaps."""
        spans = sorted(
            (self._position(match.start()), self._position(max(match.start(), match.end() - 1)))
            for pattern in patterns
            for match in compiled(pattern).finditer(self.text)
            if match.end() > match.start()
        )
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


def quotes_for(text: SpokenText, patterns: Iterable[str], *, limit: int = MAX_QUOTES) -> tuple[Quote, ...]:
    """Quotes that prove the patterns, no two from the same stretch of words."""
    quotes: list[Quote] = []
    for first, last in text.matches(patterns):
        quote = quote_around(text.words, first, last)
        if not quotes or quote.start_s >= quotes[-1].end_s:
            quotes.append(quote)
        if len(quotes) == limit:
            break
    return tuple(quotes)
