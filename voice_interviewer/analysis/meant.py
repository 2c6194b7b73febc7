"""What the interviewer heard in a session's words, utterance by utterance, read back from its journal. Pure.

The journal tells of each utterance how probable each signal is, and which of its passages is the likeliest to
give it. Whether that counts as heard is decided by the interviewer's own rule, as is what its patterns find
in an utterance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from voice_interviewer.analysis.record import GivenSignal
from voice_interviewer.core.content import Framework
from voice_interviewer.core.hearing import PROVED_BY, given, passage_spans, phases_at_hand
from voice_interviewer.core.signals import find_signals
from voice_interviewer.core.speech import Word, text_of


@dataclass(frozen=True, slots=True)
class Understood:
    """Words, what they mean, and the phase they were taken to be in."""

    words: tuple[Word, ...]
    meanings: Mapping[str, float]
    phase_id: str


def given_signals(framework: Framework, understood: Iterable[Understood]) -> tuple[GivenSignal, ...]:
    """Every signal that any of the words gave, surest first."""
    known = {phase.id for phase in framework.phases}
    found = [
        signal
        for one in understood
        if one.words and one.phase_id in known
        for signal in _Reading(framework, one).signals()
    ]
    return tuple(sorted(found, key=lambda one: (-one.probability, one.start_s)))


class _Reading:
    """One utterance, read as the interviewer reads it."""

    def __init__(self, framework: Framework, one: Understood) -> None:
        self._framework = framework
        self._one = one
        self._text = text_of(one.words)
        self._passages = passage_spans(self._text)
        self._starts = [0, *accumulate(len(word.text) + 1 for word in one.words)][: len(one.words)]

    def signals(self) -> Iterator[GivenSignal]:
        """By meaning and by pattern; a signal may come twice."""
        meanings, believed = self._one.meanings, self._one.phase_id
        for signal_id, probability in given(self._framework, believed, meanings).items():
            place = meanings.get(PROVED_BY + signal_id, -1.0)
            yield GivenSignal(signal_id, *self._times(int(place)), probability)
        for phase_id in phases_at_hand(self._framework, believed, meanings):
            for heard in find_signals(self._framework, phase_id, self._text):
                place = bisect_right(self._passages, heard.start_offset, key=lambda span: span[0]) - 1
                yield GivenSignal(heard.signal_id, *self._times(place), 1.0)

    def _times(self, passage: int) -> tuple[float, float]:
        """When a passage was said; all of the words where it is not told which."""
        words, first, last = self._one.words, 0, len(self._one.words) - 1
        if 0 <= passage < len(self._passages):
            start, end = self._passages[passage]
            first, last = self._word_at(start), self._word_at(max(start, end - 1))
        return words[first].start_s, words[last].end_s

    def _word_at(self, character: int) -> int:
        return bisect_right(self._starts, character) - 1
