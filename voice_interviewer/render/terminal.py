"""The report in the terminal: what matters on one screen, 80 columns, plain without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from voice_interviewer.analysis.findings import AdviceItem, PhaseFinding, Range, Report
from voice_interviewer.analysis.thresholds import place
from voice_interviewer.render.opinion_view import opinion_view

WIDTH = 80
_MARKS = {"good": ("●", "green"), "fine": ("◐", "yellow"), "low": ("○", "red"), "high": ("○", "red")}
_STATUS = {"skipped": "skipped", "touched": "in passing", "short": "short", "within": "", "over": "over"}
BAR_CELLS = 18


def summary(report: Report) -> RenderableType:
    """Everything a user reads before opening the page; rich wraps it to the console."""
    parts: list[RenderableType] = [_heading(report)]
    parts += [Text(f"! {note}", style="yellow") for note in report.notes]
    parts.append(_figures(report))
    if report.phases:
        parts += [Text(), _phases(report.phases, shares=report.substance.star_shares is not None)]
    parts += _advice(report)
    if report.opinion is not None:
        parts += [Text(), opinion_view(report.opinion)]
    return Group(*parts)


def clock(seconds: float) -> str:
    """75.2 -> '1:15'; hours only where there are some."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _heading(report: Report) -> RenderableType:
    session = report.session
    parts = [
        session.kind,
        session.recording,
        session.framework_name,
        session.company,
        clock(session.duration_s),
    ]
    title = " · ".join(part for part in parts if part)
    if session.question:
        return Group(Rule(Text(title), style="dim"), Text(session.question, style="italic"))
    return Rule(Text(title), style="dim")


def _figures(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    if report.quality.verdict != "none":
        for label, value, range_text, mark in _rows(report):
            table.add_row(label, value, Text.assemble(mark, range_text))
    return table


def _rows(report: Report) -> Iterable[tuple[str, str, str, Text]]:
    pacing, fillers, pauses = report.pacing, report.fillers, report.pauses
    judged = report.quality.verdict != "poor"

    def mark(value: float, name: str) -> Text:
        if not judged or name not in report.thresholds:
            return Text("  ")
        sign, style = _MARKS[place(value, report.thresholds[name])]
        return Text(f"{sign} ", style=style)

    def range_of(name: str) -> str:
        return _range(report.thresholds[name])

    yield (
        "Ums and uhs",
        f"{fillers.vocal.per_minute:.1f} a minute",
        f"{fillers.vocal.count}; {range_of('vocal_fillers_per_minute')}",
        mark(fillers.vocal.per_minute, "vocal_fillers_per_minute"),
    )
    words = Counter(event.token for event in fillers.events if event.category == "lexical")
    top = ", ".join(f"{token} {count}" for token, count in words.most_common(4))
    yield (
        "Filler words",
        f"{fillers.lexical.per_minute:.1f} a minute",
        f"{fillers.lexical.count}; {range_of('lexical_fillers_per_minute')}",
        mark(fillers.lexical.per_minute, "lexical_fillers_per_minute"),
    )
    if top:
        yield "", "", f"most often: {top}", Text("  ")
    yield (
        "Speech rate",
        f"{pacing.speech_rate_wpm:.0f} wpm",
        range_of("speech_rate_wpm"),
        mark(pacing.speech_rate_wpm, "speech_rate_wpm"),
    )
    yield "Articulation rate", f"{pacing.articulation_rate_wpm:.0f} wpm", "pauses left out", Text("  ")
    inside = pauses.by_kind["inside_clause"]
    yield (
        "Pauses",
        f"{pauses.count}",
        f"{inside.count} inside a clause"
        + (f", the longest {inside.longest_s:.1f} s" if inside.count else ""),
        Text("  "),
    )
    yield "Spoken", clock(pacing.speaking_s), f"{pacing.words} words", Text("  ")


def _range(bounds: Range) -> str:
    if bounds.good_low <= 0:
        return f"to {bounds.good_high:g} harmless, above {bounds.fine_high:g} harmful"
    return f"{bounds.good_low:g}-{bounds.good_high:g} good, {bounds.fine_low:g}-{bounds.fine_high:g} fine"


def _phases(phases: Sequence[PhaseFinding], *, shares: bool) -> Table:
    """Seconds against budgets; shares of the answer where the framework is one monologue."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, max_width=24, overflow="ellipsis")
    table.add_column(no_wrap=True, width=BAR_CELLS)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    longest = max(max(_measures(phase, shares)) for phase in phases) or 1.0
    for phase in phases:
        spent, budget = _measures(phase, shares)
        figures = f"{spent:.0%} of {budget:.0%}" if shares else f"{clock(spent)} of {clock(budget)}"
        style = {"over": "red", "skipped": "red", "short": "yellow", "touched": "yellow"}.get(
            phase.status, "green"
        )
        table.add_row(
            phase.name,
            _bar(spent / longest, budget / longest, style),
            figures,
            Text(_STATUS[phase.status], style=style),
        )
    return table


def _measures(phase: PhaseFinding, shares: bool) -> tuple[float, float]:
    """Spent and meant, as seconds or as shares."""
    return (phase.spent_share, phase.budget_share) if shares else (phase.spent_s, phase.budget_s)


def _bar(spent: float, budget: float, style: str) -> Text:
    """Time spent as a bar, the budget as a mark on it; both 0 to 1."""
    filled = round(BAR_CELLS * spent)
    cells = ["━" if cell < filled else "·" for cell in range(BAR_CELLS)]
    cells[min(BAR_CELLS - 1, round(BAR_CELLS * budget))] = "┃"
    return Text("".join(cells), style=style)


def _advice(report: Report) -> list[RenderableType]:
    advice = report.advice
    if advice.withheld:
        return [Text(), Text(advice.withheld, style="yellow")]
    parts: list[RenderableType] = []
    if advice.strength:
        parts += [Text(), Text("Keep", style="bold green"), *_item(advice.strength)]
    if advice.work_on:
        parts += [Text(), Text("Work on", style="bold")]
        for item in advice.work_on:
            parts += _item(item)
    return parts


def _item(item: AdviceItem) -> list[RenderableType]:
    lines: list[RenderableType] = [Padding(Text(item.title, style="bold"), (0, 0, 0, 2))]
    lines.append(Padding(Text(item.detail), (0, 0, 0, 2)))
    for example in item.examples:
        quote = example.quote if len(example.quote) <= 90 else example.quote[:89].rsplit(" ", 1)[0] + " …"
        text = Text.assemble((clock(example.start_s), "cyan"), f"  “{quote}”", (f"  {example.why}", "dim"))
        lines.append(Padding(text, (0, 0, 0, 4)))
    return lines
