"""How it was spoken, beyond the words: pitch, loudness, who held the floor, who cut in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median, pstdev

from voice_interviewer.analysis.findings import (
    Delivery,
    LoudnessFigures,
    Percentiles,
    PitchFigures,
    ReportTurn,
    Span,
)
from voice_interviewer.analysis.record import AcousticTrack, SessionRecord
from voice_interviewer.analysis.tokens import SpokenWord

MIN_VOICED_S = 5.0
"""Less voiced speech than this gives no figure of pitch or loudness."""
STEADY_S = 0.05
"""Steady voicing of this length, and of two frames at least, makes a pitch believable."""
MAX_STEP_SEMITONES = 2.0
MAX_SLOPE_SEMITONES_S = 60.0
"""A pitch that jumps more than this between frames is a tracking error."""
OCTAVE_GUARD_SEMITONES = 11.0
"""Pitches further than this from the median are taken for octave errors."""
CUT_IN_S = 0.3
"""Overlap with the other party's speech from which beginning to speak is an interruption."""
ACKNOWLEDGING = frozenset({"acknowledgement", "hold"})


def measure_delivery(
    record: SessionRecord, turns: Sequence[ReportTurn], words: Sequence[SpokenWord]
) -> Delivery:
    """All figures of delivery; None where there is nothing to measure."""
    candidate = [turn for turn in turns if turn.by == "candidate"]
    longest = max(candidate, key=lambda turn: turn.end_s - turn.start_s, default=None)
    return Delivery(
        pitch=pitch_variety(record.acoustics, words),
        loudness=loudness_variety(record.acoustics, words),
        longest_monologue=Span(longest.start_s, longest.end_s) if longest else None,
        talk_share=_talk_share(turns),
        interruptions_by_candidate=_by_candidate(record),
        interruptions_by_interviewer=_by_interviewer(record),
        time_to_first_word_s=percentiles(_first_word_gaps(turns)),
    )


def percentiles(values: Sequence[float]) -> Percentiles:
    """Median, 95th percentile (linear between neighbours) and maximum; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return Percentiles(None, None, None, 0)
    return Percentiles(_quantile(ordered, 0.5), _quantile(ordered, 0.95), ordered[-1], len(ordered))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def pitch_variety(track: AcousticTrack, words: Sequence[SpokenWord]) -> PitchFigures | None:
    """Standard deviation of the pitch in semitones, over steady voicing inside words."""
    steady: list[float] = []
    run: list[float] = []
    enough = max(2, round(STEADY_S / track.hop_s))
    step = max(MAX_STEP_SEMITONES, MAX_SLOPE_SEMITONES_S * track.hop_s)
    for hertz in _inside_words(track.f0_hz, track.hop_s, words):
        if hertz > 0 and run and abs(12 * math.log2(hertz / run[-1])) <= step:
            run.append(hertz)
            continue
        if len(run) >= enough:
            steady.extend(run)
        run = [hertz] if hertz > 0 else []
    if len(run) >= enough:
        steady.extend(run)
    if len(steady) * track.hop_s < MIN_VOICED_S:
        return None
    middle = median(steady)
    semitones = [12 * math.log2(hertz / middle) for hertz in steady]
    semitones = [value for value in semitones if abs(value) <= OCTAVE_GUARD_SEMITONES]
    return PitchFigures(middle, pstdev(semitones), len(steady) * track.hop_s)


def loudness_variety(track: AcousticTrack, words: Sequence[SpokenWord]) -> LoudnessFigures | None:
    """Spread of the level inside words, dB; the level of a word is the mean of its frames."""
    levels: list[float] = []
    for word in words:
        frames = track.level_db[_frame(word.start_s, track) : _frame(word.end_s, track) + 1]
        if frames:
            levels.append(sum(frames) / len(frames))
    if sum(word.end_s - word.start_s for word in words) < MIN_VOICED_S or len(levels) < 10:
        return None
    ordered = sorted(levels)
    return LoudnessFigures(
        median(ordered), pstdev(ordered), _quantile(ordered, 0.9) - _quantile(ordered, 0.1)
    )


def _frame(at_s: float, track: AcousticTrack) -> int:
    return max(0, round(at_s / track.hop_s))


def _inside_words(values: Sequence[float], hop_s: float, words: Sequence[SpokenWord]) -> list[float]:
    """Frames inside words, with a 0 between words so that no run crosses a gap."""
    inside: list[float] = []
    for word in words:
        inside.extend(values[max(0, round(word.start_s / hop_s)) : round(word.end_s / hop_s)])
        inside.append(0.0)
    return inside


def _talk_share(turns: Sequence[ReportTurn]) -> float | None:
    spoken = {"candidate": 0.0, "interviewer": 0.0}
    for turn in turns:
        spoken[turn.by] += turn.end_s - turn.start_s
    if not spoken["interviewer"] or not spoken["candidate"]:
        return None
    return spoken["candidate"] / (spoken["candidate"] + spoken["interviewer"])


def _first_word_gaps(turns: Sequence[ReportTurn]) -> list[float]:
    """From the end of a prompt to the candidate's first word; talking over its end counts as none."""
    gaps: list[float] = []
    previous: ReportTurn | None = None
    for turn in turns:
        if previous and previous.by == "interviewer" and turn.by == "candidate":
            gaps.append(max(0.0, turn.start_s - previous.end_s))
        previous = turn
    return gaps


def _by_candidate(record: SessionRecord) -> tuple[float, ...]:
    """The candidate began to speak while a prompt was being said."""
    return tuple(
        utterance.words[0].start_s
        for utterance in record.utterances
        if utterance.words
        and any(
            prompt.start_s < utterance.words[0].start_s < prompt.end_s - CUT_IN_S
            and prompt.kind not in ACKNOWLEDGING
            for prompt in record.prompts
        )
    )


def _by_interviewer(record: SessionRecord) -> tuple[float, ...]:
    """A prompt (not a murmured 'okay') began while the candidate was in the middle of an utterance."""
    return tuple(
        prompt.start_s
        for prompt in record.prompts
        if prompt.kind not in ACKNOWLEDGING
        and any(
            utterance.words
            and utterance.words[0].start_s < prompt.start_s < utterance.words[-1].end_s - CUT_IN_S
            for utterance in record.utterances
        )
    )
