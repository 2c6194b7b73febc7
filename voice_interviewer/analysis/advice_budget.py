"""Advice on the phases' budgets: what was left out, and what took its time. Phases of one group count
together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.considered import Considered, Rated, minutes_and_seconds, rated
from voice_interviewer.analysis.findings import Example, PhaseFinding

MIN_PHASE_TIME_S = 60.0


@dataclass(frozen=True, slots=True)
class _Budget:
    """Phases that share a budget."""

    phases: tuple[PhaseFinding, ...]

    @property
    def name(self) -> str:
        return names([phase for phase in self.phases if phase.spans])

    @property
    def planned_s(self) -> float:
        return sum(phase.budget_s for phase in self.phases)

    @property
    def spent_s(self) -> float:
        return sum(phase.spent_s for phase in self.phases)

    @property
    def excess_s(self) -> float:
        return self.spent_s - self.planned_s


def budgets(facts: Considered) -> Rated | None:
    """Phases left out, and the ones that took their time; STAR has its own rule."""
    spent_s = sum(phase.spent_s for phase in facts.phases)
    if not facts.phases or facts.substance.star_shares is not None or spent_s < MIN_PHASE_TIME_S:
        return None
    skipped = [phase for phase in facts.phases if phase.status == "skipped"]
    over = sorted(_overdrawn(facts.phases), key=lambda budget: -budget.excess_s)
    if not skipped and not over:
        return None
    title = f"Leave time for {names(skipped)}" if skipped else f"Keep {over[0].name} short"
    detail = (
        f"{names(skipped)} {'never came up' if len(skipped) > 1 else 'did not come up'}. " if skipped else ""
    )
    if over:
        detail += (
            f"{over[0].name} took {minutes_and_seconds(over[0].spent_s)} of a budget of "
            f"{minutes_and_seconds(over[0].planned_s)}."
        )
    examples = [example for budget in over if (example := _used_up(facts, budget))]
    examples += _ends_of_phases(facts) if len(examples) < 2 else []
    weight = 0.5 + 0.12 * min(len(skipped), 4) + 0.1 * min(len(over), 3)
    return rated(weight, "budget", title, detail.strip(), examples)


def names(phases: Sequence[PhaseFinding]) -> str:
    """'A', 'A and B', 'A, B and C'; more than three are counted."""
    found = [phase.name for phase in phases]
    if len(found) > 3:
        return f"{', '.join(found[:3])} and {len(found) - 3} more"
    return found[0] if len(found) == 1 else ", ".join(found[:-1]) + " and " + found[-1] if found else ""


def _overdrawn(phases: Sequence[PhaseFinding]) -> list[_Budget]:
    groups: dict[str, list[PhaseFinding]] = {}
    for phase in phases:
        groups.setdefault(phase.group or f"only {phase.id}", []).append(phase)
    shared = [_Budget(tuple(group)) for group in groups.values()]
    return [budget for budget in shared if any(phase.status == "over" for phase in budget.phases)]


def _used_up(facts: Considered, budget: _Budget) -> Example | None:
    left_s = budget.planned_s
    for span in sorted(
        (span for phase in budget.phases for span in phase.spans), key=lambda span: span.start_s
    ):
        if span.end_s - span.start_s > left_s:
            return facts.moments.after(span.start_s + left_s, f"here the budget of {budget.name} was used up")
        left_s -= span.end_s - span.start_s
    return None


def _ends_of_phases(facts: Considered) -> list[Example]:
    """Where the longest phase began, and what the last words were about."""
    visited = [phase for phase in facts.phases if phase.spans]
    if not visited:
        return []
    longest = max(visited, key=lambda phase: phase.spent_s)
    final = max(visited, key=lambda phase: phase.spans[-1].end_s)
    return [
        facts.moments.after(final.spans[-1].start_s, f"{final.name}: as far as you came"),
        facts.moments.after(longest.spans[0].start_s, f"{longest.name} begins, and takes the longest"),
    ]
