"""Who spoke when: utterances and prompts become turns.

A candidate's turn lasts until the interviewer speaks: a prompt that begins between two utterances ends it,
also when the candidate then talks over the prompt's end. What the interviewer murmurs while the candidate
is speaking does not. In a recording without a known interviewer nothing splits a turn but a silence of
`BREAK_S`: there, somebody else was probably speaking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from voice_interviewer.analysis.findings import ReportTurn
from voice_interviewer.analysis.record import PhaseSpan, PromptSpan, SessionRecord
from voice_interviewer.analysis.tokens import SpokenWord, spoken_words
from voice_interviewer.core.speech import Utterance, Word, text_of

BREAK_S = 10.0
"""Silence that ends a turn where no prompt is known."""
TOUCH_S = 0.3
"""A prompt may begin this much before the recogniser's end of the utterance it follows."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Turns of both parties in order of time, and the candidate's words with their turns."""

    turns: tuple[ReportTurn, ...]
    words: list[SpokenWord]

    @property
    def candidate(self) -> list[ReportTurn]:
        """The candidate's turns."""
        return [turn for turn in self.turns if turn.by == "candidate"]


def build_floor(record: SessionRecord) -> Floor:
    """Turns and words of a session."""
    groups = _candidate_groups(record)
    drafts: list[tuple[float, int, PromptSpan | list[Word]]] = []
    for order, group in enumerate(groups):
        drafts.append((group[0].start_s, order, group))
    for order, prompt in enumerate(record.prompts):
        drafts.append((prompt.start_s, order - len(record.prompts), prompt))
    turns: list[ReportTurn] = []
    words: list[Word] = []
    turn_ids: list[int] = []
    for turn_id, (_, _, draft) in enumerate(sorted(drafts, key=lambda item: item[:2]), start=1):
        if isinstance(draft, PromptSpan):
            turns.append(_prompt_turn(turn_id, draft, record.phase_spans))
        else:
            turns.append(_candidate_turn(turn_id, draft, record.phase_spans))
            words.extend(draft)
            turn_ids.extend([turn_id] * len(draft))
    return Floor(tuple(turns), spoken_words(words, turn_ids))


def _candidate_groups(record: SessionRecord) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for utterance in sorted(record.utterances, key=lambda u: u.start_s):
        if not utterance.words:
            continue
        if groups and not _floor_changed(groups[-1][-1].end_s, utterance, record.prompts):
            groups[-1].extend(utterance.words)
        else:
            groups.append(list(utterance.words))
    return groups if record.prompts else _split_at_breaks(groups)


def _floor_changed(end_s: float, utterance: Utterance, prompts: Sequence[PromptSpan]) -> bool:
    start_s = utterance.words[0].start_s
    return any(end_s - TOUCH_S <= prompt.start_s < start_s for prompt in prompts)


def _split_at_breaks(groups: list[list[Word]]) -> list[list[Word]]:
    split: list[list[Word]] = []
    for group in groups:
        split.append([group[0]])
        for before, word in pairwise(group):
            if word.start_s - before.end_s >= BREAK_S:
                split.append([])
            split[-1].append(word)
    return split


def _candidate_turn(turn_id: int, words: Sequence[Word], spans: Sequence[PhaseSpan]) -> ReportTurn:
    start_s = words[0].start_s
    end_s = max(start_s, max(word.end_s for word in words))
    text = text_of(words)
    return ReportTurn(turn_id, "candidate", start_s, end_s, text, dominant_phase(spans, start_s, end_s))


def _prompt_turn(turn_id: int, prompt: PromptSpan, spans: Sequence[PhaseSpan]) -> ReportTurn:
    phase = dominant_phase(spans, prompt.start_s, prompt.end_s)
    return ReportTurn(
        turn_id,
        "interviewer",
        prompt.start_s,
        prompt.end_s,
        prompt.text,
        phase,
        prompt.kind,
        prompt.interrupted,
    )


def dominant_phase(spans: Sequence[PhaseSpan], start_s: float, end_s: float) -> str:
    """The phase that covers most of a stretch, '' when none does."""
    shares: dict[str, float] = {}
    for span in spans:
        overlap = min(end_s, span.end_s) - max(start_s, span.start_s)
        if overlap > 0:
            shares[span.phase_id] = shares.get(span.phase_id, 0.0) + overlap
    return max(shares, key=lambda phase: shares[phase]) if shares else ""
