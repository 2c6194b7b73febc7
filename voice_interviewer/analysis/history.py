"""Sessions over time: one row a session, trends over rows, two reports side by side. Pure: reports come as
data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import mean
from typing import Any, Literal

TREND_SESSIONS = 3
"""How many sessions each end of a trend is averaged over."""

Better = Literal["lower", "higher", "none"]
"""'none' where a change says nothing by itself."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """What history shows of a session; None where there is no such figure."""

    id: str
    kind: str
    started_at: str
    framework: str | None
    interview_type: str | None
    company: str | None
    question_id: str | None
    question: str | None
    duration_s: float | None
    speaking_s: float | None
    words: int | None
    vocal_per_minute: float | None
    lexical_per_minute: float | None
    speech_rate_wpm: float | None
    articulation_rate_wpm: float | None
    long_pauses: int | None
    phases_kept: int | None
    """Phases neither skipped nor over their budget."""
    phases: int | None
    signals_heard: int | None
    signals: int | None
    rubric_heard: int | None
    rubric: int | None
    verdict: str | None

    @property
    def day(self) -> date | None:
        """When it was held, None when that cannot be told."""
        try:
            return datetime.fromisoformat(self.started_at).date()
        except ValueError:
            return None

    @property
    def budget_share(self) -> float | None:
        """Share of the phases kept in time."""
        return self.phases_kept / self.phases if self.phases and self.phases_kept is not None else None

    @property
    def signal_share(self) -> float | None:
        """Share of the signs of a strong answer that were heard."""
        return self.signals_heard / self.signals if self.signals and self.signals_heard is not None else None

    @property
    def rubric_share(self) -> float | None:
        """Share of the rubric's signs that were heard."""
        return self.rubric_heard / self.rubric if self.rubric and self.rubric_heard is not None else None


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is followed over time."""

    name: str
    unit: str
    better: Better
    value: Callable[[SessionRow], float | None]
    percent: bool = False


MEASURES: tuple[Measure, ...] = (
    Measure("Ums and uhs", "a minute", "lower", lambda row: row.vocal_per_minute),
    Measure("Filler words", "a minute", "lower", lambda row: row.lexical_per_minute),
    Measure("Speech rate", "words a minute", "none", lambda row: row.speech_rate_wpm),
    Measure("Articulation rate", "words a minute", "none", lambda row: row.articulation_rate_wpm),
    Measure("Budgets kept", "of phases", "higher", lambda row: row.budget_share, percent=True),
    Measure("Signs of a strong answer", "heard", "higher", lambda row: row.signal_share, percent=True),
    Measure("Rubric", "heard", "higher", lambda row: row.rubric_share, percent=True),
)


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over sessions in order of time."""

    measure: Measure
    points: tuple[tuple[SessionRow, float], ...]

    @property
    def first(self) -> float:
        """Average of the first few."""
        return mean(value for _, value in self.points[:TREND_SESSIONS])

    @property
    def last(self) -> float:
        """Average of the last few."""
        return mean(value for _, value in self.points[-TREND_SESSIONS:])

    @property
    def direction(self) -> Literal["better", "worse", "same"]:
        """Whether it moved the right way by a tenth and more; 'same' where no way is right."""
        change = self.last - self.first
        floor = 0.05 if self.measure.percent else 0.5
        if self.measure.better == "none" or abs(change) < max(floor, 0.1 * abs(self.first)):
            return "same"
        return "better" if (change < 0) == (self.measure.better == "lower") else "worse"


def trends(rows: Sequence[SessionRow]) -> list[Trend]:
    """Trends with two sessions and more; recordings too poor to judge are left out."""
    judged = [row for row in rows if row.verdict not in ("poor", "none")]
    found = []
    for measure in MEASURES:
        points = tuple((row, value) for row in judged if (value := measure.value(row)) is not None)
        if len(points) >= 2:
            found.append(Trend(measure, points))
    return found


def chosen(
    rows: Iterable[SessionRow], *, framework: str = "", company: str = "", question: str = "", kind: str = ""
) -> list[SessionRow]:
    """Rows that fit all filters given; a question fits by its id or by words of its wording."""
    return [
        row
        for row in rows
        if (not framework or framework in (row.framework, row.interview_type))
        and (not company or row.company == company)
        and (not kind or row.kind == kind)
        and (not question or question == row.question_id or question.lower() in (row.question or "").lower())
    ]


