"""A reviewed recording of two people, made into what an interview between them would have left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.review_pipeline import Reviewed, split, write_utterance
from voice_interviewer.adapters.two_voices import Parted
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.core.commands import PromptKind, Say
from voice_interviewer.core.events import PromptFinished, PromptStarted
from voice_interviewer.core.speech import Utterance, Word

Candidate = Literal["most", "first", "second"]
"""Which of two voices is the candidate's: the one that says most, or the one heard first or second."""

MURMURED_WORDS = 3


def told_apart(reviewed: Reviewed, parted: Parted, who: Candidate) -> tuple[list[Utterance], str]:
    """Keep the candidate's side in `reviewed`; the other's utterances, and a note for the report."""
    if not parted.second:
        return [], "Only one voice could be told; all that was said is taken for the candidate's."
    first, second = parted.first, parted.second
    swap = who == "second" or (who == "most" and _length_s(second) > _length_s(first))
    own, other = (second, first) if swap else (first, second)
    reviewed.utterances = utterances(own)
    reviewed.vocal_fillers = _of(own, other, reviewed.vocal_fillers)
    share = _length_s(own) / (_length_s(own) + _length_s(other))
    place = "second" if swap else "first"
    reason = f"the one heard {place}" if who != "most" else f"the one that says most, heard {place}"
    note = (
        f"Two voices were told apart by their sound; the candidate is taken to be {reason} ({share:.0%} of "
        "the speech). Where both speak at once, and in very short replies, they may be mixed up."
    )
    return utterances(other), note


def utterances(words: Sequence[Word]) -> list[Utterance]:
    """Words between longer silences."""
    groups = [tuple(group) for group in split(words) if group]
    return [
        Utterance(number, group[0].start_s, group[-1].end_s, group) for number, group in enumerate(groups, 1)
    ]


def write_both(journal: Journal, own: Sequence[Utterance], other: Sequence[Utterance]) -> None:
    """The candidate's utterances and the interviewer's as prompts, in order of time."""
    sides = [(said, False) for said in own] + [(said, True) for said in other]
    asked = False
    for said, prompt in sorted(sides, key=lambda side: side[0].start_s):
        if not prompt:
            write_utterance(journal, said)
            continue
        kind = _kind(said, asked)
        asked = asked or kind == "question"
        journal.write(Say(said.id, said.text, kind), said.start_s)
        journal.write(PromptStarted(said.start_s, said.id), said.start_s)
        journal.write(PromptFinished(said.end_s, said.id, said.text), said.end_s)


def _kind(said: Utterance, asked: bool) -> PromptKind:
    if len(said.words) <= MURMURED_WORDS:
        return "acknowledgement"
    return "follow_up" if asked else "question"


def _of(
    own: Sequence[Word], other: Sequence[Word], events: Sequence[VocalFillerEvent]
) -> list[VocalFillerEvent]:
    """The fillers that lie nearer to the candidate's words."""
    return [event for event in events if _apart_s(event, own) <= _apart_s(event, other)]


def _apart_s(event: VocalFillerEvent, words: Sequence[Word]) -> float:
    return min(max(word.start_s - event.end_s, event.start_s - word.end_s, 0.0) for word in words)


def _length_s(words: Sequence[Word]) -> float:
    return sum(word.end_s - word.start_s for word in words)
