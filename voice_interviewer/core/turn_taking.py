"""Who has the floor: when the candidate's turn is over, and when they take it from the interviewer.

Pure: time arrives with the events, and `next_deadline_s` says when a `Tick` is wanted. How long a pause
must be is in `core.endpointing`, what the words say in `core.completeness`, speech over a prompt in
`core.barge_in`, the turn's utterances in `core.turn_book`.

    candidate ---- silence long enough ----> judged ---- PromptStarted ----> interviewer ---- PromptFinished
    ---+ ^ ^                                    |                                  |
        | | +-------- speech: TurnReopened ------+                                  |
             | +---------------- speech that lasts: BargedIn
             ----------------------------+-----------------------------+
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from voice_interviewer.core import barge_in
from voice_interviewer.core.commands import VoteTurn
from voice_interviewer.core.endpointing import EndpointSettings, Patience
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
from voice_interviewer.core.fragments import Fragment, LookAhead
from voice_interviewer.core.own_voice import UnderWay, is_own_voice
from voice_interviewer.core.speech import text_of
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

Floor = Literal["candidate", "judged", "interviewer"]
_Plan = tuple[float, Callable[[], None]]


class TurnTaker:
    """Feed it every event in order; it answers with outcomes. Not a judge of content."""

    def __init__(self, settings: TurnSettings | None = None) -> None:
        self._settings = settings or TurnSettings()
        self._book = TurnBook(self._settings)
        self._now_s = 0.0
        self._floor: Floor = "candidate"
        self._prompt: int | None = None
        self._prompt_started_s = 0.0
        """Of the first in a row of prompts."""
        self._prompt_heard_of_s = 0.0
        self._released_s = 0.0
        """When the interviewer last fell silent."""
        self._judged_s = 0.0
        self._prompt_text = ""
        self._ducked = False
        self._ducked_s = 0.0
        self._held_s = 0.0
        """For how long this prompt was held before."""
        self._suspected_s: float | None = None
        """When the prompt was held for what may not even be speech."""
        self._helped_s = float("-inf")

    # -- what the interviewer tells it -----------------------------------------------------------

    def expect(self, patience: Patience, question: str = "") -> None:
        """What the next answer will be like, and to what."""
        self._book.patience = patience
        self._book.question = question

    def will_say(self, text: str) -> None:
        """What the prompt says that starts next."""
        self._prompt_text = text

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
                self._on_suspected()
            case SpeechStarted():
                self._on_started(event)
            case SpeechPaused():
                self._on_paused(event)
            case SpeechResumed():
                self._on_resumed(event)
            case UtteranceEnded():
                self._on_ended(event)
            case Transcribed():
                self._book.on_words(self._without_own_voice(event))
            case TurnVoted():
                self._on_voted(event)
            case AnswerJudged():
                self._book.on_judged(event)
            case PromptStarted():
                self._on_prompt_started(event)
            case PromptFinished() if self._prompt == event.prompt_id:
                if not event.interrupted:
                    self._book.judged_well()
                self._release()
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
        if self._floor == "candidate" and not self._book.suspended:
            self._book.judge_content(self._now_s)
        while True:
            due = [plan for plan in self._plans() if plan[0] <= self._now_s + 1e-9]
            if not due:
                return self._book.out
            min(due, key=lambda plan: plan[0])[1]()

    def _say(self, outcome: Outcome) -> None:
        self._book.out.append(outcome)

    def _on_suspected(self) -> None:
        if self._prompt is not None and self._settings.duplex == "full" and not self._ducked:
            self._suspected_s = self._now_s
            self._hold()

    def _hold(self) -> None:
        """Hold the prompt, if it is not held."""
        if not self._ducked:
            self._ducked = True
            self._ducked_s = self._now_s
            self._say(BargeInDoubtful(self._now_s))

    def _let_go(self) -> None:
        """Let the prompt go on, if it is held."""
        if self._ducked:
            self._ducked = False
            self._held_s += self._now_s - self._ducked_s
            self._say(BargeInDismissed(self._now_s))

    def _on_started(self, event: SpeechStarted) -> None:
        self._suspected_s = None
        fragment = Fragment(event.utterance_id, event.start_s)
        self._book.fragments[fragment.id] = fragment
        deaf_until_s = self._released_s + self._settings.echo_tail_s
        if self._settings.duplex == "half" and (self._prompt is not None or event.start_s < deaf_until_s):
            fragment.place = "ignored"
        elif self._prompt is not None:
            fragment.place = "burst"
            spoken_s = event.start_s - self._prompt_heard_of_s - self._held_s
            fragment.over = UnderWay(self._prompt_text, spoken_s)
            self._hold()
        else:
            self._take(fragment)

    def _on_paused(self, event: SpeechPaused) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.closed:
            return
        fragment.pause(event.end_s)
        self._clip(fragment)
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
        if fragment.place == "dismissed" and self._prompt is not None:
            # Taken for a cough, but it was the first syllable of more.
            fragment.place = "burst"
            self._hold()

    def _on_ended(self, event: UtteranceEnded) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.closed:
            return
        fragment.close(event.end_s, cut=event.cut)
        self._clip(fragment)
        if fragment.place == "turn":
            self._book.finish(fragment)
        elif fragment.place in ("burst", "dismissed") and fragment.span is not None:
            self._book.ask(fragment, final=True)

    def _on_voted(self, event: TurnVoted) -> None:
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is not None and not fragment.speaking and abs(fragment.end_s - event.end_s) < 0.05:
            fragment.vote = event.probability

    def _without_own_voice(self, event: Transcribed) -> Transcribed:
        """What is left of the interviewer's own echo was nobody's words."""
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.over is None:
            return event
        own = is_own_voice(text_of(event.words), fragment.over)
        return dataclasses.replace(event, words=()) if own else event

    def _on_prompt_started(self, event: PromptStarted) -> None:
        if self._prompt is None:
            self._prompt_started_s = event.at_s
        self._prompt = event.prompt_id
        self._prompt_heard_of_s = event.at_s
        self._held_s = 0.0
        if self._floor == "judged":
            self._floor = "interviewer"

    def _on_silenced(self, event: Event) -> None:
        """No sound is coming: what is open ends here."""
        for fragment in list(self._book.fragments.values()):
            if not fragment.closed:
                end_s = event.at_s if fragment.speaking else fragment.end_s
                self._on_ended(UtteranceEnded(event.at_s, fragment.id, fragment.start_s, end_s))
        if isinstance(event, MicrophoneEnded):
            self._book.close_reason = "the sound ended"

    # -- the floor -------------------------------------------------------------------------------

    def _take(self, fragment: Fragment) -> None:
        """The fragment belongs to the candidate's turn, which it may reopen."""
        if self._floor == "judged":
            self._book.reopen(fragment)
            self._say(TurnReopened(self._now_s))
        self._floor = "candidate"
        self._book.take(fragment)
        if fragment.closed:
            self._book.finish(fragment)

    def _clip(self, fragment: Fragment) -> None:
        """Half duplex: keep the interviewer's voice out of what counts as the candidate's."""
        settings = self._settings
        if settings.duplex == "full":
            return
        if fragment.place == "turn" and fragment.start_s < self._prompt_started_s < fragment.end_s:
            fragment.end_s = self._prompt_started_s
        if fragment.place == "ignored" and self._prompt is None:
            opens_s = self._released_s + settings.echo_tail_s
            if fragment.end_s > opens_s + settings.barge_in.burst_s:
                fragment.start_s = max(fragment.start_s, opens_s)
                closed, fragment.closed = fragment.closed, False
                self._take(fragment)
                fragment.closed = closed
        if fragment.place == "ignored" and fragment.closed:
            self._book.put_aside(fragment, "half-duplex")

    def _release(self) -> None:
        """The prompt is over; the floor is the candidate's, with whatever they said over its end."""
        self._prompt = None
        self._suspected_s = None
        self._ducked = False
        self._released_s = max(self._released_s, self._now_s)
        if self._floor == "interviewer":
            self._book.answer_start_s = None
        self._floor = "candidate"
        self._book.forget_last_turn()
        for fragment in self._overlaps():
            if fragment.place == "burst" or self._answers(fragment):
                self._take(fragment)
            else:
                self._book.put_aside(fragment, "back-channel")

    def _overlaps(self) -> list[Fragment]:
        """Speech over the prompt, in order."""
        found = [f for f in self._book.fragments.values() if f.place in ("burst", "dismissed")]
        return sorted(found, key=lambda f: f.id)

    def _answers(self, fragment: Fragment) -> bool:
        """Whether a dismissed burst counts all the same: it answered a prompt that ended right after."""
        if fragment.words is None:
            return fragment.pending
        said = barge_in.words_over_prompt(fragment.words, (), 0.0, self._settings.barge_in)
        if not said:
            return False
        just_now = self._released_s - fragment.dismissed_s <= self._settings.answered_s
        return just_now or not barge_in.is_back_channel(said)

    def _barge(self, fragment: Fragment) -> None:
        """The candidate takes the floor; if the prompt had only just begun, the turn simply goes on."""
        since_s = fragment.start_s - self._prompt_started_s
        self._prompt = None
        self._suspected_s = None
        self._ducked = False
        if since_s < self._settings.reopen_s and self._book.last_turn:
            self._floor = "judged"
        else:
            if since_s < self._settings.regret_s and self._book.last_turn:
                self._book.habit.cut_in()
            else:
                self._book.answer_start_s = None
            self._book.forget_last_turn()
            self._floor = "candidate"
            self._say(BargedIn(self._now_s))
        for other in self._overlaps():
            if other is fragment or other.place == "burst" or self._answers(other):
                self._take(other)
            else:
                self._book.put_aside(other, "back-channel")

    def _dismiss(self, fragment: Fragment) -> None:
        fragment.place = "dismissed"
        fragment.dismissed_s = self._now_s
        if not any(f.place == "burst" for f in self._overlaps()):
            self._let_go()

    def _end(self, reason: str) -> None:
        self._judged_s = self._now_s
        if self._book.end(reason, self._now_s):
            self._floor = "judged"

    def _help(self, since_s: float) -> None:
        self._helped_s = self._now_s
        self._say(LongSilence(since_s))

    # -- what is to happen by itself -------------------------------------------------------------

    def _plans(self) -> list[_Plan]:
        """Everything with its time; whatever is due is done by `_settle`."""
        plans: list[_Plan] = []
        if self._prompt is not None:
            plans += [plan for f in self._overlaps() if (plan := self._burst_plan(f)) is not None]
            if self._suspected_s is not None:
                plans.append((self._suspected_s + self._settings.barge_in.suspect_s, self._was_nothing))
            plans.append((self._prompt_heard_of_s + self._settings.prompt_limit_s, self._release))
            return plans
        return [plan for plan in (self._turn_plan(), self._silence_plan()) if plan is not None]

    def _was_nothing(self) -> None:
        """No speech followed the first trace of it."""
        self._suspected_s = None
        self._let_go()

    def _burst_plan(self, fragment: Fragment) -> _Plan | None:
        settings = self._settings.barge_in
        speech_s = (self._now_s if fragment.speaking else fragment.end_s) - fragment.start_s
        text = barge_in.words_over_prompt(fragment.words, fragment.glimpse, speech_s, settings)
        if fragment.place == "dismissed":
            # Its words came after all, and they are no 'mm-hm'.
            late = fragment.words is not None and not barge_in.is_back_channel(text or "")
            return (self._now_s, lambda: self._barge(fragment)) if late else None
        ruling = barge_in.verdict(
            speech_s=speech_s,
            silence_s=0.0 if fragment.speaking else max(1e-6, self._now_s - fragment.end_s),
            text=text,
            settings=settings,
        )
        if ruling == "barge":
            return self._now_s, lambda: self._barge(fragment)
        if ruling == "dismiss":
            return self._now_s, lambda: self._dismiss(fragment)
        if fragment.speaking:
            return fragment.start_s + settings.certain_s, lambda: self._barge(fragment)
        wait_s = settings.brief_s if speech_s < settings.burst_s else settings.words_wait_s
        return fragment.end_s + wait_s, lambda: self._dismiss(fragment)

    def _turn_plan(self) -> _Plan | None:
        book = self._book
        if self._floor != "candidate" or book.suspended or not book.is_open:
            return None
        quiet_s = max(book.turn[-1].end_s, book.quiet_since_s, self._released_s)
        if not book.is_readable and not book.desk.deaf:
            limit_s = quiet_s + self._settings.transcript_limit_s
            return limit_s, lambda: self._end("its words came too late")
        if book.close_reason:
            return self._now_s, lambda: self._end(book.close_reason)
        wait_s, reason = book.required_silence()
        due_s = max(quiet_s + wait_s, book.hold_until_s, book.judged_from_s())
        return due_s, lambda: self._end(reason)

    def _silence_plan(self) -> _Plan | None:
        """Help after a long silence, when nothing else is going to happen."""
        book = self._book
        if book.suspended or self._now_s <= 0:
            return None
        if any(not f.closed or (f.place == "turn" and not f.heard) for f in book.fragments.values()):
            return None
        said = [*book.last_turn, *book.turn]
        since_s = max([self._released_s, self._judged_s, book.quiet_since_s, *(f.end_s for f in said)])
        first = book.patience is Patience.QUESTION and not said
        wait_s = self._settings.first_words_s if first else self._settings.long_silence_s
        due_s = max(since_s + wait_s, book.hold_until_s, self._helped_s + self._settings.help_again_s)
        return due_s, lambda: self._help(since_s)
