"""A question in the terminal with everything the interviewer knows about it: to be read after an attempt."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from voice_interviewer.core.content import Framework, Question

DIFFICULTY = {1: "warm-up", 2: "usual", 3: "hard"}


def question_view(question: Question, framework: Framework) -> RenderableType:
    """Wording, clarifications, points by phase, follow-ups and the curve ball; plain without colour."""
    facts = [question.type, framework.name, DIFFICULTY.get(question.difficulty, "")]
    parts: list[RenderableType] = [
        Text(question.wording, style="bold"),
        Text(" · ".join([question.id, *filter(None, facts)]), style="dim"),
    ]
    for label, names in (("Companies", question.companies), ("Principles", question.principles)):
        if names:
            parts.append(Text(f"{label}: {', '.join(names)}", style="dim"))
    if question.clarifications:
        parts += [Text(), Text("When asked about", style="bold"), _clarifications(question)]
    for phase in framework.phases:
        own = [follow_up.text for follow_up in question.follow_ups if follow_up.phase == phase.id]
        points = question.points.get(phase.id, ())
        if own or points:
            parts += [Text(), Text(phase.name, style="bold")]
        parts += [Padding(Text(f"- {point}"), (0, 0, 0, 2)) for point in points]
        parts += [Padding(Text(f"? {text}", style="cyan"), (0, 0, 0, 2)) for text in own]
    if question.curve_ball:
        parts += [Text(), Text("Curve ball", style="bold"), Padding(Text(question.curve_ball), (0, 0, 0, 2))]
    return Group(*parts)


def _clarifications(question: Question) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(ratio=1)
    for topic, fact in question.clarifications.items():
        table.add_row(f"  {topic}", fact)
    return table
