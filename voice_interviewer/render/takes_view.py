"""Two takes of the same phase side by side: in the terminal and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from voice_interviewer.analysis.findings import SignalFinding
from voice_interviewer.analysis.part import Take, merged_signals
from voice_interviewer.render.html_report import asset, content_policy, environment
from voice_interviewer.render.view_text import TRACK_NAMES, clock

LEAD_IN_S = 0.5
"""A player begins this much before the phase."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the comparison."""

    name: str
    first: str
    second: str


def figures(first: Take, second: Take) -> tuple[Figure, ...]:
    """The figures of the phase alone; rates only where enough was said to have any."""
    rows = [
        ("Time of its budget", *(f"{clock(t.spent_s)} of {clock(t.budget_s)}" for t in (first, second))),
        ("Words", *(str(t.report.pacing.words) for t in (first, second))),
        ("Words a minute", *(_rate(t, t.report.pacing.speech_rate_wpm, 0) for t in (first, second))),
        ("Ums and uhs a minute", *(_rate(t, t.report.fillers.vocal.per_minute, 1) for t in (first, second))),
        (
            "Filler words a minute",
            *(_rate(t, t.report.fillers.lexical.per_minute, 1) for t in (first, second)),
        ),
        (
            "Pauses inside a clause",
            *(str(t.report.pauses.by_kind["inside_clause"].count) for t in (first, second)),
        ),
        ("Numbers given", *(str(len(t.report.substance.numbers)) for t in (first, second))),
        (
            "Signals heard",
            *(f"{sum(s.heard for s in t.signals)} of {len(t.signals)}" for t in (first, second)),
        ),
    ]
    return tuple(Figure(*row) for row in rows)


def _rate(take: Take, value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if take.report.pacing.words else "–"


def takes_view(first: Take, second: Take, phase: str) -> RenderableType:
    """The comparison in the terminal, plain without colour."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", ratio=1)
    table.add_column("First take", justify="right")
    table.add_column("This take", justify="right")
    for row in figures(first, second):
        table.add_row(row.name, row.first, row.second)
    signals = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    signals.add_column(ratio=1)
    signals.add_column(ratio=1)
    signals.add_column(ratio=1)
    for name, one, two in merged_signals(first.signals, second.signals):
        signals.add_row(name, _heard(one), _heard(two))
    parts: list[RenderableType] = [Rule(f"Two takes · {phase}", style="dim"), table, Text(), signals]
    parts += [Text(), *_talk("First take", first), Text(), *_talk("This take", second)]
    return Group(*parts)


def _heard(signal: SignalFinding | None) -> Text:
    if signal is None or not signal.heard:
        return Text("not heard", style="yellow")
    return Text(f"“{signal.quotes[0].text}”", style="green")


def _talk(title: str, take: Take) -> list[RenderableType]:
    lines: list[RenderableType] = [Text(title, style="bold")]
    if not take.turns:
        lines.append(Text("nothing was said in this phase", style="dim"))
    for turn in take.turns:
        style = "dim" if turn.by == "interviewer" else ""
        lines.append(Text(f"{clock(turn.start_s)}  {TRACK_NAMES[turn.by]}: {turn.text}", style=style))
    return lines


def render_takes(
    first: Take,
    second: Take,
    phase: str,
    question: str,
    *,
    audio: tuple[Mapping[str, str], Mapping[str, str]],
    links: tuple[str, str],
) -> str:
    """The page. `audio`: per take party -> address of its track; `links`: addresses of the whole reports."""
    style = asset("pages.css")
    sources = {f"{number}{party}": at for number, own in enumerate(audio) for party, at in own.items()}
    takes = [
        {"title": title, "take": take, "players": _players(take, own), "link": link}
        for title, take, own, link in zip(
            ("First take", "This take"), (first, second), audio, links, strict=True
        )
    ]
    return (
        environment()
        .get_template("takes.html")
        .render(
            phase=phase,
            question=question,
            rows=figures(first, second),
            signals=merged_signals(first.signals, second.signals),
            takes=takes,
            style=Markup(style),
            policy=content_policy(style, "", sources),
        )
    )


def _players(take: Take, audio: Mapping[str, str]) -> list[dict[str, str]]:
    """One player a stretch of the phase and track, opened where the stretch begins."""
    found = []
    for span in take.spans:
        for party in ("candidate", "interviewer"):
            if party in audio:
                start_s, end_s = max(0.0, span.start_s - LEAD_IN_S), span.end_s
                found.append(
                    {
                        "label": f"{TRACK_NAMES[party]}, {clock(span.start_s)} to {clock(end_s)}",
                        "source": f"{audio[party]}#t={start_s:.1f},{end_s:.1f}",
                    }
                )
    return found
