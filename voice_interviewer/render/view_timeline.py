"""The timeline and the pace chart as shapes: positions in percent of the session, paths in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.findings import CurvePoint, Report, ReportWord
from voice_interviewer.render.view_text import PAUSE_NAMES, clock

JOIN_GAP_S = 0.25
SHOWN_PAUSE_S = 1.0
CURVE_GAP_S = 12.0
PACE_LOW, PACE_HIGH = 40.0, 260.0
"""Words a minute at the bottom and the top of the pace chart; faster and slower is drawn at the edge."""
_TICK_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
MAX_TICKS = 12
NARROW_LABEL_PERCENT = 7.0
PALETTE = 8


@dataclass(frozen=True, slots=True)
class Block:
    """Something with a place on the timeline."""

    x: str
    width: str
    label: str
    title: str
    css: str
    start_s: float
    end_s: float
    id: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All rows of the timeline."""

    duration_s: float
    ticks: tuple[Block, ...]
    planned: tuple[Block, ...]
    spent: tuple[Block, ...]
    candidate_path: str
    interviewer_path: str
    fillers: tuple[Block, ...]
    pauses: tuple[Block, ...]
    stretches: tuple[Block, ...]
    description: str


@dataclass(frozen=True, slots=True)
class PaceChart:
    """The pace curve; y runs from 0 (top) to 100 (bottom)."""

    paths: tuple[str, ...]
    good: tuple[str, str]
    fine: tuple[str, str]
    lines: tuple[tuple[str, str], ...]
    average_y: str
    stretches: tuple[Block, ...]


def timeline(report: Report) -> Timeline:
    """Where everything happened."""
    duration_s = session_length(report)
    place = _Placer(duration_s)
    interviewer = [(t.start_s, t.end_s) for t in report.turns if t.by == "interviewer"]
    events = sorted((*report.fillers.events, *report.fillers.rejected), key=lambda event: event.start_s)
    return Timeline(
        duration_s=duration_s,
        ticks=_ticks(place),
        planned=_planned(report, place),
        spent=_spent(report, place),
        candidate_path=_path(_joined(report.words)),
        interviewer_path=_path(interviewer),
        fillers=tuple(
            place.block(e.start_s, e.end_s, e.token, f"{e.token}, {clock(e.start_s)}", e.category, e.id)
            for e in events
        ),
        pauses=tuple(
            place.block(p.start_s, p.end_s, "", f"{p.length_s:.1f} s {PAUSE_NAMES[p.kind]}", p.kind)
            for p in report.pauses.events
            if p.length_s >= SHOWN_PAUSE_S
        ),
        stretches=_stretches(report, place),
        description=_description(report),
    )


def session_length(report: Report) -> float:
    """The session's length, never shorter than what happened in it."""
    ends = [report.session.duration_s, *(turn.end_s for turn in report.turns), 1.0]
    return max(ends)


def pace_chart(report: Report) -> PaceChart:
    """The curve over the bands of good and fine pace."""
    bounds = report.thresholds["speech_rate_wpm"]
    place = _Placer(session_length(report))
    return PaceChart(
        paths=tuple(_curve_path(run) for run in _runs(report.pacing.curve)),
        good=_band(bounds.good_low, bounds.good_high),
        fine=_band(bounds.fine_low, bounds.fine_high),
        lines=tuple((f"{_y(wpm):.2f}%", f"{wpm}") for wpm in (60, 100, 140, 180, 220)),
        average_y=f"{_y(report.pacing.speech_rate_wpm):.2f}%",
        stretches=_stretches(report, place),
    )


@dataclass(frozen=True, slots=True)
class _Placer:
    duration_s: float

    def percent(self, seconds: float) -> float:
        return 100 * min(max(seconds, 0.0), self.duration_s) / self.duration_s

    def block(
        self, start_s: float, end_s: float, label: str, title: str, css: str, own_id: str = ""
    ) -> Block:
        left, right = self.percent(start_s), self.percent(end_s)
        return Block(
            f"{left:.3f}%", f"{max(0.0, right - left):.3f}%", label, title, css, start_s, end_s, own_id
        )


