"""The interviewer: events in, commands out, one at a time, on session time.

It joins four parts: the turn taker (who has the floor), the memory (what was heard), the prompter (what to
say
next) and the machine (which state the interview is in). None of them reads a clock; `next_deadline_s` says
when a
`Tick` is wanted at the latest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Literal

from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core import hands_free, turn_taking, wording
from voice_interviewer.core.agenda import GRACE_S, Agenda
from voice_interviewer.core.content import Company, Framework, Question
from voice_interviewer.core.late_words import LateWords
from voice_interviewer.core.machine import Machine, State
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.one_phase import invitation_to, only_phase
from voice_interviewer.core.overtime import Overtime
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.prompt_queue import Pending, PromptQueue, was_heard
from voice_interviewer.core.prompting import Decision, Prompter
from voice_interviewer.core.speech import Utterance
from voice_interviewer.core.turn_taking import CandidateTurn, Patience, TurnSettings, TurnTaker
from voice_interviewer.core.wording_request import WordingRequest

ASKING = frozenset({"question", "follow_up", "push_back", "nudge", "invitation", "clarification", "warning"})
"""Kinds of prompt that "could you repeat that?" refers to."""
CUT_IN = "the interviewer cut in"
NOTHING_TO_ADD = "I have nothing to add here."
PATIENCE_AFTER: dict[str, Patience] = {
    "question": Patience.QUESTION,
    "invitation": Patience.QUESTION,
    "nudge": Patience.QUESTION,
    "follow_up": Patience.FOLLOW_UP,
    "push_back": Patience.FOLLOW_UP,
    "warning": Patience.FOLLOW_UP,
    "clarification": Patience.CLARIFIED,
    "time_check": Patience.CLARIFIED,
}
"""Other kinds leave the patience as it is."""
WORDED_BY_MODEL = frozenset({"follow_up", "push_back", "invitation", "clarification"})


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that decides how an interview goes; with the events it determines every command."""

    framework: Framework
    question: Question
    minutes: float
    seed: int = 0
    company: Company | None = None
    duplex: Literal["full", "half"] = "full"
    writer: bool = False
    """Whether a language model words the prompts."""
    writer_budget_s: float = 2.0
    """Its first sentence must be there within this, or the bank's own wording is spoken."""
    turns: TurnSettings = field(default_factory=TurnSettings)
    """The turn taker's constants; `duplex` above wins over its own."""
    only_phase: str = ""
    """Id of the one phase that is taken again; '' for a whole interview."""


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
        self._prompts = PromptQueue()
        self._request = WordingRequest(setup.writer_budget_s)
        self._overtime = Overtime(self.agenda, cuts_in=persona.cuts_in if persona else True)
        self._turns = 0
        self._called_off: dict[int, Pending] = {}
        """Interrupted prompts of which it is not yet known how much was heard."""
        self._last_asked: Decision | None = None
        self._prepared = ""
        self._out: list[c.Command] = []
        self._microphone_over = False
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
        times = [self._prompts.overdue_at_s, self._request.due_at_s]
        if self.state != "paused":
            times += [self.taker.next_deadline_s]
        if self.state in ("listening", "replying"):
            times += [self._overtime.next_deadline_s]
        return min((time for time in times if time is not None), default=None)

    def handle(self, event: e.Event) -> list[c.Command]:
        """Take in one event; the commands to carry out, in order. Events' `at_s` must not run backwards."""
        if isinstance(event, e.SessionResumed | e.SessionCutShort):
            self._out = []
            self._on(event)
            return self._out
        if self.state == "finished":
            self._late.keep(event)
            return []
        self._out = []
        more_follows = isinstance(event, e.PromptFinished) and self._prompts.has_after(event.prompt_id)
        # To the turn taker, prompts that follow one another are one: no floor to take in between.
        outcomes = [] if more_follows else self.taker.handle(event)
        self._on(event)
        for outcome in outcomes:
            self._take(outcome, event.at_s)
        self._by_the_clock(event.at_s)
        out, self._out = self._out, []
        return out

    # -- events ----------------------------------------------------------------------------------

    @singledispatchmethod
    def _on(self, event: e.Event) -> None:
        """Events that only the turn taker cares about."""

    @_on.register
    def _on_started(self, event: e.SessionStarted) -> None:
        self.machine.fire("started")
        if self.setup.only_phase:
            greeting = wording.pick(self.setup.seed, "greeting", wording.ONE_STEP_GREETINGS)
            self._say(event.at_s, Decision("greeting", greeting, "greeting"))
            self._say(event.at_s, Decision("greeting", self.setup.question.wording, "recap"))
            self._begin(event.at_s)
            return
        persona = self.memory.persona
        greetings = persona.openings if persona and persona.openings else wording.GREETINGS
        greeting = wording.pick(self.setup.seed, "greeting", greetings)
        duration = wording.spoken_duration(self.agenda.total_s)
        orientation = wording.pick(self.setup.seed, "orientation", wording.ORIENTATIONS)
        self._say(event.at_s, Decision("greeting", greeting, "greeting"))
        self._say(event.at_s, Decision("greeting", orientation.format(duration=duration), "orientation"))
        self._begin(event.at_s)

    def _begin(self, at_s: float) -> None:
        self._say(at_s, self._question())
        self._out.append(c.MarkBudgets(self.agenda.budgets_s()))
        self._prepare_stock()

    def _prepare_stock(self) -> None:
        self._out.append(c.Prepare((self.prompter.closing().text, *wording.HOLDS, *wording.ACKNOWLEDGEMENTS)))

    @_on.register
    def _on_cut_short(self, _event: e.SessionCutShort) -> None:
        if self.state != "finished":
            self._call_off_all()
            self._left_in = self.state
            self.machine.fire("stop_asked")

    @_on.register
    def _on_came_back(self, event: e.SessionResumed) -> None:
        """Only what was heard counts; the candidate is told where they were, and has the floor."""
        self.setup = dataclasses.replace(self.setup, duplex=event.duplex, writer=event.writer)
        self.taker = self._new_taker()
        for outcome in self.taker.resume(event.at_s):
            self._take(outcome, event.at_s)
        if self.state == "waiting":
            self._on(e.SessionStarted(event.at_s))
            return
        self._call_off_all()
        for unheard in self._called_off.values():
            self._unsay(unheard)
        self._called_off.clear()
        self._microphone_over = False
        for utterance in self._late.take():
            self._note_where(utterance, {})
        self.agenda.resume(event.at_s)
        self.machine.fire("came_back")
        self._welcome_back(event.at_s)

    def _welcome_back(self, at_s: float) -> None:
        seed, count = self.setup.seed, len(self.memory.said)
        if "question" not in self.memory.asked:
            self._say(
                at_s, Decision("hold", wording.pick(seed, f"again:{count}", wording.BEGIN_AGAIN), "resumed")
            )
            self._begin(at_s)
            return
        name = self.setup.framework.phase(self.agenda.current).name
        text = wording.pick(seed, f"back:{count}", wording.CAME_BACK).format(phase=name)
        self._say(at_s, Decision("hold", text, "resumed"))
        self._prepare_stock()

    @_on.register
    def _on_finished_prompt(self, event: e.PromptFinished) -> None:
        pending = self._prompts.take(event.prompt_id)
        called_off = self._called_off.pop(event.prompt_id, None)
        if called_off is not None and not was_heard(called_off, event.spoken):
            self._unsay(called_off)
        if pending is None:
            return
        if event.interrupted and not was_heard(pending, event.spoken):
            self._unsay(pending)
        elif pending.decision.kind == "question" and self.agenda.started_s is None:
            self.agenda.start(event.at_s)
        self._when_all_said(event.at_s)

    @_on.register
    def _on_wording(self, event: e.FollowUpReady) -> None:
        decision = self._request.offer(event)
        if decision is not None:
            self._say(event.at_s, decision)

    @_on.register
    def _on_no_wording(self, event: e.FollowUpFailed) -> None:
        fallback = self._request.fail(event.request_id)
        if fallback is not None:
            self._out.append(
                c.Notice(f"Language model: {event.reason}. The question bank's own words are used.")
            )
            self._say(event.at_s, fallback)

    @_on.register
    def _on_failed_worker(self, event: e.WorkerFailed) -> None:
        self._out.append(c.Notice(f"{event.worker} failed: {event.reason}"))
        if event.worker == "microphone":
            self._microphone_over = True

    @_on.register
    def _on_lost_microphone(self, event: e.MicrophoneLost) -> None:
        self._out.append(c.Notice(f"Microphone lost: {event.reason}. Trying to reopen it."))

    @_on.register
    def _on_regained_microphone(self, event: e.MicrophoneRegained) -> None:
        self._out.append(c.Notice(f"Microphone is back; {event.gap_s:.0f} s were not heard."))

    @_on.register
    def _on_ended_microphone(self, _event: e.MicrophoneEnded) -> None:
        self._microphone_over = True

    @_on.register
    def _on_stop(self, _event: e.StopRequested) -> None:
        self._finish("stopped by the candidate")

    @_on.register
    def _on_key(self, event: e.CommandGiven) -> None:
        self._obey(hands_free.HandsFree(event.command), event.at_s)

    # -- what the turn taker made of it ----------------------------------------------------------

    def _take(self, outcome: turn_taking.Outcome, at_s: float) -> None:
        match outcome:
            case turn_taking.Issue(command=command):
                self._out.append(command)
            case turn_taking.UtteranceHeard():
                self._hear(outcome, at_s)
            case turn_taking.TurnLikelyEnding():
                self._prepare(at_s)
            case turn_taking.TurnEnded(turn=turn):
                self._end_turn(turn, at_s)
            case turn_taking.LongSilence():
                self._offer_help(at_s)
            case turn_taking.BargedIn() | turn_taking.TurnReopened():
                self._give_floor(at_s)
            case turn_taking.BargeInDoubtful():
                self._out.append(c.Duck())
            case turn_taking.BargeInDismissed():
                self._out.append(c.Unduck())
            case turn_taking.LookAheadStale(utterance_id=utterance_id):
                self._out.append(c.DropLookAhead(utterance_id))

    def _hear(self, heard: turn_taking.UtteranceHeard, at_s: float) -> None:
        if heard.hands_free is not None:
            self._obey(heard.hands_free, at_s)
            return
        if self.state in ("waiting", "paused", "closing"):
            return
        utterance = heard.utterance
        self._note_where(utterance, heard.meanings)
        self._overtime.heard(at_s)
        self._prepare(at_s)

    def _note_where(self, utterance: Utterance, meanings: Mapping[str, float]) -> None:
        belief = self.memory.hear(utterance.text, utterance.start_s, utterance.end_s, meanings)
        self._out.append(
            c.MarkPhase(utterance.id, belief.phase_id, utterance.start_s, utterance.end_s, belief.confidence)
        )

    def _end_turn(self, turn: CandidateTurn, at_s: float) -> None:
        self._turns += 1
        self._out.append(c.MarkTurn(self._turns, turn.start_s, turn.end_s, turn.reason))
        for utterance in turn.utterances:
            if utterance.id in turn.provisional:
                self.memory.glimpse(utterance.text)
        if self.state != "listening" or turn.reason == CUT_IN:
            return
        if "question" not in self.memory.asked:
            self._reply(at_s, self._question())
        elif self._microphone_over:
            self._close(at_s)
        else:
            self._reply(at_s, self.prompter.decide(at_s, turn.text))

    def _prepare(self, at_s: float) -> None:
        """Have the likeliest next prompt synthesised while the candidate still speaks."""
        if self.state != "listening":
            return
        text = self.prompter.decide(at_s, self.taker.turn_so_far.text).text
        if text != self._prepared:
            self._prepared = text
            self._out.append(c.Prepare((text,)))

    def _offer_help(self, at_s: float) -> None:
        if self.state != "listening" or self._microphone_over:
            return
        help_text = wording.pick(
            self.setup.seed, f"help:{len(self.memory.said)}", wording.HELP, self.memory.said
        )
        self._reply(at_s, Decision("hold", help_text, "help"))

    def _give_floor(self, at_s: float) -> None:
        """The candidate speaks: whatever was being said or worded is called off."""
        if not self.machine.allows("floor_taken") or self.state == "closing":
            return
        self._out.append(c.Interrupt())
        self._call_off_all()
        if self.agenda.started_s is None:
            # Talked over before the question was out: it is asked later, but time runs, or nothing would
            # ever end.
            self.agenda.start(at_s)
        self.machine.fire("floor_taken")

    def _call_off_all(self) -> bool:
        """Nothing that was to be said counts as said until it is known how much was heard."""
        fallback = self._request.cancel()
        if fallback is not None:
            self.memory.asked.discard(fallback.key)
        dropped = self._prompts.clear()
        self._called_off.update((pending.say.prompt_id, pending) for pending in dropped)
        return bool(dropped)

    # -- hands free ------------------------------------------------------------------------------

    def _obey(self, asked: hands_free.HandsFree, at_s: float) -> None:
        kind = asked.kind
        if self.state == "paused":
            if kind == "resume":
                self._resume(at_s)
            elif kind == "end":
                self._close(at_s)
            return
        if self.state not in ("listening", "replying"):
            return
        seed = self.setup.seed
        count = len(self.memory.said)
        match kind:
            case "repeat":
                self._reply(at_s, self._last_asked or self._question())
            case "give_me_a_minute":
                self.taker.hold_floor(at_s + asked.seconds)
                hold = wording.pick(seed, f"hold:{count}", wording.HOLDS, self.memory.said[-1:])
                self._reply(at_s, Decision("hold", hold, "hold"))
            case "time_left":
                self._reply(at_s, self.prompter.time_check(at_s))
            case "pause":
                self._pause(at_s)
            case "skip":
                self._skip(at_s)
            case "done":
                # With a turn open the turn taker ends it; otherwise the candidate has nothing to add.
                if not self.taker.has_open_turn and self.state == "listening":
                    self._reply(at_s, self.prompter.decide(at_s, NOTHING_TO_ADD))
            case "end":
                self._close(at_s)
            case _:
                pass

    def _pause(self, at_s: float) -> None:
        self.agenda.pause(at_s)
        self.machine.fire("pause_asked")
        self._say(at_s, Decision("hold", wording.pick(self.setup.seed, "paused", wording.PAUSED), "paused"))
        for outcome in self.taker.suspend(at_s):
            self._take(outcome, at_s)

    def _resume(self, at_s: float) -> None:
        for outcome in self.taker.resume(at_s):
            self._take(outcome, at_s)
        self.agenda.resume(at_s)
        text = wording.pick(self.setup.seed, f"resumed:{len(self.memory.said)}", wording.RESUMED)
        self.machine.fire("resume_asked")
        self._say(at_s, Decision("hold", text, "resumed"))

    def _skip(self, at_s: float) -> None:
        skipped = self._last_asked
        if skipped is not None and skipped.kind != "question":
            # Cut off or not: what the candidate wants to skip is not asked again.
            self.memory.asked.add(skipped.key)
            self.memory.invited.add(skipped.phase_id)
        lead = wording.pick(self.setup.seed, f"skip:{len(self.memory.said)}", wording.SKIPPED)
        self._reply(at_s, Decision("acknowledgement", lead, "skip"))
        self._reply(at_s, self.prompter.after_skip())

    # -- saying ----------------------------------------------------------------------------------

    def _question(self) -> Decision:
        phase = self.setup.framework.phases[0]
        text = self.setup.question.wording
        if self.setup.only_phase:
            text = invitation_to(phase, self.setup.seed)
        return Decision("question", text, "question", phase.id)

    def _new_taker(self) -> TurnTaker:
        return TurnTaker(dataclasses.replace(self.setup.turns, duplex=self.setup.duplex))

    def _reply(self, at_s: float, decision: Decision) -> None:
        if decision.ends:
            self._close(at_s)
            return
        self.machine.fire("prompt_due")
        if self.setup.writer and decision.kind in WORDED_BY_MODEL:
            self.memory.asked.add(decision.key)
            self._out.append(self._request.open(at_s, decision))
            return
        self._say(at_s, decision)

    def _say(self, at_s: float, decision: Decision) -> None:
        memory = self.memory
        memory.asked.add(decision.key)
        if decision.late:
            memory.asked_late.add(decision.key)
        memory.said.append(decision.text)
        memory.last_kind = decision.kind
        if decision.kind in ASKING:
            self._last_asked = decision
        if decision.kind in ("nudge", "invitation", "follow_up", "warning") and decision.phase_id:
            memory.pending_phase = decision.phase_id
        if decision.kind in ("nudge", "invitation"):
            memory.invited.add(decision.phase_id)
        if decision.kind == "follow_up":
            memory.follow_ups_in[decision.phase_id] += 1
        self._out.append(self._prompts.add(at_s, decision))

    def _unsay(self, pending: Pending) -> None:
        """It was not heard: it may be asked later."""
        self.memory.asked.discard(pending.decision.key)
        self.memory.invited.discard(pending.decision.phase_id)
        if pending.say.text in self.memory.said:
            self.memory.said.remove(pending.say.text)

    def _when_all_said(self, at_s: float) -> None:
        if len(self._prompts) or self._request.is_open:
            return
        if self.state == "closing":
            self._finish("completed")
        elif self.machine.allows("prompts_done"):
            if self.agenda.started_s is None and "question" in self.memory.asked:
                self.agenda.start(at_s)
            self.machine.fire("prompts_done")
            patience = PATIENCE_AFTER.get(self.memory.last_kind)
            if patience is not None:
                self.taker.expect(patience)

    def _close(self, at_s: float) -> None:
        if self.state == "closing":
            return
        if self._prompts.clear():
            self._out.append(c.Interrupt())
        self._request.cancel()
        self.machine.fire("end_due")
        self._say(at_s, self.prompter.closing())

    def _finish(self, reason: str) -> None:
        if self._call_off_all():
            self._out.append(c.Interrupt())
        self._left_in = self.state
        self.machine.fire("prompts_done" if self.state == "closing" else "stop_asked")
        self._out.append(c.Finish(reason))

    # -- the clock -------------------------------------------------------------------------------

    def _by_the_clock(self, at_s: float) -> None:
        self._give_up_overdue(at_s)
        late = self._request.overdue(at_s)
        if late is not None:
            self._say(at_s, late)
        if self.state == "finished":
            return
        if self._microphone_over and self.state == "listening" and not self.taker.has_open_turn:
            self._close(at_s)
            return
        if self.state not in ("listening", "replying"):
            return
        if self._overtime.is_over(at_s, speaking=self.taker.candidate_speaking, grace_s=GRACE_S):
            self._close(at_s)
        elif self.state == "listening":
            decision = self._overtime.due(
                at_s,
                self.prompter,
                speaking=self.taker.candidate_speaking,
                open_turn=self.taker.has_open_turn,
            )
            if decision is not None:
                self._reply(at_s, decision)
                for outcome in self.taker.close_turn(at_s, CUT_IN):
                    self._take(outcome, at_s)

    def _give_up_overdue(self, at_s: float) -> None:
        overdue = self._prompts.take_overdue(at_s)
        if overdue:
            self._out.append(c.Notice("The voice did not answer; its words are on the screen."))
            self._when_all_said(at_s)
