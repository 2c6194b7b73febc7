"""Fillers from the text and from the audio, as one list without double counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from voice_interviewer.analysis.findings import FillerEvent, FillerFigures, Fillers
from voice_interviewer.analysis.lexical_fillers import LexicalFiller
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.analysis.tokens import SpokenWord

SAME_WITHIN_S = 0.15
"""An event of the audio and a recognised um this close to each other are the same um."""
REJECTED_WITHIN_MS = 250
"""A filler the user rejected is known again although a new analysis moved its start a little."""


def collect_fillers(
    words: Sequence[SpokenWord],
    lexical: Sequence[LexicalFiller],
    vocal: Sequence[VocalFillerEvent],
    rejected: Collection[tuple[str, int]],
    *,
    speaking_s: float,
    word_count: int,
) -> Fillers:
    """All fillers in order of time; those the user marked 'not one' are kept apart and counted nowhere."""
    events = [*merge_vocal(words, vocal), *(_lexical_event(words, filler) for filler in lexical)]
    events.sort(key=lambda event: (event.start_s, event.end_s))
    events = [replace(event, id=_event_id(event)) for event in events]
    gone = _rejected_positions(events, rejected)
    kept = [event for position, event in enumerate(events) if position not in gone]
    dropped = [event for position, event in enumerate(events) if position in gone]
    by_token = dict(Counter(event.token for event in kept).most_common())
    everything = _figures(len(kept), speaking_s, word_count)
    return Fillers(
        events=tuple(kept),
        per_minute=everything.per_minute,
        per_100_words=everything.per_100_words,
        by_token=by_token,
        vocal=_figures(sum(event.category == "vocal" for event in kept), speaking_s, word_count),
        lexical=_figures(sum(event.category == "lexical" for event in kept), speaking_s, word_count),
        rejected=tuple(dropped),
    )


def merge_vocal(words: Sequence[SpokenWord], vocal: Sequence[VocalFillerEvent]) -> list[FillerEvent]:
    """Ums of the audio, joined with the ums of the text they are; what only one has is kept too."""
    written = [word for word in words if word.vocal]
    found = sorted(vocal, key=lambda event: event.start_s)
    partners: list[list[SpokenWord]] = [[] for _ in found]
    alone: list[SpokenWord] = []
    for word in written:
        nearest = min(range(len(found)), key=lambda n: _apart_s(found[n], word), default=None)
        if nearest is None or _apart_s(found[nearest], word) > SAME_WITHIN_S:
            alone.append(word)
        elif partners[nearest] and _apart_s(found[nearest], word) > 0:
            alone.append(word)  # that event is already another um, and this one only stands beside it
        else:
            partners[nearest].append(word)
    merged = [_joined_event(event, mates) for event, mates in zip(found, partners, strict=True)]
    return [*merged, *(_written_event(word) for word in alone)]


def _apart_s(found: VocalFillerEvent, word: SpokenWord) -> float:
    """Time between the two, 0 or less when they overlap."""
    return max(word.start_s - found.end_s, found.start_s - word.end_s)


def _joined_event(found: VocalFillerEvent, mates: Sequence[SpokenWord]) -> FillerEvent:
    evidence = found.evidence
    if mates and "recogniser" not in evidence:
        evidence = ("recogniser", *evidence)
    return FillerEvent(
        id="",
        token=found.token,
        category="vocal",
        start_s=found.start_s,
        end_s=found.end_s,
        confidence=max([found.confidence, *(word.probability for word in mates)]),
        evidence=evidence,
        words=tuple(word.index for word in mates),
    )


def _written_event(word: SpokenWord) -> FillerEvent:
    return FillerEvent(
        "", word.norm, "vocal", word.start_s, word.end_s, word.probability, ("recogniser",), (word.index,)
    )


def _lexical_event(words: Sequence[SpokenWord], filler: LexicalFiller) -> FillerEvent:
    return FillerEvent(
        id="",
        token=filler.token,
        category="lexical",
        start_s=words[filler.first].start_s,
        end_s=words[filler.last].end_s,
        confidence=filler.confidence,
        evidence=("context",),
        words=tuple(range(filler.first, filler.last + 1)),
    )


def _event_id(event: FillerEvent) -> str:
    """Stable from one analysis to the next, and what `corrections.json` is keyed by."""
    return f"{event.token.replace(' ', '-')}@{round(event.start_s * 1000)}"


def _rejected_positions(events: Sequence[FillerEvent], rejected: Collection[tuple[str, int]]) -> set[int]:
    """Each rejection takes the nearest event of its token, if one is near."""
    positions: set[int] = set()
    for token, at_ms in sorted(rejected):
        near = [
            (abs(round(event.start_s * 1000) - at_ms), position)
            for position, event in enumerate(events)
            if event.token == token and position not in positions
        ]
        if near and min(near)[0] <= REJECTED_WITHIN_MS:
            positions.add(min(near)[1])
    return positions


def _figures(count: int, speaking_s: float, word_count: int) -> FillerFigures:
    return FillerFigures(
        count=count,
        per_minute=60.0 * count / speaking_s if speaking_s > 0 else 0.0,
        per_100_words=100.0 * count / word_count if word_count else 0.0,
    )