def row_of(session_id: str, report: Mapping[str, Any]) -> SessionRow:
    """The row of a `report.json`; missing parts become None."""
    session = _part(report, "session")
    pacing, fillers = _part(report, "pacing"), _part(report, "fillers")
    phases = report.get("phases") or None
    signals = [signal for phase in phases or () for signal in phase.get("signals", ())]
    rubric = _part(report, "substance").get("rubric") or ()
    heard = sum(len(line.get("heard", ())) for line in rubric)
    asked = heard + sum(len(line.get("not_heard", ())) for line in rubric)
    spoke = bool(pacing.get("words"))
    pauses = _part(report, "pauses").get("events")
    return SessionRow(
        id=session_id,
        kind=str(session.get("kind", "")),
        started_at=str(session.get("started_at", "")),
        framework=session.get("framework"),
        interview_type=session.get("interview_type"),
        company=session.get("company"),
        question_id=session.get("question_id"),
        question=session.get("question"),
        duration_s=session.get("duration_s"),
        speaking_s=pacing.get("speaking_s"),
        words=pacing.get("words"),
        vocal_per_minute=_part(fillers, "vocal").get("per_minute") if spoke else None,
        lexical_per_minute=_part(fillers, "lexical").get("per_minute") if spoke else None,
        speech_rate_wpm=pacing.get("speech_rate_wpm") if spoke else None,
        articulation_rate_wpm=pacing.get("articulation_rate_wpm") if spoke else None,
        long_pauses=None if pauses is None else sum(_is_long(pause) for pause in pauses),
        phases_kept=None if phases is None else sum(p.get("status") in ("within", "short") for p in phases),
        phases=None if phases is None else len(phases),
        signals_heard=sum(bool(signal.get("heard")) for signal in signals) if signals else None,
        signals=len(signals) or None,
        rubric_heard=heard if asked else None,
        rubric=asked or None,
        verdict=_part(report, "quality").get("verdict"),
    )


def _part(report: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = report.get(key)
    return part if isinstance(part, Mapping) else {}


def _is_long(pause: Mapping[str, Any]) -> bool:
    return pause.get("kind") == "inside_clause" and pause["end_s"] - pause["start_s"] >= 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two sessions."""

    name: str
    unit: str
    first: float | None
    second: float | None
    better: Better
    percent: bool = False

    @property
    def change(self) -> float | None:
        """Second less first, None when either is missing."""
        return None if self.first is None or self.second is None else self.second - self.first


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """Two reports figure by figure; a phase or a token that only one has counts as 0 in the other."""
    one, two = row_of("a", first), row_of("b", second)
    rows = [Difference(m.name, m.unit, m.value(one), m.value(two), m.better, m.percent) for m in MEASURES]
    rows.append(Difference("Speaking time", "s", one.speaking_s, two.speaking_s, "none"))
    rows.append(Difference("Pauses of 1 s inside a clause", "", one.long_pauses, two.long_pauses, "lower"))
    rows += _by_name("Filler", "", _tokens(first), _tokens(second), "lower")
    if _part(first, "session").get("framework") == _part(second, "session").get("framework"):
        rows += _by_name("Phase", "s", _phase_times(first), _phase_times(second), "none")
    return [row for row in rows if row.first is not None or row.second is not None]


def _by_name(
    what: str, unit: str, first: Mapping[str, float], second: Mapping[str, float], better: Better
) -> list[Difference]:
    names = list(dict.fromkeys([*first, *second]))
    return [
        Difference(f"{what}: {name}", unit, first.get(name, 0), second.get(name, 0), better) for name in names
    ]


def _tokens(report: Mapping[str, Any]) -> dict[str, float]:
    """The six most frequent fillers."""
    return dict(list(_part(_part(report, "fillers"), "by_token").items())[:6])


def _phase_times(report: Mapping[str, Any]) -> dict[str, float]:
    return {str(phase["name"]): float(phase["spent_s"]) for phase in report.get("phases") or ()}