def _ticks(place: _Placer) -> tuple[Block, ...]:
    step_s = next((s for s in _TICK_STEPS_S if place.duration_s / s <= MAX_TICKS), _TICK_STEPS_S[-1])
    count = int(place.duration_s // step_s)
    return tuple(
        place.block(n * step_s, n * step_s, clock(n * step_s), "", "")
        for n in range(1, count + 1)
        if n * step_s < place.duration_s * 0.985
    )


def _planned(report: Report, place: _Placer) -> tuple[Block, ...]:
    """Budgets in order from where the first phase began; shares of the answer for a monologue."""
    spans = [span for phase in report.phases for span in phase.spans]
    if not spans:
        return ()
    at_s = min(span.start_s for span in spans)
    total_s = max(span.end_s for span in spans) - at_s
    shares = report.substance.star_shares is not None
    blocks = []
    for number, phase in enumerate(report.phases):
        length_s = phase.budget_share * total_s if shares else phase.budget_s
        title = f"{phase.name}, planned {clock(length_s)}"
        if at_s < place.duration_s:
            blocks.append(place.block(at_s, at_s + length_s, phase.name, title, f"p{number % PALETTE}"))
        at_s += length_s
    return tuple(blocks)


def _spent(report: Report, place: _Placer) -> tuple[Block, ...]:
    blocks = []
    for number, phase in enumerate(report.phases):
        for span in phase.spans:
            title = f"{phase.name}, {clock(span.start_s)} to {clock(span.end_s)}"
            blocks.append(
                place.block(span.start_s, span.end_s, phase.name, title, f"p{number % PALETTE}", phase.id)
            )
    return tuple(sorted(blocks, key=lambda block: block.start_s))


def _stretches(report: Report, place: _Placer) -> tuple[Block, ...]:
    return tuple(
        place.block(s.start_s, s.end_s, f"{s.wpm:.0f}", f"{s.kind}: {s.wpm:.0f} words a minute", s.kind)
        for s in report.pacing.stretches
    )


def _joined(words: Sequence[ReportWord]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: word.start_s):
        if spans and word.start_s - spans[-1][1] < JOIN_GAP_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end_s))
        else:
            spans.append((word.start_s, word.end_s))
    return spans


def _path(spans: Iterable[tuple[float, float]]) -> str:
    """Rectangles of height 1 in seconds, for an SVG whose view box is as wide as the session is long."""
    return "".join(
        f"M{start_s:.2f} 0h{max(0.05, end_s - start_s):.2f}v1H{start_s:.2f}z" for start_s, end_s in spans
    )


def _runs(curve: Sequence[CurvePoint]) -> list[list[CurvePoint]]:
    runs: list[list[CurvePoint]] = []
    for point in curve:
        if runs and point.at_s - runs[-1][-1].at_s <= CURVE_GAP_S:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def _curve_path(run: Sequence[CurvePoint]) -> str:
    if len(run) == 1:
        return f"M{run[0].at_s - 1:.2f} {_y(run[0].wpm):.2f}h2"
    return "M" + "L".join(f"{point.at_s:.2f} {_y(point.wpm):.2f}" for point in run)


def _y(wpm: float) -> float:
    """Percent from the top."""
    share = (min(max(wpm, PACE_LOW), PACE_HIGH) - PACE_LOW) / (PACE_HIGH - PACE_LOW)
    return 100 * (1 - share)


def _band(low: float, high: float) -> tuple[str, str]:
    """Upper edge and height."""
    return f"{_y(high):.2f}%", f"{_y(low) - _y(high):.2f}%"


def _description(report: Report) -> str:
    parts = [f"{clock(report.session.duration_s)} long", f"{report.fillers.vocal.count} ums and uhs"]
    parts.append(f"{report.fillers.lexical.count} filler words")
    long = sum(pause.length_s >= SHOWN_PAUSE_S for pause in report.pauses.events)
    parts.append(f"{long} pauses of a second or more")
    if report.phases:
        parts.append("phases: " + ", ".join(f"{p.name} {clock(p.spent_s)}" for p in report.phases))
    return "; ".join(parts)
