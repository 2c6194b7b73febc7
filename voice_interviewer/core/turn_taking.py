"""Turn-taking: when the candidate's turn is over, and when they take the floor from the interviewer.

Pure: time arrives with the events, and `next_deadline_s` says when a `Tick` is wanted. The turn's utterances
are in `core.turn_book`, who has the floor in `core.floor`, speech over a prompt in `core.overlap`, what a
silence comes to in `core.silence`; here events go in and outcomes come out.
"""

from __future__ import annotations

from voice_interviewer.core.commands import VoteTurn
from voice_interviewer.core.endpointing import EndpointSettings, Patience, PauseHabit
from voice_interviewer.core.events import (
    AnswerJudged,
    Event,
    MicrophoneEnded,
    MicrophoneLost,
    PromptFinished,
    PromptStarted,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechSuspected,
    Transcribed,
    TurnVoted,
    UtteranceEnded,
    WorkerFailed,
)
from voice_interviewer.core.floor import Floor, FloorControl
from voice_interviewer.core.fragments import Fragment, LookAhead
from voice_interviewer.core.overlap import Plan
from voice_interviewer.core.silence import Silence
from voice_interviewer.core.turn_book import TurnBook, as_turn
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
from voice_interviewer.core.turn_settings import Duplex, TurnSettings

__all__ = [
    "Aside", "BargeInDismissed", "BargeInDoubtful", "BargedIn", "CandidateTurn", "Duplex", "EndpointSettings",
    "Floor", "Issue", "LongSilence", "LookAhead", "LookAheadStale", "Outcome", "Patience", "TurnEnded",
    "TurnLikelyEnding", "TurnReopened", "TurnSettings", "TurnTaker", "UtteranceGlimpsed", "UtteranceHeard",
]  # fmt: skip


