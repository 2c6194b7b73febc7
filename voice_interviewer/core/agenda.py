"""The interview's time: budgets per phase, what was spent, what is left. Pure bookkeeping on session
seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from voice_interviewer.core.content import Framework, Phase

WARNING_S = 120.0
"""The candidate is told when this much is left, as a good interviewer does."""
WARNING_SHARE = 0.25
"""In a very short interview the warning comes when this share is left, so that it still helps."""
GRACE_S = 30.0
"""After time is up a sentence may be finished; then the interviewer closes."""
CUT_IN_FACTOR = 1.5
"""A monologue this far over its phase's budget is politely interrupted, if the persona does that."""


@dataclass(slots=True)
class Agenda:
    """Budgets scaled to the minutes asked for, and the time credited to each phase so far."""

    framework: Framework
    total_s: float
    """Length of the interview, from the end of the question to the closing words, seconds."""
    started_s: float | None = None
    spent_s: dict[str, float] = field(default_factory=dict)
    current: str = ""
    _credited_to_s: float = 0.0
    _paused_at_s: float | None = None

    def __post_init__(self) -> None:
        if self.total_s <= 0:
            raise ValueError(f"total_s must be positive, got {self.total_s}")
        self.spent_s = {phase.id: 0.0 for phase in self.framework.phases}
        self.current = self.framework.phases[0].id

    # -- budgets ---------------------------------------------------------------------------------

    def budget_s(self, phase_id: str) -> float:
        """This phase's own scaled budget; all of them add up to `total_s`."""
        return self.framework.phase(phase_id).budget_s * self.total_s / self.framework.nominal_s

    def budgets_s(self) -> dict[str, float]:
        """Phase id -> scaled budget, in order."""
        return {phase.id: self.budget_s(phase.id) for phase in self.framework.phases}

    def group(self, phase_id: str) -> tuple[Phase, ...]:
        """The phases that share this phase's budget, itself included."""
        phase = self.framework.phase(phase_id)
        if not phase.budget_group:
            return (phase,)
        return tuple(p for p in self.framework.phases if p.budget_group == phase.budget_group)

    def phase_left_s(self, phase_id: str, at_s: float) -> float:
        """What is left of the budget of the phase's group; negative when overdrawn."""
        members = self.group(phase_id)
        budget = sum(self.budget_s(phase.id) for phase in members)
        spent = sum(self.spent_s[phase.id] for phase in members)
        if any(phase.id == self.current for phase in members):
            spent += self._uncredited_s(at_s)
        return budget - spent

    # -- the clock -------------------------------------------------------------------------------

    def start(self, at_s: float) -> None:
        """The question has been asked; the candidate's time begins."""
        self.started_s = at_s
        self._credited_to_s = at_s

    def enter(self, phase_id: str, at_s: float) -> None:
        """From `at_s` on time is credited to this phase; what came before goes to the former one."""
        self._credit(at_s)
        self.current = phase_id

    def pause(self, at_s: float) -> None:
        """Stop the interview's clock."""
        if self._paused_at_s is None:
            self._credit(at_s)
            self._paused_at_s = at_s

    def resume(self, at_s: float) -> None:
        """Let it run again; the time in between does not count."""
        if self._paused_at_s is None:
            return
        if self.started_s is not None:
            self.started_s += at_s - self._paused_at_s
        self._credited_to_s = at_s
        self._paused_at_s = None

    def left_s(self, at_s: float) -> float:
        """Seconds left of the interview; all of it before the question was asked."""
        if self.started_s is None:
            return self.total_s
        now_s = at_s if self._paused_at_s is None else self._paused_at_s
        return self.total_s - (now_s - self.started_s)

    @property
    def warning_at_s(self) -> float | None:
        """Session time of the warning, None while the clock stands."""
        if self.started_s is None or self._paused_at_s is not None:
            return None
        return self.started_s + self.total_s - self.warning_left_s

    @property
    def warning_left_s(self) -> float:
        """How much is left when the warning is due."""
        return min(WARNING_S, self.total_s * WARNING_SHARE)

    @property
    def over_at_s(self) -> float | None:
        """Session time at which time is up, None while the clock stands."""
        if self.started_s is None or self._paused_at_s is not None:
            return None
        return self.started_s + self.total_s

    def _uncredited_s(self, at_s: float) -> float:
        if self.started_s is None or self._paused_at_s is not None:
            return 0.0
        return max(0.0, at_s - self._credited_to_s)

    def _credit(self, at_s: float) -> None:
        self.spent_s[self.current] += self._uncredited_s(at_s)
        self._credited_to_s = max(self._credited_to_s, at_s)
