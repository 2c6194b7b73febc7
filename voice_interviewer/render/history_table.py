"""Sessions over time, and two side by side, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from voice_interviewer.analysis.history import Difference, SessionRow, Trend
from voice_interviewer.render.view_text import clock

_SPARKS = "▁▂▃▄▅▆▇█"
SPARK_POINTS = 24
NAME_COLUMNS = 16
WHAT_COLUMNS = 28
_STYLES = {"better": "green", "worse": "red", "same": ""}
_NOTHING = "·"


def history_table(rows: Sequence[SessionRow], found: Sequence[Trend]) -> RenderableType:
    """One line a session, then how the figures moved."""
    parts: list[RenderableType] = [_sessions(rows)]
    if found:
        parts += [Text(), _trends(found)]
    return Group(*parts)


def _sessions(rows: Sequence[SessionRow]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("Session", no_wrap=True)
    table.add_column("What", no_wrap=True, overflow="ellipsis", min_width=12, max_width=WHAT_COLUMNS)
    for heading in ("Spoke", "Ums", "Fill", "Wpm", "Budget", "Rubric"):
        table.add_column(heading, justify="right", no_wrap=True, min_width=len(heading))
    for row in rows:
        table.add_row(
            short_name(row.id),
            _what(row),
            clock(row.speaking_s) if row.speaking_s is not None else _NOTHING,
            _number(row.vocal_per_minute, 1),
            _number(row.lexical_per_minute, 1),
            _number(row.speech_rate_wpm, 0),
            _of(row.phases_kept, row.phases),
            _of(row.rubric_heard, row.rubric),
        )
    return table


def short_name(session_id: str) -> str:
    """The beginning of a session's name: its time, by which every command finds it."""
    return session_id[:NAME_COLUMNS]


def _what(row: SessionRow) -> str:
    parts = [row.framework or row.kind, row.company, row.question or row.id]
    return " · ".join(part for part in parts if part)


def _number(value: float | None, decimals: int) -> str:
    return _NOTHING if value is None else f"{value:.{decimals}f}"


def _of(count: int | None, total: int | None) -> str:
    return _NOTHING if count is None or not total else f"{count}/{total}"


def _trends(found: Sequence[Trend]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for trend in found:
        style = _STYLES[trend.direction]
        first, last = (shown(value, trend.measure.percent) for value in (trend.first, trend.last))
        table.add_row(
            trend.measure.name,
            spark([value for _, value in trend.points]),
            f"{first} → {last} {trend.measure.unit}",
            Text("" if trend.direction == "same" else trend.direction, style=style),
        )
    return table


def shown(value: float, percent: bool) -> str:
    """A figure as it is written."""
    return f"{value:.0%}" if percent else f"{value:.1f}" if value < 30 else f"{value:.0f}"


def spark(values: Sequence[float]) -> str:
    """A line of little bars; the last ones when there are many."""
    last = values[-SPARK_POINTS:]
    low, high = min(last), max(last)
    if high == low:
        return _SPARKS[3] * len(last)
    return "".join(_SPARKS[round((len(_SPARKS) - 1) * (value - low) / (high - low))] for value in last)


def comparison_table(first: str, second: str, rows: Sequence[Difference]) -> Table:
    """Two sessions figure by figure; colour only where a direction is better."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", no_wrap=True)
    for name in (first, second):
        table.add_column(short_name(name), justify="right", no_wrap=True)
    table.add_column("Change", justify="right", no_wrap=True)
    for row in rows:
        label = f"{row.name} ({row.unit})" if row.unit else row.name
        table.add_row(label, _value(row.first, row), _value(row.second, row), _change(row))
    return table


def _value(value: float | None, row: Difference) -> str:
    if value is None:
        return _NOTHING
    if row.unit == "s":
        return clock(value)
    return f"{value}" if isinstance(value, int) else shown(value, row.percent)


def _change(row: Difference) -> Text:
    if row.change is None:
        return Text(_NOTHING)
    if row.unit == "s":
        text = f"{'+' if row.change >= 0 else '-'}{clock(abs(row.change))}"
    elif row.percent:
        text = f"{100 * row.change:+.0f} pt"
    else:
        text = f"{row.change:+d}" if isinstance(row.change, int) else f"{row.change:+.1f}"
    good = row.change < 0 if row.better == "lower" else row.change > 0
    style = "" if row.better == "none" or not row.change else "green" if good else "red"
    return Text(text, style=style)
