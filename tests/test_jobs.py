"""What the workers make of a job."""

from __future__ import annotations

from collections.abc import Sequence

from voice_interviewer.core.commands import Transcribe
from voice_interviewer.core.events import Event, Transcribed
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import Samples
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.jobs import Transcription

HEARD = (Word("users", 0.1, 0.4, 0.9),)


class Recogniser:
    def transcribe(self, _samples: Samples, *, start_s: float = 0.0, context: str = "") -> Sequence[Word]:
        return HEARD


class Scorer:
    def scores(self, _text: str) -> dict[str, float]:
        return {"identify": 0.9}


class StoppedClock:
    def now_s(self) -> float:
        return 1.0


def heard(*, final: bool, quick: bool) -> Transcribed:
    """What comes of one job, with or without a faster recogniser for looks ahead."""
    put: list[Event] = []
    glimpse = (lambda _samples, start_s=0.0: HEARD) if quick else None
    work = Transcription(Recogniser(), Scorer(), AudioBuffer(), StoppedClock(), put.append, glimpse=glimpse)
    job = Transcribe(1, 0.0, 0.5, final, "")
    work.wanted(job)
    work.handle(job, lambda: False)
    (event,) = put
    assert isinstance(event, Transcribed)
    return event


def test_words_for_the_record_come_with_their_meaning() -> None:
    assert heard(final=True, quick=True).meanings == {"identify": 0.9}


def test_a_look_ahead_that_may_serve_as_the_record_does_too() -> None:
    assert heard(final=False, quick=False).meanings == {"identify": 0.9}


def test_nobody_waits_for_the_meaning_of_a_glimpse() -> None:
    event = heard(final=False, quick=True)
    assert [word.text for word in event.words] == ["users"]
    assert event.meanings == {}
