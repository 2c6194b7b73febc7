"""The interview as those see it who act on it for the interviewer: `core.listening`, `core.obeying`."""

from __future__ import annotations

from typing import Protocol

from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.machine import Machine
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.prompting import Prompter
from voice_interviewer.core.saying import Saying
from voice_interviewer.core.setup import Setup
from voice_interviewer.core.turn_outcomes import Outcome
from voice_interviewer.core.turn_taking import TurnTaker


class Interview(Protocol):
    """What it consists of, and what may be done next."""

    setup: Setup
    machine: Machine
    agenda: Agenda
    memory: Memory
    prompter: Prompter
    saying: Saying
    taker: TurnTaker

    def reply(self, at_s: float, decision: Decision) -> None:
        """Say this next."""

    def close(self, at_s: float) -> None:
        """Say the last words."""

    def take(self, outcome: Outcome, at_s: float) -> None:
        """Act on what the turn taker made of it."""
