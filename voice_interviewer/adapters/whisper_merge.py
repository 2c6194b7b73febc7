"""Two readings of the same sound made into one: the first one's words, and the fillers that both bear out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.adapters.acoustics import HOP_S, SoundMeasures, flat_stretch_s, speech_threshold_db
from voice_interviewer.adapters.whisper_reader import HeardWord, Reading
from voice_interviewer.adapters.whisper_speech import overlap_s, speech_spans
from voice_interviewer.adapters.whisper_vote import vote
from voice_interviewer.adapters.whisper_windows import Window
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

CERTAIN_FILLER = 0.9
CERTAIN_WORDS = 0.8
"""Mean probability of a stretch's words from which a second reading would change next to nothing."""
UNCOVERED_S = 0.5
"""Speech of this length without a word: something may have been left out."""
MOST_COVERED = 0.5
"""A filler goes into the text where words cover no more of it than this; it counts either way."""
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
    events = judged(candidates)
    kept = vote(
        [word for word in words if filler_kind(word.text) is None],
        [word for word in others if filler_kind(word.text) is None],
    )
    kept = _with_fillers(kept, events, words)
    return Heard(
        tuple(Word(word.text, word.start_s, word.end_s, word.probability) for word in kept),
        tuple(events),
        tuple(spans),
    )


def doubtful(window: Window, first: Sequence[Reading]) -> bool:
    """Is a second reading of this stretch worth its time? Not where the first one is sure of all it heard."""
    here = [r for r in first if r.window.start_s < window.end_s and r.window.end_s > window.start_s]
    if not all(reading.led for reading in here):
        return True
    words = [
        word
        for reading in here
        for word in reading.words
        if word.start_s < window.end_s and word.end_s > window.start_s
    ]
    if any(filler_kind(word.text) and word.probability < CERTAIN_FILLER for word in words):
        return True
    if not words or sum(word.probability for word in words) / len(words) < CERTAIN_WORDS:
        return True
    spoken = [(word.start_s, word.end_s) for word in words]
    spans = speech_spans(window.chances, bridge_s=0.0, offset_s=window.start_s)
    return any(
        end_s - start_s - overlap_s((start_s, end_s), spoken) >= UNCOVERED_S for start_s, end_s in spans
    )


def _fillers(words: Sequence[HeardWord], reading: int) -> list[HeardFiller]:
    return [
        # The recogniser's own length tells what it made up; the trimmed place is where the voice is.
        HeardFiller(kind, word.start_s, word.end_s, word.probability, reading, word.aligned_s)
        for word in words
        if (kind := filler_kind(word.text)) is not None
    ]


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


def _with_fillers(
    words: Sequence[HeardWord], events: Sequence[VocalFillerEvent], written: Sequence[HeardWord]
) -> list[HeardWord]:
    """The text with its fillers, as `written` where the first reading has them, each where there is room."""
    result = list(words)
    for event in events:
        length_s = event.end_s - event.start_s
        near = [(word.start_s, word.end_s) for word in words if word.end_s > event.start_s - 1]
        if overlap_s((event.start_s, event.end_s), near) > MOST_COVERED * length_s:
            continue
        start_s = max([event.start_s, *(b for a, b in near if a <= event.start_s < b)])
        end_s = min([event.end_s, *(a for a, _ in near if start_s < a < event.end_s)])
        own = (word.text for word in written if word.start_s == event.start_s and filler_kind(word.text))
        if end_s > start_s:
            text = next(own, f"{event.token},")
            result.append(HeardWord(text, start_s, end_s, event.confidence, end_s - start_s))
    return sorted(result, key=lambda word: word.start_s)
