"""Who has the floor: collects the candidate's utterances into turns, and judges when a turn is over.

Pure: time arrives with the events, and `next_deadline_s` says when a `Tick` is wanted. How long a pause must
be lives in `core.endpointing`, what the words say in `core.completeness`, speech over a prompt in
`core.barge_in`; this module keeps the books.

The floor:  candidate --turn judged over--> judged --PromptStarted--> interviewer --PromptFinished--> candidate
            judged --speech--> candidate (TurnReopened);  interviewer --barge-in--> candidate (BargedIn)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core import barge_in, completeness, hands_free
from voice_interviewer.core.barge_in import BargeInSettings
from voice_interviewer.core.commands import VoteTurn
from voice_interviewer.core.endpointing import (
    EndpointSettings,
    Patience,
    PauseEvidence,
    PauseHabit,
    required_silence_s,
)
from voice_interviewer.core.events import (
    Event,
    MicrophoneEnded,
    MicrophoneLost,
    PromptFinished,
    PromptStarted,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    Transcribed,
    TurnVoted,
    UtteranceEnded,
    WorkerFailed,
)
from voice_interviewer.core.fragments import Desk, Fragment, LookAhead
from voice_interviewer.core.turn_outcomes import (
    Aside,
    BargedIn,
    BargeInDismissed,
    BargeInDoubtful,
    CandidateTurn,
    Issue,
    LongSilence,
    LookAheadStale,
    Outcome,
    TurnEnded,
    TurnLikelyEnding,
    TurnReopened,
    UtteranceGlimpsed,
    UtteranceHeard,
)

__all__ = [
    "Aside", "BargeInDismissed", "BargeInDoubtful", "BargedIn", "CandidateTurn", "Issue", "LongSilence",
    "LookAheadStale", "Outcome", "Patience", "TurnEnded", "TurnLikelyEnding", "TurnReopened", "TurnSettings",
    "TurnTaker", "UtteranceGlimpsed", "UtteranceHeard",
]  # fmt: skip

Floor = Literal["candidate", "judged", "interviewer"]
_Plan = tuple[float, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """Everything turn-taking can be told, seconds."""

    duplex: Literal["full", "half"] = "full"
    """Half: the microphone is ignored while the interviewer speaks (loudspeaker without echo cancellation)."""
    look_ahead: LookAhead = "full"
    """What `Transcribe(final=False)` gets: all words of the utterance, or a quick look at its last seconds."""
    endpointing: EndpointSettings = field(default_factory=EndpointSettings)
    barge_in: BargeInSettings = field(default_factory=BargeInSettings)
    pre_roll_s: float = 0.25
    """Sound before the onset for the recogniser: soft consonants come before the detector's onset."""
    post_roll_s: float = 0.15
    """Sound after the end; less than the segmenter's hint, so that it is already there."""
    context_words: int = 24
    transcript_limit_s: float = 6.0
    """A turn is not judged while its last words are still being transcribed, up to this long after them."""
    glimpse_words: int = 3
    """A turn is not judged by a quick look at fewer words than this."""
    regret_s: float = 1.5
    """A candidate who speaks over the first so many seconds of a prompt was not finished."""
    reopen_s: float = 0.3
    """Speech that began before a prompt, or within this of its first sample, goes on with the turn."""
    answered_s: float = 1.0
    """A 'yes' said over the last second of a prompt answers it."""
    echo_tail_s: float = 0.25
    """Half duplex: the room still sounds this long after the prompt."""
    prompt_limit_s: float = 60.0
    """Watchdog: a prompt whose end was never reported is taken for finished."""
    first_words_s: float = 20.0
    """Silence after a main question before help is offered; thinking first is a virtue here."""
    long_silence_s: float = 12.0
    """The same at any other time."""
    help_again_s: float = 60.0
    """Help is not offered again for this long."""


