"""A journal fed back into the core: the same events must bring out the same commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voice_interviewer.core.codec import canonical, decode
from voice_interviewer.core.commands import Command
from voice_interviewer.core.events import Event
from voice_interviewer.core.interviewer import Interviewer


@dataclass(frozen=True, slots=True)
class Step:
    """One event, what the journal says came of it, and what comes of it now."""

    event: Event
    journaled: tuple[Command, ...]
    replayed: tuple[Command, ...]

    @property
    def same(self) -> bool:
        """Whether the core still decides the same."""
        return self.journaled == self.replayed


def replay(interviewer: Interviewer, lines: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Run a journal's events through a fresh interviewer. Raises JournalError on a line that makes no
    sense.
    """
    steps: list[tuple[Event, list[Command]]] = []
    for line in lines:
        if "note" in line:
            continue
        item = decode({key: value for key, value in line.items() if key != "t"})
        if isinstance(item, Event):
            steps.append((item, []))
        elif steps:
            steps[-1][1].append(item)
    return [
        Step(event, tuple(journaled), tuple(canonical(command) for command in interviewer.handle(event)))
        for event, journaled in steps
    ]