class TurnTaker:
    """Feed it every event in order; it answers with outcomes. Not a judge of content."""

    def __init__(self, settings: TurnSettings | None = None, habit: PauseHabit | None = None) -> None:
        """`habit`: what is known of how this candidate pauses; it goes on learning."""
        self._settings = settings or TurnSettings()
        self._book = TurnBook(self._settings, habit)
        self._now_s = 0.0
        self._floor = FloorControl(self._book, self._settings)
        self._silence = Silence(self._book, self._floor, self._settings)

    # -- what the interviewer tells it -----------------------------------------------------------

    def expect(self, patience: Patience, question: str = "") -> None:
        """What the next answer will be like, and to what."""
        self._book.patience = patience
        self._book.question = question

    def will_say(self, text: str) -> None:
        """What the prompt says that starts next."""
        self._floor.overlap.text = text

    def hold_floor(self, until_s: float) -> None:
        """The candidate wants time: no turn ends and no help is offered before `until_s`, unless they
        speak.
        """
        self._book.hold_until_s = max(self._book.hold_until_s, until_s)

    def close_turn(self, at_s: float, reason: str) -> list[Outcome]:
        """End the turn as soon as its words are known: a key was pressed, or the interviewer cuts in."""
        self._begin(at_s)
        self._book.close_reason = reason
        return self._settle()

    def suspend(self, at_s: float) -> list[Outcome]:
        """The interview is paused: nothing ends, and what is heard is an aside, except 'resume'."""
        self._begin(at_s)
        self._book.suspended = True
        return self._settle()

    def resume(self, at_s: float) -> list[Outcome]:
        """The interview goes on."""
        self._begin(at_s)
        self._book.suspended = False
        self._floor.released_s = max(self._floor.released_s, at_s)
        return self._settle()

    # -- what it can be asked --------------------------------------------------------------------

    @property
    def floor(self) -> Floor:
        """Who has the floor; 'judged' between a turn's end and the interviewer's first sample."""
        return self._floor.holder

    @property
    def interviewer_speaking(self) -> bool:
        """Between PromptStarted and PromptFinished."""
        return self._floor.overlap.prompt is not None

    @property
    def candidate_speaking(self) -> bool:
        """Speech that counts is going on right now."""
        return any(f.speaking and f.place == "turn" for f in self._book.fragments.values())

    @property
    def has_open_turn(self) -> bool:
        """The candidate has said something that is not yet part of a finished turn."""
        return bool(self._book.turn)

    @property
    def turn_so_far(self) -> CandidateTurn:
        """The open turn; without utterances when there is none."""
        return as_turn(self._book.turn, "", self._now_s)

    @property
    def next_deadline_s(self) -> float | None:
        """When it wants a Tick, None for never; always after the last event handled."""
        return min((at_s for at_s, _ in self._plans()), default=None)

    # -- events ----------------------------------------------------------------------------------

    def handle(self, event: Event) -> list[Outcome]:
        """Take one event; events come with times that never run backwards."""
        self._begin(event.at_s)
        match event:
            case SpeechSuspected():
                self._floor.overlap.suspect(self._now_s)
            case SpeechStarted():
                self._on_started(event)
            case SpeechPaused():
                self._on_paused(event)
            case SpeechResumed():
                self._on_resumed(event)
            case UtteranceEnded():
                self._on_ended(event)
            case Transcribed():
                self._book.on_words(self._floor.overlap.without_own_voice(event))
            case TurnVoted():
                self._on_voted(event)
            case AnswerJudged():
                self._book.on_judged(event)
            case PromptStarted():
                self._floor.begin_prompt(event)
            case PromptFinished() if self._floor.overlap.prompt == event.prompt_id:
                if not event.interrupted:
                    self._book.judged_well()
                self._floor.release(self._now_s)
            case MicrophoneLost() | MicrophoneEnded():
                self._on_silenced(event)
            case WorkerFailed(worker="transcriber"):
                self._book.go_deaf()
            case _:
                pass
        return self._settle()

    def _begin(self, at_s: float) -> None:
        self._now_s = max(self._now_s, at_s)
        self._book.out = []

    def _settle(self) -> list[Outcome]:
        """Do whatever is due by now, earliest first."""
        if self._floor.holder == "candidate" and not self._book.suspended:
            self._book.judge_content(self._now_s)
        while True:
            due = [plan for plan in self._plans() if plan[0] <= self._now_s + 1e-9]
            if not due:
                return self._book.out
            min(due, key=lambda plan: plan[0])[1]()

    def _say(self, outcome: Outcome) -> None:
        self._book.out.append(outcome)

    def _plans(self) -> list[Plan]:
        """Everything that is to happen by itself, with its time."""
        source = self._floor.prompt_plans if self.interviewer_speaking else self._silence.plans
        return source(self._now_s)

    # -- what is heard of an utterance -----------------------------------------------------------

    def _on_started(self, event: SpeechStarted) -> None:
        self._floor.overlap.confirm()
        fragment = Fragment(event.utterance_id, event.start_s)
        self._book.fragments[fragment.id] = fragment
        self._floor.admit(fragment, self._now_s)

    def _on_paused(self, event: SpeechPaused) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.closed:
            return
        fragment.pause(event.end_s)
        self._floor.clip(fragment, self._now_s)
        if fragment.place == "turn":
            self._say(Issue(VoteTurn(fragment.id, self._book.turn[0].start_s, fragment.end_s)))
        long_enough = fragment.end_s - fragment.start_s >= self._settings.barge_in.burst_s
        if fragment.place == "turn" or (fragment.place == "burst" and long_enough):
            self._book.ask(fragment, final=False)

    def _on_resumed(self, event: SpeechResumed) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.closed:
            return
        if fragment.pending:
            self._say(LookAheadStale(fragment.id))
        fragment.resume()
        self._floor.overlap.resume(fragment, self._now_s)

    def _on_ended(self, event: UtteranceEnded) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.closed:
            return
        fragment.close(event.end_s, cut=event.cut)
        self._floor.clip(fragment, self._now_s)
        if fragment.place == "turn":
            self._book.finish(fragment)
        elif fragment.place in ("burst", "dismissed") and fragment.span is not None:
            self._book.ask(fragment, final=True)

    def _on_voted(self, event: TurnVoted) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is not None and not fragment.speaking and abs(fragment.end_s - event.end_s) < 0.05:
            fragment.vote = event.probability

    def _on_silenced(self, event: Event) -> None:
        """No sound is coming: what is open ends here."""
        for fragment in list(self._book.fragments.values()):
            if not fragment.closed:
                end_s = event.at_s if fragment.speaking else fragment.end_s
                self._on_ended(UtteranceEnded(event.at_s, fragment.id, fragment.start_s, end_s))
        if isinstance(event, MicrophoneEnded):
            self._book.close_reason = "the sound ended"
