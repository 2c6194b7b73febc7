"""Prompts on their way to the candidate: what was handed to the voice and has not come back."""

from __future__ import annotations

from dataclasses import dataclass

from voice_interviewer.core import wording
from voice_interviewer.core.commands import Say
from voice_interviewer.core.decision import Decision

WATCHDOG_BASE_S = 12.0
"""A prompt that is not reported back within this, plus its speaking time, is taken as lost: a voice that
hangs
must not hang the interview. Loading the voice on a slow machine stays below it."""
SECONDS_PER_WORD = 0.6
"""Slow speech, 100 words a minute: an upper bound for the watchdog."""
HEARD_SHARE = 0.6
"""An interrupted prompt of which less was heard counts as not asked."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A prompt handed over and not yet reported back."""

    say: Say
    decision: Decision
    overdue_at_s: float


class PromptQueue:
    """In order of speaking."""

    def __init__(self) -> None:
        self._next_id = 1
        self._pending: dict[int, Pending] = {}

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def overdue_at_s(self) -> float | None:
        """When the first of them is to be given up, None when nothing is pending."""
        return min((p.overdue_at_s for p in self._pending.values()), default=None)

    def add(self, at_s: float, decision: Decision) -> Say:
        """Number a prompt and start its watchdog."""
        say = Say(self._next_id, decision.text, decision.kind)
        self._next_id += 1
        ahead_s = sum(wording.word_count(p.say.text) * SECONDS_PER_WORD for p in self._pending.values())
        due_s = at_s + ahead_s + WATCHDOG_BASE_S + wording.word_count(say.text) * SECONDS_PER_WORD
        self._pending[say.prompt_id] = Pending(say, decision, due_s)
        return say

    def has_after(self, prompt_id: int) -> bool:
        """Whether this prompt is pending and another one follows it."""
        return prompt_id in self._pending and any(other > prompt_id for other in self._pending)

    def text_of(self, prompt_id: int) -> str:
        """What a pending prompt says; '' when it is not pending."""
        pending = self._pending.get(prompt_id)
        return pending.say.text if pending else ""

    def take(self, prompt_id: int) -> Pending | None:
        """The prompt came back; None when it was given up before."""
        return self._pending.pop(prompt_id, None)

    def take_overdue(self, at_s: float) -> list[Pending]:
        """Give up on those whose time has passed."""
        overdue = [p for p in self._pending.values() if p.overdue_at_s <= at_s]
        for pending in overdue:
            del self._pending[pending.say.prompt_id]
        return overdue

    def clear(self) -> list[Pending]:
        """Everything was called off."""
        dropped = list(self._pending.values())
        self._pending.clear()
        return dropped


def was_heard(pending: Pending, spoken: str) -> bool:
    """Was enough of it heard to count as asked?"""
    return wording.word_count(spoken) >= HEARD_SHARE * wording.word_count(pending.say.text)
