"""The interviewer: events in, commands out, one at a time, on session time.

It joins six parts: the turn taker (who has the floor), listening (what is done about what was heard), the
memory (what is known of it), the prompter (what to say next), saying (prompts until they were heard) and the
machine (which state the interview is in). None of them reads a clock; `next_deadline_s` says when a `Tick` is
wanted at the latest.
"""

from __future__ import annotations

import dataclasses
from functools import singledispatchmethod

from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core import greeting, hands_free, wording
from voice_interviewer.core.agenda import GRACE_S, Agenda
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.late_words import LateWords
from voice_interviewer.core.listening import CUT_IN, Listening
from voice_interviewer.core.machine import Machine, State
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.obeying import obey
from voice_interviewer.core.one_phase import only_phase
from voice_interviewer.core.overtime import Overtime
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.prompting import Prompter
from voice_interviewer.core.saying import WORDED_BY_MODEL, Saying
from voice_interviewer.core.setup import Setup
from voice_interviewer.core.turn_outcomes import Outcome
from voice_interviewer.core.turn_taking import TurnTaker

__all__ = ["Interviewer", "Setup"]


class Interviewer:
    """`handle(event)` for every event in order; `next_deadline_s` for the loop's wait."""

    def __init__(self, setup: Setup) -> None:
        persona = setup.company.persona if setup.company else None
        if setup.only_phase:
            part = only_phase(setup.framework, setup.question, setup.only_phase)
            setup = dataclasses.replace(setup, framework=part[0], question=part[1])
        self.setup = setup
        self.machine = Machine()
        self.agenda = Agenda(setup.framework, setup.minutes * 60.0)
        self.memory = Memory(
            setup.framework, setup.question, self.agenda, PhaseTracker(setup.framework), persona
        )
        self.prompter = Prompter(self.memory, seed=setup.seed)
        self.taker = self._new_taker()
        self.saying = Saying(self.memory, seed=setup.seed, writer_budget_s=setup.writer_budget_s)
        self._overtime = Overtime(self.agenda, cuts_in=persona.cuts_in if persona else True)
        self._listening = Listening(self, self._overtime)
        self._withheld: e.PromptFinished | None = None
        """The end of a prompt that the turn taker is told of only when nothing more follows it."""
        self._late = LateWords()
        self._left_in: State = "waiting"
        """The state in which the interview was broken off or ended."""

    # -- outside view ----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The machine's state."""
        return self.machine.state

    @property
    def can_go_on(self) -> bool:
        """Whether an interview that was broken off now has anything left to talk about."""
        return (self._left_in if self.state == "finished" else self.state) != "closing"

    @property
    def next_deadline_s(self) -> float | None:
        """Session time by which a Tick is wanted, None when only an event can change anything."""
        if self.state == "finished":
            return None
        times = [self.saying.next_deadline_s]
        if self.state != "paused":
            times += [self.taker.next_deadline_s]
        if self.state in ("listening", "replying"):
            times += [self._overtime.next_deadline_s]
        return min((time for time in times if time is not None), default=None)

    def handle(self, event: e.Event) -> list[c.Command]:
        """Take in one event; the commands to carry out, in order. Events' `at_s` must not run backwards."""
        self.saying.out = []
        if isinstance(event, e.SessionResumed | e.SessionCutShort):
            self._on(event)
            self._by_the_clock(event.at_s)
        elif self.state == "finished":
            self._late.keep(event)
        else:
            # To the turn taker, prompts that follow one another are one: no floor to take in between.
            if isinstance(event, e.PromptFinished) and self._more_follows(event):
                self._withheld = event
                outcomes = []
            else:
                if isinstance(event, e.PromptStarted):
                    self.taker.will_say(self.saying.text_of(event.prompt_id))
                outcomes = self.taker.handle(event)
            self._on(event)
            for outcome in outcomes:
                self.take(outcome, event.at_s)
            self._by_the_clock(event.at_s)
        return self.saying.out

    def _more_follows(self, event: e.PromptFinished) -> bool:
        return self.saying.has_after(event.prompt_id) or self.saying.awaits_words

    # -- events ----------------------------------------------------------------------------------

    @singledispatchmethod
    def _on(self, event: e.Event) -> None:
        """Events that only the turn taker cares about."""

    @_on.register
    def _on_started(self, event: e.SessionStarted) -> None:
        self.machine.fire("started")
        for decision in greeting.greetings(self.setup, self.memory.persona, self.agenda.total_s):
            self._say(event.at_s, decision)
        self._begin(event.at_s)

    def _begin(self, at_s: float) -> None:
        self._say(at_s, greeting.question(self.setup))
        self.saying.out.append(c.MarkBudgets(self.agenda.budgets_s()))
        self._prepare_stock()

    def _prepare_stock(self) -> None:
        self.saying.out.append(
            c.Prepare((self.prompter.closing().text, *wording.HOLDS, *self.saying.acknowledgements))
        )

    @_on.register
    def _on_cut_short(self, _event: e.SessionCutShort) -> None:
        if self.state != "finished":
            self.saying.call_off_all()
            self._left_in = self.state
            self.machine.fire("stop_asked")

    @_on.register
    def _on_came_back(self, event: e.SessionResumed) -> None:
        """Only what was heard counts; the candidate is told where they were, and has the floor."""
        self.setup = dataclasses.replace(self.setup, duplex=event.duplex, writer=event.writer)
        self.taker = self._new_taker()
        for outcome in self.taker.resume(event.at_s):
            self.take(outcome, event.at_s)
        if self.state == "waiting":
            self._on(e.SessionStarted(event.at_s))
            return
        self.saying.call_off_all()
        self.saying.forget_called_off()
        self._withheld = None
        self._listening.is_over = False
        for utterance in self._late.take():
            self._listening.note(utterance, {})
        self.agenda.resume(event.at_s)
        self.machine.fire("came_back")
        self._welcome_back(event.at_s)

    def _welcome_back(self, at_s: float) -> None:
        asked = "question" in self.memory.asked
        self._say(at_s, greeting.welcome_back(self.setup, self.agenda, len(self.memory.said), asked=asked))
        if asked:
            self._prepare_stock()
        else:
            self._begin(at_s)

    @_on.register
    def _on_finished_prompt(self, event: e.PromptFinished) -> None:
        pending = self.saying.take(event.prompt_id, event.spoken)
        if pending is None:
            return
        unheard = event.interrupted and self.saying.take_back(pending, event.spoken)
        if not unheard and pending.decision.kind == "question" and self.agenda.started_s is None:
            self.agenda.start(event.at_s)
        self._when_all_said(event.at_s)

    @_on.register
    def _on_wording(self, event: e.FollowUpReady) -> None:
        self.saying.words_came(event)
        self._when_all_said(event.at_s)

    @_on.register
    def _on_no_wording(self, event: e.FollowUpFailed) -> None:
        self.saying.words_failed(event)
        self._when_all_said(event.at_s)

    @_on.register
    def _on_device(
        self, event: e.WorkerFailed | e.MicrophoneLost | e.MicrophoneRegained | e.MicrophoneEnded
    ) -> None:
        self._listening.note_device(event)

    @_on.register
    def _on_stop(self, _event: e.StopRequested) -> None:
        self._finish("stopped by the candidate")

    @_on.register
    def _on_key(self, event: e.CommandGiven) -> None:
        obey(self, hands_free.HandsFree(event.command), event.at_s)

    def take(self, outcome: Outcome, at_s: float) -> None:
        """Act on one outcome of the turn taker."""
        self._listening.take(outcome, at_s)

    # -- saying ----------------------------------------------------------------------------------

    def _new_taker(self) -> TurnTaker:
        return TurnTaker(dataclasses.replace(self.setup.turns, duplex=self.setup.duplex))

    def reply(self, at_s: float, decision: Decision) -> None:
        """Say this next, in a language model's words where there is one."""
        if decision.ends:
            self.close(at_s)
            return
        self.machine.fire("prompt_due")
        if self.setup.writer and decision.kind in WORDED_BY_MODEL:
            self.saying.have_worded(at_s, decision)
        else:
            self.saying.say(at_s, decision)

    def _say(self, at_s: float, decision: Decision) -> None:
        self.saying.say(at_s, decision)

    def _when_all_said(self, at_s: float) -> None:
        if self.saying.is_busy or self.state == "finished":
            return
        withheld, self._withheld = self._withheld, None
        if withheld is not None:
            for outcome in self.taker.handle(dataclasses.replace(withheld, at_s=at_s)):
                self.take(outcome, at_s)
        if self.state == "closing":
            self._finish("completed")
        elif self.machine.allows("prompts_done") and not self.saying.is_busy:
            if self.agenda.started_s is None and "question" in self.memory.asked:
                self.agenda.start(at_s)
            self.machine.fire("prompts_done")
            self._listening.expect_answer()

    def close(self, at_s: float) -> None:
        """Say the last words, whatever else was to be said."""
        if self.state == "closing":
            return
        self.saying.drop_all()
        self.machine.fire("end_due")
        self._say(at_s, self.prompter.closing())

    def _finish(self, reason: str) -> None:
        if self.saying.call_off_all():
            self.saying.out.append(c.Interrupt())
        self._left_in = self.state
        self.machine.fire("prompts_done" if self.state == "closing" else "stop_asked")
        self.saying.out.append(c.Finish(reason))

    # -- the clock -------------------------------------------------------------------------------

    def _by_the_clock(self, at_s: float) -> None:
        if self.saying.by_the_clock(at_s):
            self._when_all_said(at_s)
        if self.state == "finished":
            return
        if self._listening.is_over and self.state == "listening" and not self.taker.has_open_turn:
            self.close(at_s)
            return
        if self.state not in ("listening", "replying"):
            return
        if self._overtime.is_over(at_s, speaking=self.taker.candidate_speaking, grace_s=GRACE_S):
            self.close(at_s)
        elif self.state == "listening":
            decision = self._overtime.due(
                at_s,
                self.prompter,
                speaking=self.taker.candidate_speaking,
                open_turn=self.taker.has_open_turn,
            )
            if decision is not None:
                self.reply(at_s, decision)
                for outcome in self.taker.close_turn(at_s, CUT_IN):
                    self.take(outcome, at_s)
