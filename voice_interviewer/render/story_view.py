"""Stories in the terminal: one story with its parts, the list, and what is covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from voice_interviewer.core.content import Framework
from voice_interviewer.core.stories import WANTED, Coverage, Story, Tag

_MOST_SIGNALS = 3
_BAR_CELLS = 20


def story_view(story: Story, framework: Framework, names: Mapping[str, str]) -> RenderableType:
    """One story: its parts with their shares, tags with the words behind them, and what is missing."""
    lines: list[RenderableType] = [
        Text(story.title, style="bold"),
        Text(f"{story.id} · {_clock(sum(story.seconds.values()))} · {story.told_on}", style="dim"),
        Text(),
        _shares(story, framework),
    ]
    for phase in framework.phases:
        text = story.parts.get(phase.id, "")
        lines += [Text(f"\n{phase.name}", style="bold"), Padding(Text(text or "(nothing)"), (0, 0, 0, 2))]
    lines += [Text(), _tags("Competencies", story.competencies, names)]
    lines.append(_tags("Principles", story.principles, names))
    if story.unheard:
        wanting = ", ".join(story.unheard[:_MOST_SIGNALS])
        lines.append(Text.assemble(("Not heard: ", "bold"), wanting))
    return Group(*lines)


def stories_list(stories: Sequence[Story]) -> RenderableType:
    """One line a story, numbered as `show` accepts them."""
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    for number, story in enumerate(stories, 1):
        tags = ", ".join(one.id for one in story.competencies)
        table.add_row(str(number), story.title, _clock(sum(story.seconds.values())), tags)
    return table


def matrix(rows: Sequence[Coverage], stories: Sequence[Story], company: str) -> RenderableType:
    """Principles against stories, and the gaps."""
    numbers = {story.id: number for number, story in enumerate(stories, 1)}
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for row in rows:
        count = len(row.stories)
        mark, style = ("✓", "green") if count >= WANTED[0] else ("!", "yellow") if count else ("○", "red")
        gap = "" if not row.missing else f"{row.missing} missing"
        told = ", ".join(str(numbers[one]) for one in row.stories)
        table.add_row(Text(mark, style=style), row.name, Text(told), Text(gap, style=style))
    lacking = sum(1 for row in rows if row.missing)
    if not stories:
        verdict = "No stories yet. Tell one: voice-interviewer stories tell"
    elif lacking:
        verdict = (
            f"{lacking} of {len(rows)} lack their {WANTED[0]} to {WANTED[1]} stories. "
            "Next: voice-interviewer stories tell"
        )
    else:
        verdict = "Every principle has its stories."
    title = f"{company}: principles and the numbers of the stories that serve them"
    return Group(Text(title, style="bold"), table, Text(), Text(verdict))


def _shares(story: Story, framework: Framework) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    for _ in range(4):
        table.add_column(no_wrap=True)
    for phase in framework.phases:
        share, wanted = story.shares.get(phase.id, 0.0), phase.budget_s / framework.nominal_s
        bar = Text("█" * round(_BAR_CELLS * share) or "▏", style="cyan")
        table.add_row(phase.name, bar, f"{share:.0%}", Text(f"wanted about {wanted:.0%}", style="dim"))
    return table


def _tags(title: str, tags: Sequence[Tag], names: Mapping[str, str]) -> RenderableType:
    if not tags:
        return Text.assemble((f"{title}: ", "bold"), "none found; add your own with stories tag")
    lines = [Text(title, style="bold")]
    for one in tags:
        proof = "your own" if one.by == "user" else "; ".join(f"“{words}”" for words in one.evidence[:3])
        lines.append(Text.assemble("  ", names.get(one.id, one.id), (f"  {proof}", "dim")))
    return Group(*lines)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
