"""Two readings of the same sound made into one: the first one's words, and the fillers that both bear out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.adapters.acoustics import HOP_S, SoundMeasures, flat_stretch_s, speech_threshold_db
from voice_interviewer.adapters.whisper_reader import HeardWord, Reading
from voice_interviewer.adapters.whisper_speech import overlap_s, speech_spans
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.analysis.vocal_fillers import (
    FillerCandidate,
    HeardFiller,
    SoundUnder,
    filler_kind,
    gather,
    judged,
)
from voice_interviewer.core.speech import Word

UNCOVERED_S = 0.8
"""Speech of this length without a word means that the first reading left something out."""
MOST_COVERED = 0.3
"""A filler of the second reading goes into the text where words cover no more of it than this."""
CREDIBLE = 0.3
REACH_S = 0.4
"""How far the sound under a filler is followed past the recogniser's end of it."""
VOICED_AT = 0.5

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a stretch of sound."""

    words: tuple[Word, ...]
    """Sorted, not overlapping, session time; fillers among them."""
    fillers: tuple[VocalFillerEvent, ...]
    speech_spans: tuple[Span, ...]
    """Where the detector heard speech."""


def merge(first: Sequence[Reading], second: Sequence[Reading], measures: Sequence[SoundMeasures]) -> Heard:
    """Words and fillers of a stretch; `measures` are those of the first reading's windows, in their order."""
    spans = [
        span
        for reading in first
        for span in speech_spans(reading.window.chances, offset_s=reading.window.start_s)
    ]
    words = [word for reading in first for word in reading.words]
    others = [word for reading in second for word in reading.words]
    candidates = gather([*_fillers(words, 0), *_fillers(others, 1)])
    for candidate in candidates:
        covered = any(
            reading.window.start_s <= candidate.best.start_s < reading.window.end_s for reading in second
        )
        candidate.readings = 2 if covered else 1
        candidate.sound = _sound_under(candidate, first, measures)
    events, turned_down = judged(candidates)
    kept = [word for word in words if not _is_one_of(word, turned_down)]
    kept = _completed(kept, others, spans)
    kept = _with_fillers(kept, events)
    return Heard(
        tuple(Word(word.text, word.start_s, word.end_s, word.probability) for word in kept),
        tuple(events),
        tuple(spans),
    )


def _fillers(words: Sequence[HeardWord], reading: int) -> list[HeardFiller]:
    return [
        # The recogniser's own length tells what it made up; the trimmed place is where the voice is.
        HeardFiller(kind, word.start_s, word.end_s, word.probability, reading, word.aligned_s)
        for word in words
        if (kind := filler_kind(word.text)) is not None
    ]


def _is_one_of(word: HeardWord, candidates: Sequence[FillerCandidate]) -> bool:
    return filler_kind(word.text) is not None and any(
        filler.reading == 0 and filler.start_s == word.start_s
        for candidate in candidates
        for filler in candidate.heard
    )


def _sound_under(
    candidate: FillerCandidate, readings: Sequence[Reading], measures: Sequence[SoundMeasures]
) -> SoundUnder:
    start_s, end_s = candidate.span_s
    for reading, sound in zip(readings, measures, strict=True):
        if reading.window.start_s <= start_s < reading.window.end_s:
            loud = sound.level_db > speech_threshold_db(sound.level_db)
            first = round((start_s - reading.window.start_s) / HOP_S)
            last = max(first + 1, round((end_s - reading.window.start_s) / HOP_S))
            limit = min(len(sound), last + round(REACH_S / HOP_S))
            while last < limit and loud[last]:
                last += 1
            part = slice(first, last)
            voiced = (sound.voicing[part] > VOICED_AT) & loud[part]
            return SoundUnder(
                float(loud[part].sum()) * HOP_S,
                float(voiced.sum()) * HOP_S,
                flat_stretch_s(sound, first, last),
            )
    return SoundUnder()


def _completed(words: list[HeardWord], others: Sequence[HeardWord], spans: Sequence[Span]) -> list[HeardWord]:
    """Where speech has no word for most of a second, what the other reading heard there."""
    result = list(words)
    for start_s, end_s in _uncovered(words, spans):
        result += [
            word
            for word in others
            if word.probability >= CREDIBLE
            and filler_kind(word.text) is None
            and start_s <= (word.start_s + word.end_s) / 2 <= end_s
            and overlap_s((word.start_s, word.end_s), [(w.start_s, w.end_s) for w in result]) == 0
        ]
    return sorted(result, key=lambda word: word.start_s)


def _uncovered(words: Sequence[HeardWord], spans: Sequence[Span]) -> list[Span]:
    gaps: list[Span] = []
    for start_s, end_s in spans:
        at_s = start_s
        inside = [word for word in words if word.end_s > start_s and word.start_s < end_s]
        for word in inside:
            gaps.append((at_s, min(word.start_s, end_s)))
            at_s = max(at_s, word.end_s)
        gaps.append((at_s, end_s))
    return [gap for gap in gaps if gap[1] - gap[0] >= UNCOVERED_S]


def _with_fillers(words: list[HeardWord], events: Sequence[VocalFillerEvent]) -> list[HeardWord]:
    """The text, with the fillers that only the second reading heard where there is room for them."""
    result = list(words)
    for event in events:
        span = (event.start_s, event.end_s)
        near = [(word.start_s, word.end_s) for word in words]
        if any(filler_kind(word.text) and _overlaps(span, (word.start_s, word.end_s)) for word in words):
            continue
        if overlap_s(span, near) > MOST_COVERED * (event.end_s - event.start_s):
            continue
        start_s = max([event.start_s, *(b for a, b in near if a < event.start_s < b)])
        end_s = min([event.end_s, *(a for a, b in near if start_s < a < event.end_s)])
        if end_s > start_s:
            result.append(HeardWord(f"{event.token},", start_s, end_s, event.confidence, end_s - start_s))
    return sorted(result, key=lambda word: word.start_s)


def _overlaps(one: Span, other: Span) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0])
