"""A loop in the terminal and its debrief as a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from voice_interviewer.analysis.debrief import AcrossItem, Debrief, PrincipleMark, RoundFigures
from voice_interviewer.core.loop import LoopState, RoundPlan
from voice_interviewer.render.html_report import asset, content_policy, environment
from voice_interviewer.render.view_text import clock

SCHEMA = "voice-interviewer.loop/1"
DECIMALS = 3


# -- before and between rounds -------------------------------------------------------------------


def announcement(plan: RoundPlan, of: int, company: str) -> RenderableType:
    """What the candidate is told before a round."""
    lines: list[RenderableType] = [
        Rule(f"{company} · round {plan.number} of {of} · {plan.minutes:g} minutes"),
        Text(plan.name, style="bold"),
    ]
    if plan.bar_raiser:
        lines.append(Text("With the bar raiser, who comes from elsewhere and may go back to earlier topics."))
    return Group(*lines)


def loop_overview(state: LoopState, company: str) -> RenderableType:
    """The rounds of a loop with where it is."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for plan, session, done in zip(state.rounds, state.sessions, state.done, strict=True):
        status = "done" if done else "cut short" if session else ""
        table.add_row(str(plan.number), plan.name, f"{plan.minutes:g} min", Text(status, style="green"))
    return Group(Text(f"{company}: loop {state.id}", style="bold"), table)


def loops_list(states: Sequence[LoopState], names: Mapping[str, str]) -> RenderableType:
    """One line a loop."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for state in states:
        following = state.next_round
        where = f"next: round {following.number}, {following.name}" if following else "all rounds held"
        held = f"{sum(state.done)} of {len(state.rounds)} rounds"
        table.add_row(state.id, names.get(state.company, state.company), f"{held}; {where}")
    return table


# -- afterwards ----------------------------------------------------------------------------------


def debrief_view(debrief: Debrief) -> RenderableType:
    """The debrief in the terminal, plain without colour."""
    parts: list[RenderableType] = [Rule(f"Debrief: {debrief.company}"), _rounds(debrief.rounds)]
    parts += [Text(f"Not held: {name}", style="yellow") for name in debrief.not_held]
    for one in debrief.rounds:
        if one.rubric:
            parts += [Text(), Text(f"{one.number}. {one.name}", style="bold"), _rubric(one)]
    if debrief.strengths:
        parts += [Text(), Text("Keep", style="bold green")]
        parts += [line for item in debrief.strengths for line in _item(item)]
    if debrief.work_on:
        parts += [Text(), Text("Work on, across rounds", style="bold")]
        parts += [line for item in debrief.work_on for line in _item(item)]
    if not debrief.strengths and not debrief.work_on:
        parts += [Text(), Text("Too little was said in these rounds to advise on.", style="yellow")]
    if debrief.principles:
        parts += [Text(), Text("Principles", style="bold"), _principles(debrief.principles)]
    return Group(*parts)


def _rounds(rounds: Sequence[RoundFigures]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Round", ratio=1)
    for heading in ("Time", "Words/min", "Ums/min", "Fillers/min", "Heard"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in rounds:
        table.add_row(
            str(one.number),
            one.name + ("" if one.complete else " (cut short)"),
            f"{clock(one.duration_s)}",
            *((f"{value:.{digits}f}" if one.judged else "–") for value, digits in _rates(one)),
            f"{one.signals_heard} of {one.signals}",
        )
    return table


def _rates(one: RoundFigures) -> tuple[tuple[float, int], ...]:
    return (one.speech_rate_wpm, 0), (one.vocal_per_minute, 1), (one.lexical_per_minute, 1)


def _rubric(one: RoundFigures) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for line in one.rubric:
        table.add_row(line.name, f"{line.heard} of {line.of} heard")
    return table


def _item(item: AcrossItem) -> list[RenderableType]:
    where = "round" if len(item.rounds) == 1 else "rounds"
    heading = f"{item.title}  ({where} {', '.join(map(str, item.rounds))})"
    lines: list[RenderableType] = [
        Padding(Text(heading, style="bold"), (0, 0, 0, 2)),
        Padding(Text(item.detail), (0, 0, 0, 2)),
    ]
    for one in item.examples:
        text = f"round {one.round}, {clock(one.example.start_s)}  “{one.example.quote}”"
        lines.append(Padding(Text(text), (0, 0, 0, 4)))
    return lines


def _principles(marks: Sequence[PrincipleMark]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(ratio=1)
    table.add_column()
    for mark in marks:
        if mark.covered:
            table.add_row(mark.name, Text(f"asked about in {_numbered(mark.asked_in)}", style="green"))
        elif mark.planned_in:
            table.add_row(mark.name, Text(f"missed, was due in {_numbered(mark.planned_in)}", style="yellow"))
        else:
            table.add_row(mark.name, Text("not planned in this loop", style="dim"))
    return table


def _numbered(numbers: Sequence[int]) -> str:
    return ("round " if len(numbers) == 1 else "rounds ") + ", ".join(map(str, numbers))


# -- page and data -------------------------------------------------------------------------------


def debrief_json(debrief: Debrief, state: LoopState) -> dict[str, Any]:
    """The debrief as plain data, with the loop it is of."""
    plain = _plain(debrief)
    assert isinstance(plain, dict)
    for mark, raw in zip(debrief.principles, plain["principles"], strict=True):
        raw["covered"] = mark.covered
    loop = {"id": state.id, "company": state.company, "begun_at": state.begun_at, "seed": state.seed}
    return {"schema": SCHEMA, "loop": loop, **plain}


def _plain(value: object) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def render_debrief(debrief: Debrief, state: LoopState, links: Mapping[str, str]) -> str:
    """The page. `links`: session id -> address of its own report, relative to the page."""
    style = asset("pages.css")
    return (
        environment()
        .get_template("loop.html")
        .render(
            debrief=debrief,
            state=state,
            links=links,
            numbered=_numbered,
            style=Markup(style),
            policy=content_policy(style, "", {}),
        )
    )
