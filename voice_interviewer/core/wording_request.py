"""One request to a language model: what was decided, how long its words are waited for, and what is let
through. Its sentences are spoken as they come; where it stops short, the bank's own words finish the prompt.
"""

from __future__ import annotations

import dataclasses
import re

from voice_interviewer.core import wording
from voice_interviewer.core.commands import AskFollowUp
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.events import FollowUpReady
from voice_interviewer.core.stems import content_stems

ACKNOWLEDGE_AFTER_S = 0.6
"""A reply that is not there by then is bridged by 'Okay.' or the like."""
ASKS = frozenset({"follow_up", "push_back"})
SAYS_SOMETHING = 4
"""A statement of so many words that carry meaning has to be about the matter."""
GIVEN_AWAY = 2
"""So many words of a strong answer's point, not said by anyone yet, give the answer away."""
_LEAKS = re.compile(
    r"\b(as an? (ai|language model|assistant)|system prompt|instructions?|i('m| am) (an? )?(ai|assistant)"
    r"|the candidate|wording|phrasing|rephras\w+|rewrit\w+|revised|reword\w+|requested"
    r"|question mark|(your|the) (answer|response|question|reply) (could|would|should|might) be"
    r"|way to (answer|ask|say|phrase|put)|intent|phase id|json|markdown|bullet)\b"
    r"|\b(task|facts?|material|note)\s*:|[{}<>*#`_\[\]|]|https?:|\"",
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
        self._acknowledge_at_s: float | None = None
        self._acknowledged_last = False
        self._said = ""
        """What was let through of the open request's reply so far."""

    @property
    def is_open(self) -> bool:
        """A reply, or the rest of one, is awaited."""
        return self._decision is not None

    @property
    def due_at_s(self) -> float | None:
        """When something happens without a reply; None when nothing is open."""
        if self._decision is None:
            return None
        waits = (self._due_at_s, self._acknowledge_at_s)
        return min(wait for wait in waits if wait is not None)

    def open(self, at_s: float, decision: Decision) -> AskFollowUp:
        """Ask for words for this decision."""
        self._decision = decision
        self._said = ""
        self._due_at_s = at_s + self._budget_s
        # Twice running it would become a tic.
        self._acknowledge_at_s = None if self._acknowledged_last else at_s + ACKNOWLEDGE_AFTER_S
        self._acknowledged_last = False
        request = AskFollowUp(self._next_id, decision.intent, decision.facts, decision.text)
        self._next_id += 1
        return request

    def offer(self, event: FollowUpReady) -> Decision | None:
        """What to say now: the model's words, if they may be spoken, or the bank's. None where nothing is to
        be said, as for a stale reply; `is_open` tells whether more is awaited.
        """
        decision = self._decision
        if decision is None or not self.awaits(event.request_id):
            return None
        self._acknowledge_at_s = None
        text = " ".join(event.text.split())
        whole = f"{self._said} {text}".strip()
        complete = "?" in whole or event.last
        if not text or not may_be_said(whole, decision) or (complete and not is_finished(whole, decision)):
            return self.cut_short()
        goes_on, self._said = bool(self._said), whole
        self._due_at_s = event.at_s + self._budget_s
        if complete:
            self.cancel()
        return dataclasses.replace(decision, text=text, goes_on=goes_on)

    def fail(self, request_id: int) -> Decision | None:
        """The model failed: what the bank's wording has to add, None for nothing or a stale failure."""
        return self.cut_short() if self.awaits(request_id) else None

    def awaits(self, request_id: int) -> bool:
        """Whether this is the open request."""
        return self._decision is not None and request_id == self._next_id - 1

    def acknowledgement_due(self, at_s: float) -> bool:
        """Whether the wait is to be bridged now; true once per request, and not for two running."""
        if self._decision is None or self._acknowledge_at_s is None or at_s < self._acknowledge_at_s:
            return False
        self._acknowledge_at_s = None
        self._acknowledged_last = at_s < self._due_at_s
        return self._acknowledged_last

    def is_overdue(self, at_s: float) -> bool:
        """Whether the budget is used up; `cut_short` then tells what to say."""
        return self._decision is not None and at_s >= self._due_at_s

    def cut_short(self) -> Decision | None:
        """No more is awaited: the bank's wording, unless what was said already does."""
        said, decision = self._said, self.cancel()
        if decision is None or (said and is_finished(said, decision)):
            return None
        return dataclasses.replace(decision, goes_on=bool(said))

    def cancel(self) -> Decision | None:
        """Forget the request; what it was about."""
        decision, self._decision = self._decision, None
        self._said = ""
        return decision


def is_allowed(text: str, decision: Decision) -> bool:
    """Whether a whole reply may be spoken."""
    return may_be_said(text, decision) and is_finished(text, decision)


def may_be_said(text: str, decision: Decision) -> bool:
    """Short, one question, to the point; no leak of instructions, no reflex praise, no answer given away, no
    signs that steer a terminal.
    """
    if not wording.is_speakable(text) or _LEAKS.search(text) or _PRAISE.search(text):
        return False
    if not " ".join(text.split()).isprintable():
        return False
    stems = content_stems(text)
    known = content_stems(" ".join((decision.text, decision.intent, *decision.facts)))
    if any(len((content_stems(point) - known) & stems) >= GIVEN_AWAY for point in decision.withheld):
        return False
    # Words that share none with what they are to word are about something else; "I see." is about nothing.
    return not known or bool(stems & known) or ("?" not in text and len(stems) < SAYS_SOMETHING)


def is_finished(text: str, decision: Decision) -> bool:
    """A prompt that is to ask has asked."""
    return decision.kind not in ASKS or "?" in text
