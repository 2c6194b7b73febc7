"""A language model's marks in the terminal, named as what they are."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from voice_interviewer.analysis.findings import Opinion
from voice_interviewer.render.view_text import clock

HEADING = "An opinion: marks by {model}, a language model"
CAVEAT = "Not measured, and another run may differ. Every quote was checked against the transcript."


def opinion_view(opinion: Opinion) -> RenderableType:
    """Marks with their reasons and the first quote; wraps to the console."""
    parts: list[RenderableType] = [
        Text(HEADING.format(model=opinion.model), style="bold magenta"),
        Padding(Text(CAVEAT, style="dim"), (0, 0, 0, 2)),
    ]
    for mark in opinion.marks:
        quote = mark.quotes[0]
        line = Text.assemble((f"{mark.mark} of 5  ", "magenta"), (mark.name, "bold"))
        if mark.why:
            line.append(f": {mark.why}")
        parts.append(Padding(line, (0, 0, 0, 2)))
        said = Text.assemble((clock(quote.start_s), "cyan"), f"  \u201c{quote.text}\u201d")
        parts.append(Padding(said, (0, 0, 0, 4)))
    parts += [
        Padding(Text(line, style="dim"), (0, 0, 0, 2)) for line in (left_out(opinion), opinion.used) if line
    ]
    return Group(*parts)


def left_out(opinion: Opinion) -> str:
    """How many marks were not kept, as a sentence; '' for none."""
    count = opinion.left_out
    if not count:
        return ""
    marks, was, its = ("mark", "was", "its") if count == 1 else ("marks", "were", "their")
    return f"{count} more {marks} {was} left out: {its} quotes were never said."
