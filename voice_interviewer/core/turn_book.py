"""The candidate's turn as it grows: its utterances, what was asked about them, and what they add up to.

It knows nothing of who has the floor (`core.floor`) and does not decide how long to wait
(`core.endpointing`); it writes outcomes into `out`, which the turn taker hands on.
"""

from __future__ import annotations

from collections.abc import Iterable

from voice_interviewer.core import completeness, hands_free
from voice_interviewer.core.commands import JudgeAnswer
from voice_interviewer.core.endpointing import Patience, PauseEvidence, PauseHabit, required_silence_s
from voice_interviewer.core.events import AnswerJudged, Transcribed
from voice_interviewer.core.fragments import Desk, Fragment
from voice_interviewer.core.turn_outcomes import (
    Aside,
    AsideReason,
    CandidateTurn,
    Issue,
    Outcome,
    TurnEnded,
    TurnLikelyEnding,
    UtteranceGlimpsed,
    UtteranceHeard,
)
from voice_interviewer.core.turn_settings import TurnSettings

JUDGED_FRAGMENTS = 4
"""The words of so many last utterances are judged; sentences are seldom spread over more."""
HOLD_ENDS_WORDS = 3
"""'Um, so' does not end the time to think that was asked for; a sentence does."""


class TurnBook:
    """Keeps fragments until their final words were reported, whatever turn they belong to."""

    def __init__(self, settings: TurnSettings, habit: PauseHabit | None = None) -> None:
        self.settings = settings
        self.habit = habit or PauseHabit(settings.endpointing)
        self.patience = Patience.QUESTION
        self.question = ""
        """What is being answered."""
        self.fragments: dict[int, Fragment] = {}
        self.turn: list[Fragment] = []
        """The open turn, in order."""
        self.last_turn: list[Fragment] = []
        """The turn judged last, as long as it may be reopened."""
        self.answer_start_s: float | None = None
        """Where the answer began; an interviewer who cut in does not make it start anew."""
        self.quiet_since_s = 0.0
        """End of the last request to the program: silence is counted from here at the earliest."""
        self.hold_until_s = 0.0
        self.close_reason = ""
        self.suspended = False
        self.out: list[Outcome] = []
        self.desk = Desk(
            settings.look_ahead, settings.pre_roll_s, settings.post_roll_s, settings.context_words
        )

    # -- utterances come and go ------------------------------------------------------------------

    def take(self, fragment: Fragment) -> None:
        """The fragment belongs to the open turn."""
        fragment.place = "turn"
        if self.answer_start_s is None:
            self.answer_start_s = fragment.start_s
        self.turn.append(fragment)
        self.turn.sort(key=lambda f: f.id)

    def reopen(self, fragment: Fragment) -> None:
        """The turn that was judged over goes on with this fragment."""
        fragment.reopens = True
        for other in self.last_turn:
            other.judged = False
        self.turn = [*self.last_turn, *self.turn]
        self.last_turn = []

    def forget_last_turn(self) -> None:
        """The interviewer was heard: that turn stays ended. Words still on their way are reported when they
        come.
        """
        for fragment in self.last_turn:
            if fragment.heard:
                self.fragments.pop(fragment.id, None)
        self.last_turn = []

    def put_aside(self, fragment: Fragment, reason: AsideReason) -> None:
        """The fragment belongs to no turn."""
        self._remove(fragment)
        self.out.append(Aside(fragment.utterance, reason))

    def _remove(self, fragment: Fragment) -> None:
        fragment.place = "gone"
        self.fragments.pop(fragment.id, None)
        if fragment in self.turn:
            self.turn.remove(fragment)
        if not self.turn and not self.last_turn:
            self.answer_start_s = None

    # -- words -----------------------------------------------------------------------------------

    def ask(self, fragment: Fragment, *, final: bool) -> None:
        """Have it transcribed, unless that is under way."""
        command = self.desk.ask(fragment, final=final)
        if command is not None:
            self.out.append(Issue(command))

    def finish(self, fragment: Fragment) -> None:
        """A closed fragment of the turn: use the words there are, and get the final ones."""
        if fragment.end_s <= fragment.start_s:
            self.put_aside(fragment, "noise")
            return
        self.ask(fragment, final=True)
        self._glance(fragment)
        self._hear(fragment)

    def on_words(self, event: Transcribed) -> Fragment | None:
        """Words came; the fragment they are of, None when they are stale."""
        fragment = self.fragments.get(event.utterance_id)
        if fragment is None or not fragment.take_words(event, self.settings.look_ahead):
            return None
        self._glance(fragment)
        self._hear(fragment)
        return fragment

    def go_deaf(self) -> None:
        """The recogniser is gone: what is spoken still counts, without words."""
        self.desk.deaf = True
        for fragment in list(self.fragments.values()):
            self._hear(fragment)

    def _glance(self, fragment: Fragment) -> None:
        """A quick look at a closed fragment: enough to judge by, not to obey.

        It mishears short sounds, so a request to the program waits for its final words. 'That's my answer'
        after an answer needs no obeying: it ends the turn by what it says.
        """
        known = fragment.words is not None or not fragment.glimpse
        if known or not fragment.closed or fragment.place != "turn":
            return
        request = hands_free.match(fragment.utterance.text)
        if request is not None and (request.kind != "done" or len(self.turn) < 2):
            fragment.glimpse = ()
            return
        self.out.append(UtteranceGlimpsed(fragment.utterance))
        self._foretell(fragment)

    def _hear(self, fragment: Fragment) -> None:
        """The final words of a closed fragment are known: report them once."""
        known = fragment.words is not None or self.desk.deaf
        if fragment.heard or not known or not fragment.closed or fragment.place != "turn":
            return
        utterance = fragment.utterance
        request = hands_free.match(utterance.text)
        wanted = request is not None and request.kind == "resume"
        if self.suspended and not wanted:
            self.put_aside(fragment, "paused")
            return
        if not utterance.words and not self.desk.deaf:
            self.put_aside(fragment, "noise")
            return
        if fragment.judged or (wanted and not self.suspended):
            # 'I'm ready' asks for nothing while the interview runs.
            request = None
        fragment.heard = True
        self.out.append(UtteranceHeard(utterance, fragment.meanings, request))
        if request is not None:
            self._obey(fragment, request)
        else:
            self._enter(fragment)

    def _enter(self, fragment: Fragment) -> None:
        """Words of an answer."""
        self.desk.remember(fragment.utterance.text)
        if fragment.judged and fragment not in self.last_turn:
            self._remove(fragment)
            return
        if fragment.reopens:
            self.habit.cut_in()
        if len(fragment.utterance.words) >= HOLD_ENDS_WORDS:
            self.hold_until_s = 0.0
        if fragment in self.turn:
            before = [f for f in self.turn if f.id < fragment.id and f.heard]
            if before and not before[-1].cut:
                self.habit.add(fragment.start_s - before[-1].end_s, self._evidence(before))
            self._foretell(fragment)

    def _obey(self, fragment: Fragment, request: hands_free.HandsFree) -> None:
        """A request to the program: not part of the turn, and it may decide about the floor."""
        self._remove(fragment)
        self.quiet_since_s = max(self.quiet_since_s, fragment.end_s)
        if request.kind == "give_me_a_minute":
            self.hold_until_s = max(self.hold_until_s, fragment.end_s + request.seconds)
        elif request.kind == "done" and self.turn:
            self.close_reason = "says so"
        elif request.kind in ("pause", "resume"):
            self.suspended = request.kind == "pause"

    # -- the turn as a whole ---------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """There is a turn that can end: something was said in it, and nothing is being said."""
        return any(not f.late for f in self.turn) and all(f.closed for f in self.turn)

    @property
    def is_readable(self) -> bool:
        """Enough words are known to judge the turn: all of them, or a quick look at the last ones."""
        if not all(f.readable for f in self.turn):
            return False
        words = sum(len(f.utterance.words) for f in self.turn)
        return all(f.heard for f in self.turn) or words >= self.settings.glimpse_words

    def judge_content(self, now_s: float) -> None:
        """Have the answer judged up to the last fragment, and again when its final words are others."""
        if not self.settings.judges_content or not self.is_open or not self.is_readable:
            return
        last = self.turn[-1]
        answer = completeness.stitched([f.utterance.text for f in self.turn])
        if not answer or answer == last.content_of:
            return
        if not last.content_of or last.words is not None:
            last.content_of, last.content_asked_s = answer, now_s
            self.out.append(Issue(JudgeAnswer(last.id, last.end_s, self.question, answer)))

    def on_judged(self, event: AnswerJudged) -> None:
        """The judgement came; stale ones are dropped."""
        fragment = self.fragments.get(event.utterance_id)
        if fragment is not None and not fragment.speaking and abs(fragment.end_s - event.end_s) < 0.05:
            fragment.content = event.points

    def judged_from_s(self) -> float:
        """No sooner is the turn judged: an opinion on its content is on its way."""
        last = self.turn[-1]
        if last.content_asked_s is None or last.content is not None:
            return 0.0
        return last.content_asked_s + self.settings.content_limit_s

    def required_silence(self) -> tuple[float, str]:
        """Silence needed after the turn's last words, and why."""
        return required_silence_s(self._evidence(self.turn), self.habit)

    def judged_well(self) -> None:
        """The turn judged last was answered, and the candidate let it happen."""
        if self.last_turn:
            self.habit.judged_well(self._evidence(self.last_turn))

    def _evidence(self, fragments: list[Fragment]) -> PauseEvidence:
        """What speaks for the end of a turn that consists of these, up to the pause after the last."""
        last = fragments[-1]
        start_s = fragments[0].start_s if self.answer_start_s is None else self.answer_start_s
        text = completeness.stitched([f.utterance.text for f in fragments[-JUDGED_FRAGMENTS:]])
        return PauseEvidence(
            completeness.judge(text), last.vote, self.patience, last.end_s - start_s, last.content or 0.0
        )

    def _foretell(self, fragment: Fragment) -> None:
        """Tell the interviewer early that this may be all."""
        if not self.turn or fragment is not self.turn[-1] or not self.is_readable:
            return
        wait_s, reason = self.required_silence()
        if wait_s < self.settings.endpointing.longest_s:
            self.out.append(TurnLikelyEnding(as_turn(self.turn, reason, fragment.end_s)))

    def end(self, reason: str, now_s: float) -> bool:
        """The turn is judged over; False when nothing was said in it that has words.

        What is still without words is kept for the next turn, so that none is lost.
        """
        known = [f for f in self.turn if f.readable]
        self.close_reason = ""
        self.turn = [f for f in self.turn if not f.readable]
        for fragment in self.turn:
            fragment.late = True
        if not known:
            return False
        for fragment in known:
            fragment.judged = True
        self.last_turn = known
        self.out.append(TurnEnded(as_turn(known, reason, now_s)))
        return True


def as_turn(fragments: Iterable[Fragment], reason: str, now_s: float) -> CandidateTurn:
    """What is known of these fragments as a turn; it begins and ends at `now_s` when that is nothing."""
    known = [f for f in fragments if f.readable]
    utterances = tuple(f.utterance for f in known)
    start_s = utterances[0].start_s if utterances else now_s
    end_s = utterances[-1].end_s if utterances else now_s
    provisional = frozenset(f.id for f in known if not f.heard)
    return CandidateTurn(start_s, end_s, utterances, reason, now_s, provisional)
