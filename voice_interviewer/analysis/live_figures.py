"""Two figures while the interview runs: words a minute over the last half minute, and ums so far. Pure."""

from __future__ import annotations

from collections import deque

from voice_interviewer.analysis.vocal_fillers import filler_kind
from voice_interviewer.core.events import Event, Transcribed
from voice_interviewer.core.speech import Word

WINDOW_S = 30.0
LEAST_S = 8.0
"""Of speech in the window: fewer seconds make no rate."""


class LiveFigures:
    """Fed with every event; `line` is what to show, '' while there is nothing to say."""

    def __init__(self) -> None:
        self._words: deque[Word] = deque()
        self._fillers: dict[int, int] = {}

    def observe(self, event: Event | None) -> None:
        """Take in final words; a look ahead changes nothing."""
        if not isinstance(event, Transcribed) or not event.final:
            return
        kinds = [filler_kind(word.text) is not None for word in event.words]
        self._fillers[event.utterance_id] = sum(kinds)
        said = [word for word, is_filler in zip(event.words, kinds, strict=True) if not is_filler]
        self._words.extend(said)
        if self._words:
            newest_s = self._words[-1].end_s
            while self._words[0].start_s < newest_s - WINDOW_S:
                self._words.popleft()

    @property
    def words_per_minute(self) -> float | None:
        """Over the last half minute in which the candidate spoke, pauses included; None for too little
        speech.
        """
        if not self._words:
            return None
        length_s = self._words[-1].end_s - self._words[0].start_s
        return 60.0 * len(self._words) / length_s if length_s >= LEAST_S else None

    @property
    def line(self) -> str:
        """'142 words a minute, 3 ums so far'."""
        rate = self.words_per_minute
        count = sum(self._fillers.values())
        pace = f"{rate:.0f} words a minute, " if rate is not None else ""
        return f"{pace}{count} um{'' if count == 1 else 's'} so far" if self._fillers else ""
