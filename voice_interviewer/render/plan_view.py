"""The preparation plan in the terminal: 80 columns, and readable without colour."""

from __future__ import annotations

from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from voice_interviewer.core.plan import ItemProgress, Progress, StageProgress
from voice_interviewer.core.plan_progress import next_up, portion

_BAR_CELLS = 12
_SEVERAL = {
    "study": ("", ""),
    "tick": ("", ""),
    "practice": ("session", "sessions"),
    "company": ("session", "sessions"),
    "stories": ("story", "stories"),
    "mock": ("mock interview", "mock interviews"),
    "loop": ("loop", "loops"),
}


def plan_view(progress: Progress) -> RenderableType:
    """The whole plan, what is due today, and what comes next."""
    parts: list[RenderableType] = [_heading(progress)]
    for stage in progress.stages:
        parts += [Text(), _stage_title(stage, progress), _items(stage)]
    parts += [Text(), _today(progress)]
    return Group(*parts)


def day(when: date) -> str:
    """The 3rd of November as '3 Nov'."""
    return f"{when.day} {when:%b}"


def _heading(progress: Progress) -> Text:
    state = progress.state
    over = progress.day > progress.days
    place = f"{progress.days} days, over" if over else f"day {max(1, progress.day)} of {progress.days}"
    text = Text.assemble((progress.plan.name, "bold"), f" · {place} · begun {day(state.begun_on)}")
    if state.interview_on:
        text.append(f" · interview {day(state.interview_on)}")
    if state.company:
        text.append(f" · for {state.company}")
    return text


def _stage_title(stage: StageProgress, progress: Progress) -> Text:
    here = stage is progress.current and progress.day <= progress.days
    text = Text.assemble((stage.stage.name, "bold"), f"  {day(stage.first)} to {day(stage.last)}")
    return text.append("  (now)", style="green") if here else text


def _items(stage: StageProgress) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for one in stage.items:
        mark, style = ("✓", "green") if one.done else ("!", "yellow") if one.behind else ("·", "dim")
        count = f"{one.have}/{one.item.wanted}"
        title = Text(one.item.title, style="dim" if one.done else "")
        if one.too_short:
            short = "1 broken off early" if one.too_short == 1 else f"{one.too_short} broken off early"
            title.append(f" ({short}, not counted)", style="dim")
        table.add_row(Text(mark, style=style), title, _bar(one), Text(count))
    return table


def _bar(one: ItemProgress) -> Text:
    if one.item.wanted == 1:
        return Text()
    full = round(_BAR_CELLS * one.share)
    return Text("█" * full + "░" * (_BAR_CELLS - full), style="green" if one.done else "")


def _today(progress: Progress) -> RenderableType:
    upcoming = next_up(progress)
    if upcoming is None:
        return Text("Everything on the plan is done. Rest before the interview.", style="bold")
    due = portion(progress)
    lines = [Text("Due by tonight" if due else "Nothing is due by tonight.", style="bold")]
    lines += [_due(one) for one in due[:5]]
    if len(due) > 5:
        lines.append(Text(f"  and {len(due) - 5} more", style="dim"))
    lines.append(Text.assemble("\nNext: ", (upcoming.item.title, "bold")))
    if upcoming.item.kind == "tick":
        lines.append(Text(f"Tick it with: voice-interviewer plan --done {upcoming.item.id}"))
    else:
        lines.append(Text("Begin it with: voice-interviewer plan --start"))
    return Group(*lines)


def _due(one: ItemProgress) -> Text:
    singular, plural = _SEVERAL[one.item.kind]
    missing = f"{one.behind} {singular if one.behind == 1 else plural}: " if singular else ""
    return Text(f"  - {missing}{one.item.title}")
