"""What a good answer lets one hear, with the words that prove it.

A pattern's match counts only where the candidate says the thing: not where they deny it ('I don't see any
risks'), put it off ('I'll get to metrics later') or ask whether it is wanted ('should I talk about risks?').
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from voice_interviewer.core.content import Framework, Signal
from voice_interviewer.core.phase_evidence import is_plan

GIVES = "="
"""Prefix of a meaning's key: '=goal_stated' is how probable it is that the line gives that signal."""
_SENTENCE_END = re.compile(r"[.?!]+(?:\s+|$)")
_DENIED = re.compile(
    r"\b(?:no|not|never|without|haven't|hasn't|didn't|don't|doesn't|isn't|aren't|wasn't|couldn't|can't|won't|"
    r"forgot (?:to|about)|hard to say)\s+(?:(?:really|actually|even|have|had|has|see|give|know|think|name|"
    r"named|any|a|an|the|much|of|about|there|is|are|was|to|yet|got|know of|measure|measured)\s+){0,4}$",
    re.IGNORECASE,
)
_LEADING_NO = re.compile(r"^(?:no|not|never)\b", re.IGNORECASE)
_PUT_OFF = re.compile(
    r"\b(?:i'?ll|i will|we'?ll|we will|let'?s|i'?d|i would|going to|gonna|want to|can) (?:\w+ )?"
    r"(?:get|come|go|talk|cover|touch|discuss|leave|skip|save|return)\b[^.?!]{0,60}"
    r"\b(?:later|in a (?:bit|moment|second|minute)|at the end|for now|afterwards?|towards the end|"
    r"if we have time)\b",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    r"^(?:so |okay |and |or |but )*"
    r"(?:should|shall|do you want me|would you like me|did you want|may|can|could) "
    r"(?:to |i |we )?(?:\w+ ){0,3}(?:talk|go|cover|discuss|mention|get into|explain|look|move)\b",
    re.IGNORECASE,
)
_QUESTION_SIGNALS = ("asked", "checked")
"""Ends of the ids of signals that a question is the proof of."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal and its proof."""

    signal_id: str
    phase_id: str
    quote: str
    """The candidate's words: `text[start_offset:end_offset]`."""
    start_offset: int = 0
    end_offset: int = 0


def find_signals(framework: Framework, phase_id: str | None, text: str) -> list[Heard]:
    """Signals of one phase (all phases when None) in a text, each once, with its words and their place."""
    read = ReadText(text)
    found = []
    for phase in framework.phases:
        if phase_id is not None and phase.id != phase_id:
            continue
        for signal in phase.signals:
            place = next(read.said(signal), None)
            if place is not None:
                start, end = place
                found.append(Heard(signal.id, phase.id, text[start:end], start, end))
    return found


class ReadText:
    """A text made ready to look for many signals in it."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\u2019", "'")
        self._sentences = list(_sentences(self._text))
        self._starts = [start for start, _ in self._sentences]

    def said(self, signal: Signal) -> Iterator[tuple[int, int]]:
        """Where the signal is really said, (start, end) without space around it; one pattern's after the
        other's.
        """
        by_question = signal.id.endswith(_QUESTION_SIGNALS)
        for pattern in signal.patterns:
            for match in _compiled(pattern).finditer(self._text):
                start, end = _trimmed(self._text, *match.span())
                if start < end and (by_question or self._is_said(start)):
                    yield start, end

    def _is_said(self, start: int) -> bool:
        left, right = self._sentences[bisect_right(self._starts, start) - 1]
        sentence = self._text[left:right].strip()
        if _DENIED.search(self._text[left:start]) or _LEADING_NO.match(self._text[start:right]):
            return False
        return not (_PUT_OFF.search(sentence) or _ASKS_WHETHER.match(sentence) or is_plan(sentence))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans that together cover the text."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip(" ,;:")))


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
