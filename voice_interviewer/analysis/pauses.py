"""Pauses of 250 ms and more, and where they fall.

A pause is silence between two sounds of the candidate, an um being a sound. Thinking after a question
(`before_answer`) is listed and never held against anyone; a `break` is a silence so long, in a recording
without a known interviewer, that somebody else may have been speaking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voice_interviewer.analysis.findings import (
    FillerEvent,
    Pause,
    PauseFigures,
    PauseKind,
    Pauses,
    ReportTurn,
)
from voice_interviewer.analysis.tokens import CLAUSE, NONE, SpokenWord

MIN_PAUSE_S = 0.25
_KINDS: tuple[PauseKind, ...] = (
    "before_answer",
    "between_sentences",
    "between_clauses",
    "inside_clause",
    "break",
)
_OPENERS = frozenset("and but so because then which although while when if or after before since".split())
_ROUNDING_S = 1e-6


def find_pauses(
    words: Sequence[SpokenWord], fillers: Iterable[FillerEvent], turns: Sequence[ReportTurn]
) -> Pauses:
    """Every pause, in order of time."""
    by_turn: dict[int, list[SpokenWord]] = {}
    for word in words:
        by_turn.setdefault(word.turn_id, []).append(word)
    vocal = [event for event in fillers if event.category == "vocal"]
    events: list[Pause] = []
    previous: ReportTurn | None = None
    for turn in turns:
        if turn.by == "candidate":
            sounds = _sounds(by_turn.get(turn.id, []), vocal, previous.end_s if previous else 0.0)
            events.extend(_around_turn(previous, sounds))
            events.extend(_inside_turn(sounds))
        previous = turn
    events.sort(key=lambda pause: pause.start_s)
    return summarise(events)


def summarise(events: Sequence[Pause]) -> Pauses:
    """Counts over all pauses and by kind."""
    by_kind: dict[str, PauseFigures] = {
        kind: _figures([pause for pause in events if pause.kind == kind]) for kind in _KINDS
    }
    total = _figures(events)
    return Pauses(tuple(events), total.count, total.total_s, total.longest_s, by_kind)


def _figures(events: Sequence[Pause]) -> PauseFigures:
    lengths = [pause.length_s for pause in events]
    return PauseFigures(len(lengths), sum(lengths, 0.0), max(lengths, default=0.0))


Sound = tuple[float, float, SpokenWord | None]
"""start_s, end_s and the word; None for an um that only the audio has."""


def _sounds(words: Sequence[SpokenWord], vocal: Iterable[FillerEvent], after_s: float) -> list[Sound]:
    """Words of a turn with the ums in it and right before it, in order of time."""
    sounds: list[Sound] = [(word.start_s, word.end_s, word) for word in words]
    if not words:
        return sounds
    sounds.extend(
        (event.start_s, event.end_s, None)
        for event in vocal
        if not event.words and after_s <= event.start_s and event.end_s <= words[-1].end_s
    )
    return sorted(sounds, key=lambda sound: sound[:2])


def _around_turn(previous: ReportTurn | None, sounds: Sequence[Sound]) -> list[Pause]:
    if previous is None or not sounds or sounds[0][0] - previous.end_s < MIN_PAUSE_S - _ROUNDING_S:
        return []
    kind: PauseKind = "before_answer" if previous.by == "interviewer" else "break"
    return [Pause(previous.end_s, sounds[0][0], kind)]


def _inside_turn(sounds: Sequence[Sound]) -> list[Pause]:
    pauses: list[Pause] = []
    end_s = sounds[0][1] if sounds else 0.0
    last_word = sounds[0][2] if sounds else None
    for start_s, sound_end_s, word in sounds[1:]:
        if start_s - end_s >= MIN_PAUSE_S - _ROUNDING_S:
            pauses.append(Pause(end_s, start_s, _kind(last_word, word)))
        end_s = max(end_s, sound_end_s)
        last_word = word or last_word
    return pauses


def _kind(before: SpokenWord | None, after: SpokenWord | None) -> PauseKind:
    """By the punctuation between; before an um by what precedes it."""
    closes = before.closes if before else NONE
    if closes > CLAUSE:
        return "between_sentences"
    if closes == CLAUSE or (after is not None and after.norm in _OPENERS):
        return "between_clauses"
    return "inside_clause"
