"""The floor, and how it changes hands.

    candidate ---- turn judged over ----> judged ---- PromptStarted ----> interviewer
      ^   ^                                 |                                 |
      |   +------ speech: TurnReopened -----+                                 |
      +------ PromptFinished, or speech that lasts: BargedIn -----------------+

When a turn is over is decided in `core.silence`, whether speech over a prompt lasts in `core.overlap`. In
half duplex such speech is not listened to: what an utterance has of it is cut off here.
"""

from __future__ import annotations

from typing import Literal

from voice_interviewer.core.events import PromptStarted
from voice_interviewer.core.fragments import Fragment
from voice_interviewer.core.overlap import Overlap, Plan
from voice_interviewer.core.turn_book import TurnBook
from voice_interviewer.core.turn_outcomes import BargedIn, TurnReopened
from voice_interviewer.core.turn_settings import TurnSettings

Floor = Literal["candidate", "judged", "interviewer"]


class FloorControl:
    """Gives each fragment its place, by who has the floor."""

    def __init__(self, book: TurnBook, settings: TurnSettings) -> None:
        self.holder: Floor = "candidate"
        """'judged' between a turn's end and the interviewer's first sample."""
        self.overlap = Overlap(book, settings)
        self.released_s = 0.0
        """When the interviewer last fell silent."""
        self.judged_s = 0.0
        """When a turn was last judged over."""
        self._book = book
        self._settings = settings

    # -- the candidate ---------------------------------------------------------------------------

    def admit(self, fragment: Fragment, now_s: float) -> None:
        """Speech began."""
        deaf_until_s = self.released_s + self._settings.echo_tail_s
        prompted = self.overlap.prompt is not None
        if self._settings.duplex == "half" and (prompted or fragment.start_s < deaf_until_s):
            fragment.place = "ignored"
        elif prompted:
            self.overlap.add(fragment, now_s)
        else:
            self._take(fragment, now_s)

    def _take(self, fragment: Fragment, now_s: float) -> None:
        """The fragment belongs to the candidate's turn, which it may reopen."""
        if self.holder == "judged":
            self._book.reopen(fragment)
            self._book.out.append(TurnReopened(now_s))
        self.holder = "candidate"
        self._book.take(fragment)
        if fragment.closed:
            self._book.finish(fragment)

    def clip(self, fragment: Fragment, now_s: float) -> None:
        """Half duplex: keep the interviewer's voice out of what counts as the candidate's."""
        settings = self._settings
        if settings.duplex == "full":
            return
        if fragment.place == "turn" and fragment.start_s < self.overlap.started_s < fragment.end_s:
            fragment.end_s = self.overlap.started_s
        if fragment.place == "ignored" and self.overlap.prompt is None:
            opens_s = self.released_s + settings.echo_tail_s
            if fragment.end_s > opens_s + settings.barge_in.burst_s:
                fragment.start_s = max(fragment.start_s, opens_s)
                closed, fragment.closed = fragment.closed, False
                self._take(fragment, now_s)
                fragment.closed = closed
        if fragment.place == "ignored" and fragment.closed:
            self._book.put_aside(fragment, "half-duplex")

    def end_turn(self, reason: str, now_s: float) -> None:
        """The candidate is done, unless nothing was said that has words."""
        self.judged_s = now_s
        if self._book.end(reason, now_s):
            self.holder = "judged"

    # -- the interviewer -------------------------------------------------------------------------

    def begin_prompt(self, event: PromptStarted) -> None:
        """The interviewer is heard."""
        self.overlap.begin(event)
        if self.holder == "judged":
            self.holder = "interviewer"

    def release(self, now_s: float) -> None:
        """The prompt is over; the floor is the candidate's, with whatever they said over its end."""
        self.overlap.end()
        self.released_s = max(self.released_s, now_s)
        if self.holder == "interviewer":
            self._book.answer_start_s = None
        self.holder = "candidate"
        self._book.forget_last_turn()
        self._place_bursts(None, now_s)

    def _barge(self, fragment: Fragment, now_s: float) -> None:
        """The candidate takes the floor; if the prompt had only just begun, the turn simply goes on."""
        since_s = fragment.start_s - self.overlap.started_s
        self.overlap.end()
        if since_s < self._settings.reopen_s and self._book.last_turn:
            self.holder = "judged"
        else:
            if since_s < self._settings.regret_s and self._book.last_turn:
                self._book.habit.cut_in()
            else:
                self._book.answer_start_s = None
            self._book.forget_last_turn()
            self.holder = "candidate"
            self._book.out.append(BargedIn(now_s))
        self._place_bursts(fragment, now_s)

    def _place_bursts(self, barging: Fragment | None, now_s: float) -> None:
        """What was said over the prompt belongs to the turn, or to none."""
        for fragment in self.overlap.bursts:
            if fragment is barging or self.overlap.counts(fragment, self.released_s):
                self._take(fragment, now_s)
            else:
                self._book.put_aside(fragment, "back-channel")

    def prompt_plans(self, now_s: float) -> list[Plan]:
        """What may end the prompt that is being spoken."""
        plans = self.overlap.plans(now_s, lambda fragment: self._barge(fragment, now_s))
        return [*plans, (self.overlap.overdue_s, lambda: self.release(now_s))]
