"""What silence comes to while no prompt is spoken: the end of the candidate's turn, or an offer of help.

How long a pause must be to end a turn is in `core.endpointing`; here it is counted from the right moment, and
waits for words that are still on their way.
"""

from __future__ import annotations

from voice_interviewer.core.endpointing import Patience
from voice_interviewer.core.floor import FloorControl
from voice_interviewer.core.overlap import Plan
from voice_interviewer.core.turn_book import TurnBook
from voice_interviewer.core.turn_outcomes import LongSilence
from voice_interviewer.core.turn_settings import TurnSettings


class Silence:
    """Looks at the book and the floor; knows itself only when help was offered."""

    def __init__(self, book: TurnBook, floor: FloorControl, settings: TurnSettings) -> None:
        self._book = book
        self._floor = floor
        self._settings = settings
        self._helped_s = float("-inf")

    def plans(self, now_s: float) -> list[Plan]:
        """When the turn is over, and when help is due, each if nothing else happens."""
        return [plan for plan in (self._turn_plan(now_s), self._help_plan(now_s)) if plan is not None]

    def _turn_plan(self, now_s: float) -> Plan | None:
        book, floor = self._book, self._floor
        if floor.holder != "candidate" or book.suspended or not book.is_open:
            return None
        quiet_s = max(book.turn[-1].end_s, book.quiet_since_s, floor.released_s)
        if not book.is_readable and not book.desk.deaf:
            limit_s = quiet_s + self._settings.transcript_limit_s
            return limit_s, lambda: floor.end_turn("its words came too late", now_s)
        if book.close_reason:
            return now_s, lambda: floor.end_turn(book.close_reason, now_s)
        wait_s, reason = book.required_silence()
        due_s = max(quiet_s + wait_s, book.hold_until_s, book.judged_from_s())
        return due_s, lambda: floor.end_turn(reason, now_s)

    def _help_plan(self, now_s: float) -> Plan | None:
        """Help after a long silence, when nothing else is going to happen."""
        book, floor = self._book, self._floor
        if book.suspended or now_s <= 0:
            return None
        if any(not f.closed or (f.place == "turn" and not f.heard) for f in book.fragments.values()):
            return None
        said = [*book.last_turn, *book.turn]
        since_s = max([floor.released_s, floor.judged_s, book.quiet_since_s, *(f.end_s for f in said)])
        first = book.patience is Patience.QUESTION and not said
        wait_s = self._settings.first_words_s if first else self._settings.long_silence_s
        due_s = max(since_s + wait_s, book.hold_until_s, self._helped_s + self._settings.help_again_s)
        return due_s, lambda: self._help(since_s, now_s)

    def _help(self, since_s: float, now_s: float) -> None:
        self._helped_s = now_s
        self._book.out.append(LongSilence(since_s))
