"""What the interviewer makes of what it hears: each utterance is noted, the likeliest next prompt prepared, a
turn answered, a silence helped, and the floor given up to a candidate who takes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core import greeting, wording
from voice_interviewer.core import turn_outcomes as outcomes
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.endpointing import Patience
from voice_interviewer.core.interview import Interview
from voice_interviewer.core.obeying import obey
from voice_interviewer.core.overtime import Overtime
from voice_interviewer.core.speech import Utterance

CUT_IN = "the interviewer cut in"
"""Reason of a turn's end that needs no answer: the interviewer is speaking already."""
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


class Listening:
    """Acts on what the turn taker concludes."""

    def __init__(self, who: Interview, overtime: Overtime) -> None:
        self.is_over = False
        """No more sound will come."""
        self._who = who
        self._overtime = overtime
        self._turns = 0
        self._prepared = ""

    def expect_answer(self) -> None:
        """The candidate has the floor: what their answer will be like, by what was said last."""
        memory = self._who.memory
        patience = PATIENCE_AFTER.get(memory.last_kind)
        if patience is not None:
            self._who.taker.expect(patience, memory.said[-1] if memory.said else "")

    def take(self, outcome: outcomes.Outcome, at_s: float) -> None:
        """Act on one outcome of the turn taker."""
        match outcome:
            case outcomes.Issue(command=command):
                self._who.saying.out.append(command)
            case outcomes.UtteranceHeard():
                self._hear(outcome, at_s)
            case outcomes.TurnLikelyEnding():
                self._prepare(at_s)
            case outcomes.TurnEnded(turn=turn):
                self._end_turn(turn, at_s)
            case outcomes.LongSilence():
                self._offer_help(at_s)
            case outcomes.BargedIn() | outcomes.TurnReopened():
                self._give_floor(at_s)
            case outcomes.BargeInDoubtful():
                self._who.saying.out.append(c.Duck())
            case outcomes.BargeInDismissed():
                self._who.saying.out.append(c.Unduck())
            case outcomes.LookAheadStale(utterance_id=utterance_id):
                self._who.saying.out.append(c.DropLookAhead(utterance_id))

    def _hear(self, heard: outcomes.UtteranceHeard, at_s: float) -> None:
        if heard.hands_free is not None:
            obey(self._who, heard.hands_free, at_s)
            return
        if self._who.machine.state in ("waiting", "paused", "closing"):
            return
        utterance = heard.utterance
        self.note(utterance, heard.meanings)
        self._overtime.heard(at_s)
        self._prepare(at_s)

    def note(self, utterance: Utterance, meanings: Mapping[str, float]) -> None:
        """An utterance of the answer: what it tells, and which phase it is in."""
        belief = self._who.memory.hear(utterance.text, utterance.start_s, utterance.end_s, meanings)
        self._who.saying.out.append(
            c.MarkPhase(utterance.id, belief.phase_id, utterance.start_s, utterance.end_s, belief.confidence)
        )

    def _end_turn(self, turn: outcomes.CandidateTurn, at_s: float) -> None:
        self._turns += 1
        self._who.saying.out.append(c.MarkTurn(self._turns, turn.start_s, turn.end_s, turn.reason))
        for utterance in turn.utterances:
            if utterance.id in turn.provisional:
                self._who.memory.glimpse(utterance.text)
        if self._who.machine.state != "listening" or turn.reason == CUT_IN:
            return
        if "question" not in self._who.memory.asked:
            self._who.reply(at_s, greeting.question(self._who.setup))
        elif self.is_over:
            self._who.close(at_s)
        else:
            self._who.reply(at_s, self._who.prompter.decide(at_s, turn.text))

    def _prepare(self, at_s: float) -> None:
        """Have the likeliest next prompt synthesised while the candidate still speaks."""
        if self._who.machine.state != "listening":
            return
        text = self._who.prompter.decide(at_s, self._who.taker.turn_so_far.text).text
        if text != self._prepared:
            self._prepared = text
            self._who.saying.out.append(c.Prepare((text,)))

    def _offer_help(self, at_s: float) -> None:
        if self._who.machine.state != "listening" or self.is_over:
            return
        help_text = wording.pick(
            self._who.setup.seed, f"help:{len(self._who.memory.said)}", wording.HELP, self._who.memory.said
        )
        self._who.reply(at_s, Decision("hold", help_text, "help"))

    def _give_floor(self, at_s: float) -> None:
        """The candidate speaks: whatever was being said or worded is called off."""
        if not self._who.machine.allows("floor_taken") or self._who.machine.state == "closing":
            return
        self._who.saying.out.append(c.Interrupt())
        self._who.saying.call_off_all()
        if self._who.agenda.started_s is None:
            # Talked over before the question was out: it is asked later, but time runs, or nothing would
            # ever end.
            self._who.agenda.start(at_s)
        self._who.machine.fire("floor_taken")

    def note_device(
        self, event: e.WorkerFailed | e.MicrophoneLost | e.MicrophoneRegained | e.MicrophoneEnded
    ) -> None:
        """Something that hears or speaks has failed, or is back."""
        notices = self._who.saying.out
        match event:
            case e.WorkerFailed():
                notices.append(c.Notice(f"{event.worker} failed: {event.reason}"))
                if event.worker == "microphone":
                    self.is_over = True
            case e.MicrophoneLost():
                notices.append(c.Notice(f"Microphone lost: {event.reason}. Trying to reopen it."))
            case e.MicrophoneRegained():
                notices.append(c.Notice(f"Microphone is back; {event.gap_s:.0f} s were not heard."))
            case e.MicrophoneEnded():
                self.is_over = True
