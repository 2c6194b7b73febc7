"""The plan against the history: what is covered, what is due today, what comes next."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from voice_interviewer.core.content import Question
from voice_interviewer.core.plan import (
    ItemProgress,
    PastSession,
    Plan,
    PlanItem,
    PlanState,
    Progress,
    StageProgress,
)

ENOUGH = 0.4
"""Share of an item's minutes that a session has to last to count: an answer broken off at once does not."""
ENOUGH_OF_A_MOCK = 0.75
ROUNDS_OF_A_LOOP = 4
"""A loop of unknown length counts from this many rounds."""


def follow(
    plan: Plan, state: PlanState, sessions: Sequence[PastSession], stories: int, today: date
) -> Progress:
    """What the history covers of the plan. `stories`: how many the story bank holds."""
    stages: list[StageProgress] = []
    first = state.begun_on
    for stage, days in zip(plan.stages, _stretched(plan, state), strict=True):
        last = first + timedelta(days=days - 1)
        elapsed = min(1.0, max(0.0, ((today - first).days + 1) / days))
        items = tuple(
            _progress(item, elapsed, index / len(stage.items), state, sessions, stories)
            for index, item in enumerate(stage.items)
        )
        stages.append(StageProgress(stage, first, last, items))
        first = last + timedelta(days=1)
    return Progress(plan, state, today, tuple(stages))


def portion(progress: Progress) -> tuple[ItemProgress, ...]:
    """What is due today, most urgent first: earlier stages, then what lies furthest behind."""
    late = [
        (number, -one.behind / one.item.wanted, index, one)
        for number, stage in enumerate(progress.stages)
        for index, one in enumerate(stage.items)
        if one.behind > 0
    ]
    return tuple(entry[-1] for entry in sorted(late, key=lambda entry: entry[:3]))


def next_up(progress: Progress) -> ItemProgress | None:
    """What to do next: the most urgent, or ahead of time the least advanced of the earliest open stage."""
    due = portion(progress)
    if due:
        return due[0]
    for stage in progress.stages:
        still_open = [one for one in stage.items if not one.done]
        if still_open:
            return min(still_open, key=lambda one: one.share)
    return None


def choose_type(item: PlanItem, sessions: Iterable[PastSession]) -> str:
    """The item's interview type that was practised least; '' when any will do."""
    held = [session.type for session in sessions]
    return min(item.types, key=lambda one: (held.count(one), item.types.index(one)), default="")


def choose_question(
    progress: ItemProgress,
    questions: Sequence[Question],
    sessions: Sequence[PastSession],
    *,
    company: str = "",
    seed: int,
) -> Question | None:
    """One that was not asked yet, the company's first, harder as the item advances; None when none fits."""
    item = progress.item
    kind = choose_type(item, sessions)
    fitting = [one for one in questions if not kind or one.type == kind]
    if item.framework:
        fitting = [one for one in fitting if one.framework == item.framework] or fitting
    asked = {session.question_id for session in sessions}
    fitting = [one for one in fitting if one.id not in asked] or fitting
    if company:
        fitting = [one for one in fitting if company in one.companies] or fitting
    if not fitting:
        return None
    wished = 1 if progress.share < 0.3 else 2 if progress.share < 0.75 else 3
    nearest = min(abs(one.difficulty - wished) for one in fitting)
    best = [one for one in fitting if abs(one.difficulty - wished) == nearest]
    return random.Random(seed).choice(sorted(best, key=lambda one: one.id))


def _stretched(plan: Plan, state: PlanState) -> list[int]:
    """Days of each stage; at least one each, whatever the interview's date."""
    if state.interview_on is None:
        return [stage.days for stage in plan.stages]
    available = max(len(plan.stages), (state.interview_on - state.begun_on).days)
    days: list[int] = []
    used, passed = 0, 0
    for index, stage in enumerate(plan.stages):
        passed += stage.days
        left = len(plan.stages) - index - 1
        end = min(round(available * passed / plan.days), available - left)
        days.append(max(1, end - used))
        used += days[-1]
    return days


@dataclass(slots=True)
class _Count:
    have: int
    evidence: list[str] = field(default_factory=list)
    too_short: int = 0


def _progress(
    item: PlanItem,
    elapsed: float,
    position: float,
    state: PlanState,
    sessions: Sequence[PastSession],
    stories: int,
) -> ItemProgress:
    count = _count(item, state, sessions, stories)
    if item.id in state.ticked:
        count.have = max(count.have, item.wanted)
    if item.wanted == 1:  # single things are spread over the stage in their order
        due = 1 if elapsed > position else 0
    else:
        due = math.floor(item.wanted * elapsed + 0.5)
    return ItemProgress(item, count.have, due, tuple(count.evidence), count.too_short)


def _count(item: PlanItem, state: PlanState, sessions: Sequence[PastSession], stories: int) -> _Count:
    if item.kind == "stories":
        return _Count(stories)
    if item.kind == "tick":
        return _Count(0)
    if item.kind == "loop":
        return _loops(sessions)
    enough = ENOUGH_OF_A_MOCK if item.kind == "mock" else ENOUGH
    count = _Count(0)
    questions: set[str] = set()
    for session in sessions:
        if not _fits(item, state, session):
            continue
        if session.duration_s < enough * 60 * item.minutes:
            count.too_short += 1
        elif item.kind not in ("practice", "company") or session.question_id not in questions:
            # The same question twice is worth doing, yet the plan asks for so many different ones.
            if session.question_id:
                questions.add(session.question_id)
            count.evidence.append(session.id)
    count.have = len(count.evidence)
    return count


def _fits(item: PlanItem, state: PlanState, session: PastSession) -> bool:
    if item.types and session.type not in item.types:
        return False
    if item.kind == "study":
        return not item.framework or session.framework == item.framework
    if item.kind == "mock":
        return bool(session.company) and not session.loop
    if item.kind == "company":
        return bool(session.company) and session.company == (state.company or session.company)
    return True


def _loops(sessions: Iterable[PastSession]) -> _Count:
    rounds: dict[str, list[PastSession]] = {}
    for session in sessions:
        if session.loop:
            rounds.setdefault(session.loop, []).append(session)
    held = [name for name, of in rounds.items() if len(of) >= (of[-1].loop_rounds or ROUNDS_OF_A_LOOP)]
    return _Count(len(held), held)
