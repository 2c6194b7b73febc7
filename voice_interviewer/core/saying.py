"""What the interviewer says, from the decision until it was heard: the books, and the words a model lends."""

from __future__ import annotations

import dataclasses

from voice_interviewer.core import commands as c
from voice_interviewer.core import wording
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.events import FollowUpFailed, FollowUpReady
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.prompt_queue import Pending, PromptQueue, was_heard
from voice_interviewer.core.wording_request import WordingRequest

ASKING = frozenset({"question", "follow_up", "push_back", "nudge", "invitation", "clarification", "warning"})
"""Kinds of prompt that "could you repeat that?" refers to."""
WORDED_BY_MODEL = frozenset({"follow_up", "push_back", "invitation", "clarification"})


class Saying:
    """Keeps what was asked in the memory; commands are collected in `out`, which the interviewer empties."""

    def __init__(self, memory: Memory, *, seed: int, writer_budget_s: float) -> None:
        self.out: list[c.Command] = []
        self.last_asked: Decision | None = None
        self._memory = memory
        self._seed = seed
        self._prompts = PromptQueue()
        self._request = WordingRequest(writer_budget_s)
        self._called_off: dict[int, Pending] = {}
        """Interrupted prompts of which it is not yet known how much was heard."""
        self._acknowledgement = ""

    @property
    def is_busy(self) -> bool:
        """Something is being said or worded."""
        return bool(len(self._prompts)) or self._request.is_open

    @property
    def awaits_words(self) -> bool:
        """The language model has not said all yet."""
        return self._request.is_open

    @property
    def next_deadline_s(self) -> float | None:
        """When something happens without an event."""
        times = [time for time in (self._prompts.overdue_at_s, self._request.due_at_s) if time is not None]
        return min(times, default=None)

    def has_after(self, prompt_id: int) -> bool:
        """Whether another prompt follows this pending one."""
        return self._prompts.has_after(prompt_id)

    def text_of(self, prompt_id: int) -> str:
        """What a pending prompt says; '' when it is not pending."""
        return self._prompts.text_of(prompt_id)

    @property
    def acknowledgements(self) -> tuple[str, ...]:
        """What bridges a wait: the persona's own words, where it has some."""
        persona = self._memory.persona
        return persona.acknowledgements if persona and persona.acknowledgements else wording.ACKNOWLEDGEMENTS

    # -- out -------------------------------------------------------------------------------------

    def say(self, at_s: float, decision: Decision) -> None:
        """Hand a prompt to the voice; it counts as asked until it turns out that it was not heard."""
        memory = self._memory
        memory.said.append(decision.text)
        self.out.append(self._prompts.add(at_s, decision))
        if decision.goes_on:
            return
        memory.asked.add(decision.key)
        if decision.late:
            memory.asked_late.add(decision.key)
        memory.last_kind = decision.kind
        if decision.kind in ASKING:
            self.last_asked = decision
        if decision.kind in ("nudge", "invitation", "follow_up", "warning") and decision.phase_id:
            memory.pending_phase = decision.phase_id
        if decision.kind in ("nudge", "invitation"):
            memory.invited.add(decision.phase_id)
        if decision.kind == "follow_up":
            memory.follow_ups_in[decision.phase_id] += 1

    def have_worded(self, at_s: float, decision: Decision) -> None:
        """Ask the language model for words; they, or the bank's own, are said later."""
        self._memory.asked.add(decision.key)
        request = self._request.open(at_s, decision)
        persona = self._memory.persona
        self.out.append(dataclasses.replace(request, manner=persona.tone) if persona else request)

    # -- back ------------------------------------------------------------------------------------

    def take(self, prompt_id: int, spoken: str) -> Pending | None:
        """A prompt came back; None when it was given up or called off before."""
        called_off = self._called_off.pop(prompt_id, None)
        if called_off is not None and not was_heard(called_off, spoken):
            self._unsay(called_off)
        return self._prompts.take(prompt_id)

    def take_back(self, pending: Pending, spoken: str) -> bool:
        """It was interrupted: whether so little was heard that it may be asked again."""
        if was_heard(pending, spoken):
            return False
        self._unsay(pending)
        return True

    def words_came(self, event: FollowUpReady) -> None:
        """The language model's words, or a part of them."""
        self._say_if(event.at_s, self._request.offer(event))

    def words_failed(self, event: FollowUpFailed) -> None:
        """The language model gave nothing usable: the screen is told, the bank's words are spoken."""
        if not self._request.awaits(event.request_id):
            return
        self.out.append(c.Notice(f"Language model: {event.reason}. The question bank's own words are used."))
        self._say_if(event.at_s, self._request.fail(event.request_id))

    def call_off_all(self) -> bool:
        """Nothing that was to be said counts as said until it is known how much was heard."""
        decision = self._request.cancel()
        if decision is not None:
            self._memory.asked.discard(decision.key)
        dropped = self._prompts.clear()
        self._called_off.update((pending.say.prompt_id, pending) for pending in dropped)
        return bool(dropped)

    def forget_called_off(self) -> None:
        """What was called off and never reported back was not heard."""
        for unheard in self._called_off.values():
            self._unsay(unheard)
        self._called_off.clear()

    def drop_all(self) -> None:
        """Stop whatever is being said or worded; it keeps counting as asked."""
        if self._prompts.clear():
            self.out.append(c.Interrupt())
        self._request.cancel()

    # -- the clock -------------------------------------------------------------------------------

    def by_the_clock(self, at_s: float) -> bool:
        """Bridge or end a wait for words, give up on lost prompts; whether something came to its end here."""
        if self._request.acknowledgement_due(at_s):
            key = f"acknowledge:{len(self._memory.said)}"
            text = wording.pick(self._seed, key, self.acknowledgements, (self._acknowledgement,))
            self._acknowledgement = text
            self.say(at_s, Decision("acknowledgement", text, "acknowledge"))
        ended = self._request.is_overdue(at_s)
        if ended:
            self._say_if(at_s, self._request.cut_short())
        if self._prompts.take_overdue(at_s):
            self.out.append(c.Notice("The voice did not answer; its words are on the screen."))
            ended = True
        return ended

    def _say_if(self, at_s: float, decision: Decision | None) -> None:
        if decision is not None:
            self.say(at_s, decision)

    def _unsay(self, pending: Pending) -> None:
        """It was not heard: it may be asked later."""
        self._memory.asked.discard(pending.decision.key)
        self._memory.invited.discard(pending.decision.phase_id)
        if pending.say.text in self._memory.said:
            self._memory.said.remove(pending.say.text)
