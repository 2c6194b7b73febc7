"""The preparation plan: what is to be done by when, and how far it is.

Days are `date`s handed in; nothing here looks at a calendar of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["study", "practice", "stories", "mock", "loop", "company", "tick"]


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One thing to do, possibly many times."""

    id: str
    title: str
    kind: Kind
    wanted: int
    """How many sessions, stories, loops or ticks make it done; at least 1."""
    types: tuple[str, ...] = ()
    """Interview types that count; empty for any."""
    framework: str = ""
    guide: str = ""
    """Id of the guide to read for it."""
    minutes: float = 0.0
    """Length of one session; 0 where sessions do not matter."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Some weeks of the plan."""

    id: str
    name: str
    days: int
    items: tuple[PlanItem, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages in order."""

    id: str
    name: str
    summary: str
    stages: tuple[Stage, ...]

    @property
    def days(self) -> int:
        """Nominal length."""
        return sum(stage.days for stage in self.stages)

    def item(self, item_id: str) -> PlanItem:
        """The item of that id; KeyError when there is none."""
        for stage in self.stages:
            for item in stage.items:
                if item.id == item_id:
                    return item
        raise KeyError(item_id)


@dataclass(frozen=True, slots=True)
class PlanState:
    """What the user told the plan."""

    begun_on: date
    interview_on: date | None = None
    """The stages are stretched or squeezed to end the day before; the nominal length when None."""
    company: str = ""
    ticked: frozenset[str] = frozenset()
    """Items the user declared done."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """A practice session that was held."""

    id: str
    on: date
    type: str
    framework: str = ""
    question_id: str = ""
    company: str = ""
    duration_s: float = 0.0
    loop: str = ""
    """Id of the loop it was a round of."""
    loop_rounds: int = 0
    """Rounds that loop has in all; 0 when unknown."""


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """How far one item is."""

    item: PlanItem
    have: int
    due: int
    """How many there should be by the end of today."""
    evidence: tuple[str, ...] = ()
    """Ids of the sessions that count."""
    too_short: int = 0
    """Sessions that fit and were broken off too early to count."""

    @property
    def done(self) -> bool:
        """Nothing is missing."""
        return self.have >= self.item.wanted

    @property
    def behind(self) -> int:
        """How many are missing by the end of today."""
        return max(0, min(self.due, self.item.wanted) - self.have)

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.have / self.item.wanted)


@dataclass(frozen=True, slots=True)
class StageProgress:
    """A stage on the calendar."""

    stage: Stage
    first: date
    last: date
    items: tuple[ItemProgress, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """The plan on a given day."""

    plan: Plan
    state: PlanState
    today: date
    stages: tuple[StageProgress, ...]

    @property
    def day(self) -> int:
        """1 on the day it began."""
        return (self.today - self.state.begun_on).days + 1

    @property
    def days(self) -> int:
        """Of the plan, as stretched."""
        return (self.stages[-1].last - self.state.begun_on).days + 1

    @property
    def items(self) -> tuple[ItemProgress, ...]:
        """Of all stages, in order."""
        return tuple(item for stage in self.stages for item in stage.items)

    @property
    def current(self) -> StageProgress:
        """The stage of today; the first before the plan begins, the last after its end."""
        for stage in self.stages:
            if self.today <= stage.last:
                return stage
        return self.stages[-1]
