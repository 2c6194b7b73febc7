"""One request to a language model: what was decided, how long its words are waited for, and what is let
through.
"""

from __future__ import annotations

import re

from voice_interviewer.core import wording
from voice_interviewer.core.commands import AskFollowUp
from voice_interviewer.core.events import FollowUpReady
from voice_interviewer.core.prompting import Decision

_LEAKS = re.compile(
    r"\b(as an? (ai|language model|assistant)|system prompt|instructions?|i('m| am) (an? )?(ai|assistant)"
    r"|the candidate"
    r"|facts?:|intent|phase id|json)\b|[{}<>*#`_\[\]]|https?:",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(great|excellent|good|nice|wonderful|fantastic|amazing|awesome|perfect|love (that|it|your)|well done)"
    r" (question|answer|point|idea|job|work|start|thinking|insight)?\b",
    re.IGNORECASE,
)


class WordingRequest:
    """At most one is open at a time; late or stale replies are ignored."""

    def __init__(self, budget_s: float) -> None:
        self._budget_s = budget_s
        self._next_id = 1
        self._decision: Decision | None = None
        self._due_at_s = 0.0

    @property
    def is_open(self) -> bool:
        """A reply is awaited."""
        return self._decision is not None

    @property
    def due_at_s(self) -> float | None:
        """When the bank's own wording is used instead, None when nothing is open."""
        return self._due_at_s if self._decision is not None else None

    def open(self, at_s: float, decision: Decision) -> AskFollowUp:
        """Ask for words for this decision."""
        self._decision = decision
        self._due_at_s = at_s + self._budget_s
        request = AskFollowUp(self._next_id, decision.intent, decision.facts, decision.text)
        self._next_id += 1
        return request

    def offer(self, event: FollowUpReady) -> Decision | None:
        """The model's words, if they may be spoken; otherwise the fallback. None for a stale reply."""
        decision = self._decision
        if decision is None or event.request_id != self._next_id - 1:
            return None
        self._decision = None
        text = " ".join(event.text.split())
        if not is_allowed(text, decision):
            return decision
        return Decision(decision.kind, text, decision.key, decision.phase_id, decision.intent, decision.facts)

    def fail(self, request_id: int) -> Decision | None:
        """The model failed: the decision in the bank's wording, None for a stale failure."""
        return self.cancel() if request_id == self._next_id - 1 else None

    def overdue(self, at_s: float) -> Decision | None:
        """The budget is used up: the decision in the bank's wording."""
        return self.cancel() if self._decision is not None and at_s >= self._due_at_s else None

    def cancel(self) -> Decision | None:
        """Forget the request; what it was about."""
        decision, self._decision = self._decision, None
        return decision


def is_allowed(text: str, decision: Decision) -> bool:
    """Short, one question, no leak of instructions, no praise by reflex, and a question where one is due."""
    if not wording.is_speakable(text) or _LEAKS.search(text) or _PRAISE.search(text):
        return False
    asks = decision.kind in ("follow_up", "push_back")
    return not asks or "?" in text
