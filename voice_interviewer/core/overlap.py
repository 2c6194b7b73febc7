"""Speech over a prompt: the prompt under way, whether it is held, and what becomes of each burst of speech.

How a burst is judged is in `core.barge_in`, whether it is the prompt's own echo in `core.own_voice`. What a
barge-in does to the floor is not decided here: `core.floor` hands that in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from voice_interviewer.core import barge_in
from voice_interviewer.core.events import PromptStarted, Transcribed
from voice_interviewer.core.fragments import Fragment
from voice_interviewer.core.own_voice import UnderWay, is_own_voice
from voice_interviewer.core.speech import text_of
from voice_interviewer.core.turn_book import TurnBook
from voice_interviewer.core.turn_outcomes import BargeInDismissed, BargeInDoubtful
from voice_interviewer.core.turn_settings import TurnSettings

Plan = tuple[float, Callable[[], None]]
"""What is to happen by itself, and when."""


class Overlap:
    """A prompt, or a row of them, from the first sample until the interviewer has fallen silent."""

    def __init__(self, book: TurnBook, settings: TurnSettings) -> None:
        self.prompt: int | None = None
        """The one being spoken."""
        self.started_s = 0.0
        """Of the first in a row of prompts."""
        self.text = ""
        """What the prompt says."""
        self._book = book
        self._settings = settings
        self._heard_of_s = 0.0
        self._ducked = False
        self._ducked_s = 0.0
        self._held_s = 0.0
        """For how long this prompt was held before."""
        self._suspected_s: float | None = None
        """When the prompt was held for what may not even be speech."""

    # -- the prompt ------------------------------------------------------------------------------

    def begin(self, event: PromptStarted) -> None:
        """A prompt is heard, perhaps right after another."""
        if self.prompt is None:
            self.started_s = event.at_s
        self.prompt = event.prompt_id
        self._heard_of_s = event.at_s
        self._held_s = 0.0

    def end(self) -> None:
        """The interviewer is silent: nothing is spoken, and nothing held."""
        self.prompt = None
        self._suspected_s = None
        self._ducked = False

    def _hold(self, now_s: float) -> None:
        """Hold the prompt, if it is not held."""
        if not self._ducked:
            self._ducked = True
            self._ducked_s = now_s
            self._book.out.append(BargeInDoubtful(now_s))

    def _let_go(self, now_s: float) -> None:
        """Let the prompt go on, if it is held."""
        if self._ducked:
            self._ducked = False
            self._held_s += now_s - self._ducked_s
            self._book.out.append(BargeInDismissed(now_s))

    # -- speech over it --------------------------------------------------------------------------

    def suspect(self, now_s: float) -> None:
        """A first trace of voice: held at once, and for a moment only."""
        if self.prompt is not None and self._settings.duplex == "full" and not self._ducked:
            self._suspected_s = now_s
            self._hold(now_s)

    def confirm(self) -> None:
        """It is speech; what it comes to is seen from its fragment."""
        self._suspected_s = None

    def add(self, fragment: Fragment, now_s: float) -> None:
        """Speech began over the prompt."""
        fragment.place = "burst"
        spoken_s = fragment.start_s - self._heard_of_s - self._held_s
        fragment.over = UnderWay(self.text, spoken_s)
        self._hold(now_s)

    def resume(self, fragment: Fragment, now_s: float) -> None:
        """Speech goes on: what was taken for a cough may have been the first syllable of more."""
        if fragment.place == "dismissed" and self.prompt is not None:
            fragment.place = "burst"
            self._hold(now_s)

    def without_own_voice(self, event: Transcribed) -> Transcribed:
        """What is left of the interviewer's own echo was nobody's words."""
        fragment = self._book.fragments.get(event.utterance_id)
        if fragment is None or fragment.over is None:
            return event
        own = is_own_voice(text_of(event.words), fragment.over)
        return dataclasses.replace(event, words=()) if own else event

    @property
    def bursts(self) -> list[Fragment]:
        """Speech over the prompt, dismissed or not, in order."""
        found = [f for f in self._book.fragments.values() if f.place in ("burst", "dismissed")]
        return sorted(found, key=lambda f: f.id)

    def counts(self, fragment: Fragment, released_s: float) -> bool:
        """Whether a burst belongs to the candidate's turn: one that was not dismissed, and one that was but
        answered a prompt that ended right after.
        """
        if fragment.place == "burst":
            return True
        if fragment.words is None:
            return fragment.pending
        said = barge_in.words_over_prompt(fragment.words, (), 0.0, self._settings.barge_in)
        if not said:
            return False
        just_now = released_s - fragment.dismissed_s <= self._settings.answered_s
        return just_now or not barge_in.is_back_channel(said)

    # -- what is to happen by itself -------------------------------------------------------------

    def plans(self, now_s: float, barge: Callable[[Fragment], None]) -> list[Plan]:
        """When each burst is a barge-in or none, and until when a mere trace of voice holds the prompt."""
        plans = [plan for f in self.bursts if (plan := self._burst_plan(f, now_s, barge)) is not None]
        if self._suspected_s is not None:
            due_s = self._suspected_s + self._settings.barge_in.suspect_s
            plans.append((due_s, lambda: self._was_nothing(now_s)))
        return plans

    @property
    def overdue_s(self) -> float:
        """When a prompt whose end nobody reported is taken for finished."""
        return self._heard_of_s + self._settings.prompt_limit_s

    def _was_nothing(self, now_s: float) -> None:
        """No speech followed the first trace of it."""
        self._suspected_s = None
        self._let_go(now_s)

    def _dismiss(self, fragment: Fragment, now_s: float) -> None:
        fragment.place = "dismissed"
        fragment.dismissed_s = now_s
        if not any(f.place == "burst" for f in self.bursts):
            self._let_go(now_s)

    def _burst_plan(self, fragment: Fragment, now_s: float, barge: Callable[[Fragment], None]) -> Plan | None:
        settings = self._settings.barge_in
        speech_s = (now_s if fragment.speaking else fragment.end_s) - fragment.start_s
        text = barge_in.words_over_prompt(fragment.words, fragment.glimpse, speech_s, settings)
        if fragment.place == "dismissed":
            # Its words came after all, and they are no 'mm-hm'.
            late = fragment.words is not None and not barge_in.is_back_channel(text or "")
            return (now_s, lambda: barge(fragment)) if late else None
        ruling = barge_in.verdict(
            speech_s=speech_s,
            silence_s=0.0 if fragment.speaking else max(1e-6, now_s - fragment.end_s),
            text=text,
            settings=settings,
        )
        if ruling == "barge":
            return now_s, lambda: barge(fragment)
        if ruling == "dismiss":
            return now_s, lambda: self._dismiss(fragment, now_s)
        if fragment.speaking:
            return fragment.start_s + settings.certain_s, lambda: barge(fragment)
        wait_s = settings.brief_s if speech_s < settings.burst_s else settings.words_wait_s
        return fragment.end_s + wait_s, lambda: self._dismiss(fragment, now_s)
