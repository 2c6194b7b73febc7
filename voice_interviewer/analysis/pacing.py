"""Speech rate, articulation rate, the curve over time, fast and slow stretches.

Speech rate: the candidate's words, vocal fillers not counted, per minute of their turns, each from its
first word to its last. Articulation rate: the same words over the same time less pauses of 250 ms and more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from voice_interviewer.analysis.findings import CurvePoint, Pacing, Pauses, Range, ReportTurn, Stretch
from voice_interviewer.analysis.tokens import SpokenWord

WINDOW_S = 30.0
STEP_S = 5.0
STRETCH_WINDOW_S = 12.0
"""Fast and slow stretches are sought with a shorter window, so that their edges mean something."""
MIN_STRETCH_S = 8.0
MIN_HEARD_S = 10.0
"""A window with less of the candidate in it gives no point on the curve."""


@dataclass(frozen=True, slots=True)
class _Speech:
    """Words and turns laid end to end, so that a window never counts time in which somebody else spoke."""

    mids: list[float]
    """Middle of each counted word, session seconds."""
    starts: list[float]
    ends: list[float]
    before: list[float]
    """Speaking time before each turn."""

    def heard_s(self, at_s: float) -> float:
        """The candidate's speaking time up to a session time."""
        index = bisect_right(self.starts, at_s) - 1
        if index < 0:
            return 0.0
        return self.before[index] + min(at_s, self.ends[index]) - self.starts[index]

    def words_between(self, start_s: float, end_s: float) -> int:
        """Counted words whose middle lies between."""
        return bisect_left(self.mids, end_s) - bisect_left(self.mids, start_s)

    def rate(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Words a minute between two times, and the speaking time that rests on."""
        heard_s = self.heard_s(end_s) - self.heard_s(start_s)
        return (60.0 * self.words_between(start_s, end_s) / heard_s if heard_s > 0 else 0.0), heard_s


def measure_pacing(
    words: Sequence[SpokenWord], turns: Sequence[ReportTurn], pauses: Pauses, bounds: Range
) -> Pacing:
    """All figures of pace; `bounds` says what counts as fast and slow."""
    counted = [word for word in words if not word.vocal]
    speaking_s = sum((turn.end_s - turn.start_s for turn in turns), 0.0)
    paused_s = sum(
        _inside(pause.start_s, pause.end_s, turns) for pause in pauses.events if _within(pause.kind)
    )
    phonation_s = max(0.0, speaking_s - paused_s)
    starts = [turn.start_s for turn in turns]
    lengths = [turn.end_s - turn.start_s for turn in turns]
    speech = _Speech(
        mids=sorted((word.start_s + word.end_s) / 2 for word in counted),
        starts=starts,
        ends=[turn.end_s for turn in turns],
        before=[0.0, *accumulate(lengths)][: len(turns)],
    )
    return Pacing(
        speech_rate_wpm=_per_minute(len(counted), speaking_s),
        articulation_rate_wpm=_per_minute(len(counted), phonation_s),
        speaking_s=speaking_s,
        phonation_s=phonation_s,
        words=len(counted),
        curve=_curve(speech, turns, speaking_s),
        window_s=WINDOW_S,
        stretches=_stretches(speech, counted, turns, bounds),
    )


def _per_minute(count: int, seconds: float) -> float:
    return 60.0 * count / seconds if seconds > 0 else 0.0


def _within(kind: str) -> bool:
    return kind not in ("before_answer", "break")


def _inside(start_s: float, end_s: float, turns: Sequence[ReportTurn]) -> float:
    """How much of a pause lies inside turns: one before a turn's first word (after an um) does not count."""
    return sum(max(0.0, min(end_s, turn.end_s) - max(start_s, turn.start_s)) for turn in turns)


def _curve(speech: _Speech, turns: Sequence[ReportTurn], speaking_s: float) -> tuple[CurvePoint, ...]:
    enough_s = min(MIN_HEARD_S, speaking_s / 2)
    if not turns or enough_s <= 0:
        return ()
    points: list[CurvePoint] = []
    seen: set[float] = set()
    for turn in turns:
        step = int(turn.start_s // STEP_S)
        while step * STEP_S <= turn.end_s:
            at_s = max(turn.start_s, step * STEP_S)
            wpm, heard_s = speech.rate(at_s - WINDOW_S / 2, at_s + WINDOW_S / 2)
            if heard_s >= enough_s and at_s not in seen:
                points.append(CurvePoint(at_s, wpm))
                seen.add(at_s)
            step += 1
    return tuple(points)


def _stretches(
    speech: _Speech, counted: Sequence[SpokenWord], turns: Sequence[ReportTurn], bounds: Range
) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for turn in turns:
        words = [word for word in counted if word.turn_id == turn.id]
        found += _stretches_of(speech, words, "fast", bounds)
        found += _stretches_of(speech, words, "slow", bounds)
    return tuple(sorted(found, key=lambda stretch: stretch.start_s))


def _stretches_of(
    speech: _Speech, words: Sequence[SpokenWord], kind: Literal["fast", "slow"], bounds: Range
) -> list[Stretch]:
    """Windows beyond the fine range, joined where they touch, cut to words, kept if still beyond it."""
    spans: list[tuple[float, float]] = []
    last = 0
    for first, word in enumerate(words):
        last = max(last, first)
        while last + 1 < len(words) and words[last].end_s - word.start_s < STRETCH_WINDOW_S:
            last += 1
        start_s, end_s = word.start_s, words[last].end_s
        if end_s - start_s < MIN_STRETCH_S or not _beyond(_wpm(words, first, last), kind, bounds):
            continue
        if spans and start_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end_s))
        else:
            spans.append((start_s, end_s))
    stretches = [Stretch(kind, start_s, end_s, speech.rate(start_s, end_s)[0]) for start_s, end_s in spans]
    return [stretch for stretch in stretches if _beyond(stretch.wpm, kind, bounds)]


def _wpm(words: Sequence[SpokenWord], first: int, last: int) -> float:
    return _per_minute(last - first + 1, words[last].end_s - words[first].start_s)


def _beyond(wpm: float, kind: str, bounds: Range) -> bool:
    return wpm > bounds.fine_high if kind == "fast" else wpm < bounds.fine_low
