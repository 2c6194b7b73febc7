"""What a journal tells about the sound: what was said, what of it was understood, what was listened to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voice_interviewer.adapters import journal
from voice_interviewer.core.codec import decode
from voice_interviewer.core.commands import Finish, Transcribe
from voice_interviewer.core.errors import JournalError
from voice_interviewer.core.events import (
    Event,
    SessionCutShort,
    SessionResumed,
    SpeechStarted,
    Transcribed,
    UtteranceEnded,
    WorkerFailed,
)


@dataclass(slots=True)
class Told:
    """What a journal tells about the sound."""

    looks_are_whole: bool
    """A look ahead was read as carefully as the rest, so that its words are the utterance's."""
    spans: dict[int, UtteranceEnded] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    """Utterances that were to be transcribed; the others were taken for echo or noise."""
    understood: dict[int, Transcribed] = field(default_factory=dict)
    listened: set[int] = field(default_factory=set)
    """Utterances whose fillers are known."""
    fillers: list[dict[str, Any]] = field(default_factory=list)
    told_whole: bool = False
    """The last line about fillers is about all of them."""
    speaking: int = 0
    """The utterance that was under way, 0 for none."""
    recogniser_failed: bool = False
    heard_to_s: float = 0.0
    last_s: float = 0.0
    ended: bool = False

    def take(self, line: dict[str, Any]) -> None:
        """The next line."""
        if "note" in line:
            self._note(line["note"])
            return
        item = decode({key: value for key, value in line.items() if key != "t"})
        if isinstance(item, Finish | SessionCutShort | SessionResumed):
            self.ended = not isinstance(item, SessionResumed)
        if isinstance(item, Event):
            self.last_s = max(self.last_s, item.at_s)
        match item:
            case Transcribe():
                self.asked.add(item.utterance_id)
                self.understood.pop(item.utterance_id, None)  # what is asked for anew is longer
            case SpeechStarted():
                self.speaking = item.utterance_id
            case UtteranceEnded():
                self.speaking = 0
                self.spans[item.utterance_id] = item
                self.heard_to_s = max(self.heard_to_s, item.end_s)
            case Transcribed() if item.final or self.looks_are_whole:
                self.understood[item.utterance_id] = item
                self.told_whole = False
            case WorkerFailed(worker="transcriber"):
                self.recogniser_failed = True
            case _:
                pass

    def missing(self) -> list[UtteranceEnded]:
        """What was said and not understood; a recogniser that failed left its utterances without words."""
        known = {key for key, one in self.understood.items() if one.words or not self.recogniser_failed}
        wanted = self.asked if not self.recogniser_failed else self.spans.keys()
        last = max(self.spans, default=0) if self.breaks_off else 0  # nobody had the time to ask for it
        return [one for key, one in self.spans.items() if key not in known and (key in wanted or key == last)]

    def unheard(self) -> list[Transcribed]:
        """What has words, and may have fillers that nobody wrote down."""
        return [
            one
            for key, one in self.understood.items()
            if key not in self.listened and key in self.spans and one.words
        ]

    @property
    def breaks_off(self) -> bool:
        """Whether there may be more on the recording than the journal tells."""
        return not self.ended or not self.told_whole or self.speaking > 0

    def _note(self, note: dict[str, Any]) -> None:
        for line in note.get("heard_again", ()):  # a second look at the whole recording
            if isinstance(again := decode(line), Transcribed):
                self.understood[again.utterance_id] = again
        if "vocal_fillers" in note:  # at the end of a run: all there were up to here
            self.fillers = list(note["vocal_fillers"])
            self.listened = set(self.understood)
            self.told_whole = True
            if "recovered_to_s" in note:  # all of the recording was listened to
                self.speaking = 0
        elif "utterance" in note:
            number = int(note["utterance"])
            self.listened.add(number)
            self.told_whole = False
            if (heard := self.understood.get(number)) is not None:
                # Neighbours overlap a little; what both heard counts once.
                self.fillers = [
                    one for one in self.fillers if not heard.start_s <= float(one["start_s"]) < heard.end_s
                ]
            self.fillers += note.get("heard_fillers", ())


def read_told(path: Path) -> Told:
    """All a journal tells. Raises JournalError."""
    told = Told(looks_are_whole=journal.read_header(path).get("look_ahead") != "quick")
    for line in journal.read_lines(path):
        try:
            told.take(line)
        except (TypeError, ValueError, AttributeError) as error:
            raise JournalError(f"{path} makes no sense: {error}") from None
    return told