class TurnTaker:
    """Feed it every event in order; it answers with outcomes. Not a judge of content."""

    def __init__(self, settings: TurnSettings | None = None) -> None:
        self._settings = settings or TurnSettings()
        self._habit = PauseHabit(self._settings.endpointing)
        self._patience = Patience.QUESTION
        self._now_s = 0.0
        self._floor: Floor = "candidate"
        self._fragments: dict[int, Fragment] = {}
        self._turn: list[Fragment] = []
        self._last_turn: list[Fragment] = []
        self._answer_start_s: float | None = None
        """Where the answer began, which an interviewer who cut in does not start anew."""
        self._desk = Desk(
            self._settings.look_ahead,
            self._settings.pre_roll_s,
            self._settings.post_roll_s,
            self._settings.context_words,
        )
        self._prompt: int | None = None
        self._prompt_started_s = 0.0
        self._released_s = 0.0
        self._judged_s = 0.0
        self._ducked = False
        self._hold_until_s = 0.0
        self._helped_s = float("-inf")
        self._close_reason = ""
        self._suspended = False
        self._out: list[Outcome] = []

    # -- what the interviewer tells it -----------------------------------------------------------

    def expect(self, patience: Patience) -> None:
        """What the next answer will be like."""
        self._patience = patience

    def hold_floor(self, until_s: float) -> None:
        """The candidate asked for time: no turn ends and no help is offered before `until_s`, unless they speak."""
        self._hold_until_s = max(self._hold_until_s, until_s)

    def close_turn(self, at_s: float, reason: str) -> list[Outcome]:
        """End the turn as soon as its words are known: a key was pressed, or the interviewer cuts in."""
        self._begin(at_s)
        self._close_reason = reason
        return self._settle()

    def suspend(self, at_s: float) -> list[Outcome]:
        """The interview is paused: nothing ends, and what is heard is an aside, except 'resume'."""
        self._begin(at_s)
        self._suspended = True
        return self._settle()

    def resume(self, at_s: float) -> list[Outcome]:
        """The interview goes on."""
        self._begin(at_s)
        self._suspended = False
        self._released_s = max(self._released_s, at_s)
        return self._settle()

    # -- what it can be asked --------------------------------------------------------------------

    @property
    def floor(self) -> Floor:
        """Who has the floor; 'judged' between a turn's end and the interviewer's first sample."""
        return self._floor

    @property
    def interviewer_speaking(self) -> bool:
        """Between PromptStarted and PromptFinished."""
        return self._prompt is not None

    @property
    def candidate_speaking(self) -> bool:
        """Speech that counts is going on right now."""
        return any(f.speaking and f.place == "turn" for f in self._fragments.values())

    @property
    def has_open_turn(self) -> bool:
        """The candidate has said something that is not yet part of a finished turn."""
        return bool(self._turn)

    @property
    def turn_so_far(self) -> CandidateTurn:
        """The open turn; without utterances when there is none."""
        return self._as_turn(self._turn, "")

    @property
    def next_deadline_s(self) -> float | None:
        """When it wants a Tick, None for never; always after the last event handled."""
        return min((at_s for at_s, _ in self._plans()), default=None)

    # -- events ----------------------------------------------------------------------------------

    def handle(self, event: Event) -> list[Outcome]:
        """Take one event; events come with times that never run backwards."""
        self._begin(event.at_s)
        match event:
            case SpeechStarted():
                self._on_started(event)
            case SpeechPaused():
                self._on_paused(event)
            case SpeechResumed():
                self._on_resumed(event)
            case UtteranceEnded():
                self._on_ended(event)
            case Transcribed():
                self._on_transcribed(event)
            case TurnVoted():
                self._on_voted(event)
            case PromptStarted():
                self._on_prompt_started(event)
            case PromptFinished():
                if self._prompt == event.prompt_id:
                    if self._last_turn and not event.interrupted:
                        self._habit.judged_well()
                    self._release(event.at_s)
            case MicrophoneLost() | MicrophoneEnded():
                self._on_silenced(event)
            case WorkerFailed(worker="transcriber"):
                self._desk.deaf = True
                for fragment in list(self._fragments.values()):
                    self._hear(fragment)
            case _:
                pass
        return self._settle()

    def _begin(self, at_s: float) -> None:
        self._now_s = max(self._now_s, at_s)
        self._out = []

    def _settle(self) -> list[Outcome]:
        """Do whatever is due by now, earliest first."""
        while True:
            due = [plan for plan in self._plans() if plan[0] <= self._now_s + 1e-9]
            if not due:
                return self._out
            min(due, key=lambda plan: plan[0])[1]()

    def _on_started(self, event: SpeechStarted) -> None:
        fragment = Fragment(event.utterance_id, event.start_s)
        self._fragments[fragment.id] = fragment
        half = self._settings.duplex == "half"
        if half and (self._prompt is not None or event.start_s < self._released_s + self._settings.echo_tail_s):
            fragment.place = "ignored"
        elif self._prompt is not None:
            fragment.place = "burst"
            if not self._ducked:
                self._ducked = True
                self._out.append(BargeInDoubtful(self._now_s))
        else:
            self._take(fragment)

    def _on_paused(self, event: SpeechPaused) -> None:
        fragment = self._fragments.get(event.utterance_id)
        if fragment is None:
            return
        fragment.pause(event.end_s)
        self._clip(fragment)
        if fragment.place == "turn":
            self._out.append(Issue(VoteTurn(fragment.id, self._turn[0].start_s, fragment.end_s)))
        if fragment.place == "turn" or self._is_doubtful(fragment):
            self._ask(fragment, final=False)

    def _on_resumed(self, event: SpeechResumed) -> None:
        fragment = self._fragments.get(event.utterance_id)
        if fragment is None:
            return
        if fragment.pending:
            self._out.append(LookAheadStale(fragment.id))
        fragment.resume()

    def _on_ended(self, event: UtteranceEnded) -> None:
        fragment = self._fragments.get(event.utterance_id)
        if fragment is None:
            return
        fragment.close(event.end_s, cut=event.cut)
        self._clip(fragment)
        if fragment.place == "turn":
            self._finish(fragment)
        elif fragment.place == "burst" and fragment.span is not None:
            self._ask(fragment, final=True)

    def _finish(self, fragment: Fragment) -> None:
        """A closed fragment of the turn: have its words, or get them."""
        if fragment.end_s <= fragment.start_s:
            self._put_aside(fragment, "noise")
            return
        self._ask(fragment, final=True)
        self._glance(fragment)
        self._hear(fragment)

    def _on_transcribed(self, event: Transcribed) -> None:
        fragment = self._fragments.get(event.utterance_id)
        if fragment is None or not fragment.take_words(event, self._settings.look_ahead):
            return
        self._glance(fragment)
        self._hear(fragment)

    def _on_voted(self, event: TurnVoted) -> None:
        fragment = self._fragments.get(event.utterance_id)
        if fragment is not None and not fragment.speaking and abs(fragment.end_s - event.end_s) < 0.05:
            fragment.vote = event.probability

    def _on_prompt_started(self, event: PromptStarted) -> None:
        if self._prompt is None:
            self._prompt_started_s = event.at_s
        self._prompt = event.prompt_id
        if self._floor == "judged":
            self._floor = "interviewer"

    def _on_silenced(self, event: Event) -> None:
        """No sound is coming: what is open ends here."""
        for fragment in list(self._fragments.values()):
            if not fragment.closed:
                end_s = event.at_s if fragment.speaking else fragment.end_s
                self._on_ended(UtteranceEnded(event.at_s, fragment.id, fragment.start_s, end_s))
        if isinstance(event, MicrophoneEnded):
            self._close_reason = "the sound ended"

    # -- fragments -------------------------------------------------------------------------------

    def _take(self, fragment: Fragment) -> None:
        """The fragment belongs to the candidate's turn, which it may reopen."""
        if self._floor == "judged":
            fragment.reopens = True
            for other in self._last_turn:
                other.judged = False
            self._turn = [*self._last_turn, *self._turn]
            self._last_turn = []
            self._out.append(TurnReopened(self._now_s))
        self._floor = "candidate"
        fragment.place = "turn"
        if self._answer_start_s is None:
            self._answer_start_s = fragment.start_s
        self._turn.append(fragment)
        self._turn.sort(key=lambda f: f.id)

    def _clip(self, fragment: Fragment) -> None:
        """Half duplex: keep the interviewer's voice out of what counts as the candidate's."""
        settings = self._settings
        if settings.duplex == "full":
            return
        if fragment.place == "turn" and self._prompt is not None and fragment.end_s > self._prompt_started_s:
            fragment.end_s = max(fragment.start_s, self._prompt_started_s)
        if fragment.place == "ignored" and self._prompt is None:
            opens_s = self._released_s + settings.echo_tail_s
            if fragment.end_s > opens_s + settings.barge_in.burst_s:
                fragment.start_s = max(fragment.start_s, opens_s)
                self._take(fragment)
        if fragment.place == "ignored" and fragment.closed:
            self._put_aside(fragment, "half-duplex")

    def _is_doubtful(self, fragment: Fragment) -> bool:
        speech_s = fragment.end_s - fragment.start_s
        return fragment.place == "burst" and speech_s >= self._settings.barge_in.burst_s

    def _ask(self, fragment: Fragment, *, final: bool) -> None:
        command = self._desk.ask(fragment, final=final)
        if command is not None:
            self._out.append(Issue(command))

    def _glance(self, fragment: Fragment) -> None:
        """A quick look at a closed fragment: enough for a request to the program, and to judge by."""
        if fragment.words is not None or not fragment.glimpse or not fragment.closed or fragment.place != "turn":
            return
        if hands_free.match(fragment.utterance.text) is not None:
            fragment.words = fragment.glimpse
            return
        self._out.append(UtteranceGlimpsed(fragment.utterance))
        self._foretell(fragment)

    def _hear(self, fragment: Fragment) -> None:
        """The final words of a closed fragment are known: report them."""
        if fragment.heard or not fragment.closed or fragment.place != "turn":
            return
        if fragment.words is None and not self._desk.deaf:
            return
        utterance = fragment.utterance
        request = hands_free.match(utterance.text)
        if (request is not None and request.kind == "resume") is not self._suspended:
            # 'I'm ready' asks for nothing while the interview runs, and nothing else counts while it is paused.
            if self._suspended:
                self._put_aside(fragment, "paused")
                return
            request = None
        if not utterance.words and not self._desk.deaf:
            self._put_aside(fragment, "noise")
            return
        fragment.heard = True
        self._out.append(UtteranceHeard(utterance, fragment.meanings, request))
        if request is not None and not fragment.judged:
            self._obey(fragment, request)
            return
        self._desk.remember(utterance.text)
        if fragment.judged and fragment not in self._last_turn:
            self._remove(fragment)
            return
        if len(utterance.words) >= 3:
            self._hold_until_s = 0.0
        if fragment.reopens:
            self._habit.cut_in()
        if fragment in self._turn:
            self._learn(fragment)
            self._foretell(fragment)

    def _learn(self, fragment: Fragment) -> None:
        before = [f for f in self._turn if f.id < fragment.id and f.heard]
        if before and not before[-1].cut:
            self._habit.add(fragment.start_s - before[-1].end_s)

    def _obey(self, fragment: Fragment, request: hands_free.HandsFree) -> None:
        """A request to the program: not part of the turn, and it may decide about the floor."""
        self._remove(fragment)
        self._released_s = max(self._released_s, fragment.end_s)
        if request.kind == "give_me_a_minute":
            self.hold_floor(fragment.end_s + request.seconds)
        elif request.kind == "done" and self._turn:
            self._close_reason = "said so"
        elif request.kind in ("pause", "resume"):
            self._suspended = request.kind == "pause"

    def _put_aside(self, fragment: Fragment, reason: Literal["noise", "back-channel", "half-duplex", "paused"]) -> None:
        self._remove(fragment)
        self._out.append(Aside(fragment.utterance, reason))

    def _remove(self, fragment: Fragment) -> None:
        fragment.place = "gone"
        self._fragments.pop(fragment.id, None)
        if fragment in self._turn:
            self._turn.remove(fragment)
        if not self._turn and not self._last_turn:
            self._answer_start_s = None

    # -- the end of a turn -----------------------------------------------------------------------

    def _required(self) -> tuple[float, str]:
        """Silence needed after the turn's last words, and why."""
        text = " ".join(f.utterance.text for f in self._turn[-4:])
        last = self._turn[-1]
        evidence = PauseEvidence(
            completeness=completeness.judge(text),
            vote=last.vote,
            patience=self._patience,
            turn_s=last.end_s - (self._turn[0].start_s if self._answer_start_s is None else self._answer_start_s),
        )
        return required_silence_s(evidence, self._habit)

    def _turn_plan(self) -> _Plan | None:
        if self._floor != "candidate" or self._suspended or self._prompt is not None:
            return None
        if all(f.late for f in self._turn) or not all(f.closed for f in self._turn):
            return None
        quiet_s = max(self._turn[-1].end_s, self._released_s)
        if not self._is_readable():
            limit_s = quiet_s + self._settings.transcript_limit_s
            return limit_s, lambda: self._end("its words came too late")
        if self._close_reason:
            return self._now_s, lambda: self._end(self._close_reason)
        wait_s, reason = self._required()
        return max(quiet_s + wait_s, self._hold_until_s), lambda: self._end(reason)

    def _is_readable(self) -> bool:
        """Enough words are known to judge the turn: all of them, or a quick look at the last ones."""
        if not all(f.heard or f.readable for f in self._turn):
            return False
        words = sum(len(f.utterance.words) for f in self._turn)
        return all(f.heard for f in self._turn) or words >= self._settings.glimpse_words

    def _foretell(self, fragment: Fragment) -> None:
        """Tell the interviewer early that this may be all."""
        if not self._turn or fragment is not self._turn[-1] or not self._is_readable():
            return
        wait_s, reason = self._required()
        if wait_s < self._settings.endpointing.longest_s:
            self._out.append(TurnLikelyEnding(self._as_turn(self._turn, reason)))

    def _end(self, reason: str) -> None:
        known = [f for f in self._turn if f.readable or f.heard]
        self._judged_s = self._now_s
        self._close_reason = ""
        self._turn = [f for f in self._turn if f not in known]
        for fragment in self._turn:
            fragment.late = True
        if not known:
            return
        for fragment in known:
            fragment.judged = True
        self._last_turn = known
        self._floor = "judged"
        self._out.append(TurnEnded(self._as_turn(known, reason)))

    def _as_turn(self, fragments: list[Fragment], reason: str) -> CandidateTurn:
        utterances = tuple(f.utterance for f in fragments if f.readable or f.heard)
        provisional = frozenset(f.id for f in fragments if f.readable and not f.heard)
        start_s = utterances[0].start_s if utterances else self._now_s
        end_s = utterances[-1].end_s if utterances else self._now_s
        return CandidateTurn(start_s, end_s, utterances, reason, self._now_s, provisional)

    # -- the interviewer's voice -----------------------------------------------------------------

    def _release(self, at_s: float) -> None:
        """The prompt is over; the floor is the candidate's, with whatever they said over its end."""
        self._prompt = None
        self._ducked = False
        self._released_s = max(self._released_s, at_s)
        if self._floor == "interviewer":
            self._answer_start_s = None
        self._floor = "candidate"
        self._forget_last_turn()
        for fragment in list(self._fragments.values()):
            if fragment.place == "burst" or (fragment.place == "dismissed" and self._answers(fragment)):
                self._take(fragment)
                if fragment.closed:
                    self._finish(fragment)
            elif fragment.place == "dismissed":
                self._put_aside(fragment, "back-channel")

    def _answers(self, fragment: Fragment) -> bool:
        """A short word that was waved through, but the prompt ended right after."""
        heard = fragment.words is None or bool(fragment.words)
        return heard and self._released_s - fragment.dismissed_s <= self._settings.answered_s

    def _forget_last_turn(self) -> None:
        for fragment in self._last_turn:
            if fragment.heard:
                self._fragments.pop(fragment.id, None)
        self._last_turn = []

    def _burst_plan(self, fragment: Fragment) -> _Plan:
        settings = self._settings.barge_in
        silence_s = 0.0 if fragment.speaking else max(1e-6, self._now_s - fragment.end_s)
        until_s = self._now_s if fragment.speaking else fragment.end_s
        text = None if fragment.words is None else fragment.utterance.text
        ruling = barge_in.verdict(
            speech_s=until_s - fragment.start_s, silence_s=silence_s, text=text, settings=settings
        )
        if ruling == "barge":
            return self._now_s, lambda: self._barge(fragment)
        if ruling == "dismiss":
            return self._now_s, lambda: self._dismiss(fragment)
        if fragment.speaking:
            return fragment.start_s + settings.certain_s, lambda: self._barge(fragment)
        return fragment.end_s + settings.words_wait_s, lambda: self._dismiss(fragment)

    def _barge(self, fragment: Fragment) -> None:
        """The candidate takes the floor; if the prompt had only just begun, the turn simply goes on."""
        just_begun = fragment.start_s < self._prompt_started_s + self._settings.reopen_s
        self._prompt = None
        self._ducked = False
        if just_begun and self._last_turn:
            self._floor = "judged"
        else:
            if self._last_turn and fragment.start_s < self._prompt_started_s + self._settings.regret_s:
                self._habit.cut_in()
            else:
                self._answer_start_s = None
            self._forget_last_turn()
            self._floor = "candidate"
            self._out.append(BargedIn(self._now_s))
        self._take(fragment)
        for other in list(self._fragments.values()):
            if other.place == "dismissed":
                self._put_aside(other, "back-channel")
            elif other.place == "burst":
                self._take(other)
                if other.closed:
                    self._finish(other)
        if fragment.closed:
            self._finish(fragment)

    def _dismiss(self, fragment: Fragment) -> None:
        fragment.place = "dismissed"
        fragment.dismissed_s = self._now_s
        if self._ducked and not any(f.place == "burst" for f in self._fragments.values()):
            self._ducked = False
            self._out.append(BargeInDismissed(self._now_s))

    # -- deadlines -------------------------------------------------------------------------------

    def _plans(self) -> list[_Plan]:
        """Everything that is to happen by itself, with its time."""
        plans: list[_Plan] = []
        if self._prompt is not None:
            plans += [self._burst_plan(f) for f in self._fragments.values() if f.place == "burst"]
            limit_s = self._prompt_started_s + self._settings.prompt_limit_s
            plans.append((limit_s, lambda: self._release(self._now_s)))
        for plan in (self._turn_plan(), self._silence_plan()):
            if plan is not None:
                plans.append(plan)
        return plans

    def _silence_plan(self) -> _Plan | None:
        """Help after a long silence, when nothing else is going to happen."""
        if self._suspended or self._prompt is not None or self._now_s <= 0:
            return None
        if any(not f.closed or (f.place == "turn" and not f.heard) for f in self._fragments.values()):
            return None
        ends = [f.end_s for f in (*self._last_turn, *self._turn)]
        since_s = max([self._released_s, self._judged_s, *ends])
        first = self._patience is Patience.QUESTION and not self._turn and not self._last_turn
        wait_s = self._settings.first_words_s if first else self._settings.long_silence_s
        due_s = max(since_s + wait_s, self._hold_until_s, self._helped_s + self._settings.help_again_s)
        return due_s, lambda: self._help(since_s)

    def _help(self, since_s: float) -> None:
        self._helped_s = self._now_s
        self._out.append(LongSilence(since_s))
