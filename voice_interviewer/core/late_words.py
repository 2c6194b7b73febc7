"""What was understood only after an interview had been broken off: kept for when it goes on."""

from __future__ import annotations

from voice_interviewer.core.events import Event, Transcribed
from voice_interviewer.core.speech import Utterance


class LateWords:
    """Final words of utterances; the candidate said them, so they count."""

    def __init__(self) -> None:
        self._found: dict[int, Utterance] = {}

    def keep(self, event: Event) -> None:
        """Keep it when it brings words."""
        if isinstance(event, Transcribed) and event.final and event.words:
            self._found[event.utterance_id] = Utterance(
                event.utterance_id, event.start_s, event.end_s, event.words
            )

    def take(self) -> list[Utterance]:
        """All of them in order of time; afterwards there are none."""
        found = sorted(self._found.values(), key=lambda utterance: utterance.start_s)
        self._found.clear()
        return found
