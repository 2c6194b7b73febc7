"""History as a page: one small chart a figure, and the table of sessions. Same rules as the report's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from voice_interviewer.analysis.history import SessionRow, Trend
from voice_interviewer.render.history_table import shown
from voice_interviewer.render.html_report import asset, content_policy, environment
from voice_interviewer.render.view_text import clock


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A trend as shapes: positions in percent."""

    name: str
    unit: str
    first: str
    last: str
    direction: str
    better: str
    path: str
    """In a view box of 100 by 100."""
    dots: tuple[tuple[str, str, str], ...]
    """x, y, title."""
    low: str
    high: str


def render_history(
    rows: Sequence[SessionRow], found: Sequence[Trend], *, title: str = "Practice history"
) -> str:
    """The whole page; no script, no sound."""
    style = asset("report.css")
    page = environment().get_template("history.html")
    return page.render(
        title=title,
        policy=content_policy(style, "", {}),
        style=Markup(style),
        rows=list(reversed(rows)),
        charts=[trend_chart(trend) for trend in found],
        clock=clock,
    )


def trend_chart(trend: Trend) -> TrendChart:
    """Values from 0 up, so that a small change looks small."""
    values = [value for _, value in trend.points]
    top = max([*values, 1e-9]) * 1.15
    if trend.measure.percent:
        top = max(top, 1.0)
    count = len(values)
    places = [(2 + 96 * n / max(1, count - 1), 100 - 100 * value / top) for n, value in enumerate(values)]
    percent = trend.measure.percent
    return TrendChart(
        name=trend.measure.name,
        unit=trend.measure.unit,
        first=shown(trend.first, percent),
        last=shown(trend.last, percent),
        direction=trend.direction,
        better=trend.measure.better,
        path="M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in places),
        dots=tuple(
            (f"{x:.2f}%", f"{y:.2f}%", f"{row.started_at[:10]}: {shown(value, percent)}")
            for (x, y), (row, value) in zip(places, trend.points, strict=True)
        ),
        low="0",
        high=shown(top, percent),
    )
