"""Prompts that are due by the clock while the candidate has the floor: nudges, the warning, the end."""

from __future__ import annotations

from voice_interviewer.core.agenda import CUT_IN_FACTOR, Agenda
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.prompting import Prompter

PATIENCE_S = 20.0
"""So long a due prompt waits for the turn to end by itself; then it takes the next pause."""
NUDGE_MIN_OVER_S = 10.0
"""A phase this little over its budget is left to finish."""


class Overtime:
    """Decides when the clock speaks. It only ever does so in a pause between utterances."""

    def __init__(self, agenda: Agenda, *, cuts_in: bool) -> None:
        self._agenda = agenda
        self._cuts_in = cuts_in
        self._heard_s: float | None = None

    def heard(self, at_s: float) -> None:
        """An utterance of the answer has just been understood: a pause is at hand."""
        self._heard_s = at_s

    @property
    def next_deadline_s(self) -> float | None:
        """Session time at which something becomes due without any event."""
        warning, over = self._agenda.warning_at_s, self._agenda.over_at_s
        if warning is None or over is None:
            return None
        last = self._last_looked_s
        later = [
            time for time in (warning + 0.01, warning + PATIENCE_S, over, over + PATIENCE_S) if time > last
        ]
        return min(later, default=last + 1.0)

    _last_looked_s = -1.0

    def is_over(self, at_s: float, *, speaking: bool, grace_s: float) -> bool:
        """Time is up: at once in silence, after the sentence while speaking, hard after the grace."""
        self._last_looked_s = at_s
        over_s = self._agenda.over_at_s
        if over_s is None or at_s < over_s:
            return False
        return not speaking or at_s >= over_s + grace_s

    def due(self, at_s: float, prompter: Prompter, *, speaking: bool, open_turn: bool) -> Decision | None:
        """The prompt the clock calls for now, None when it calls for none or the candidate speaks."""
        agenda = self._agenda
        if agenda.started_s is None or speaking:
            return None
        warning_s = agenda.warning_at_s
        if warning_s is not None and at_s >= warning_s and not prompter.was_asked("warning"):
            if at_s >= warning_s + PATIENCE_S or not open_turn:
                return prompter.warning(at_s)
            return None
        return self._nudge(at_s, prompter)

    def _nudge(self, at_s: float, prompter: Prompter) -> Decision | None:
        """Cut in on a monologue far over its phase's budget, in the pause after an utterance."""
        agenda = self._agenda
        just_heard, self._heard_s = self._heard_s == at_s, self._heard_s
        if not self._cuts_in or not just_heard or agenda.framework.monologue:
            return None
        budget_s = sum(agenda.budget_s(phase.id) for phase in agenda.group(agenda.current))
        over_s = -agenda.phase_left_s(agenda.current, at_s)
        if over_s < max(NUDGE_MIN_OVER_S, (CUT_IN_FACTOR - 1) * budget_s):
            return None
        return prompter.nudge()
