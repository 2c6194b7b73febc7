"""What happened, in the past tense. Every event carries `at_s`: session seconds at which it became known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.speech import Word


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that reaches the interviewer through the inbox."""

    at_s: float


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    """The microphone runs, or is known to be absent; the interview may begin."""


@dataclass(frozen=True, slots=True)
class Tick(Event):
    """A deadline passed and nothing else happened."""


@dataclass(frozen=True, slots=True)
class SessionCutShort(Event):
    """The program ended without a word. Written when the session is mended, before what was found late."""


@dataclass(frozen=True, slots=True)
class SessionResumed(Event):
    """An interview that was broken off goes on, on the same timeline, perhaps days later."""

    duplex: Literal["full", "half"] = "full"
    writer: bool = False
    """Whether a language model words the prompts from here on."""


# -- from the listener ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeechSuspected(Event):
    """A first trace of voice since `start_s`; it may yet turn out to be a click."""

    start_s: float


@dataclass(frozen=True, slots=True)
class SpeechStarted(Event):
    """Speech was confirmed; `start_s` is its onset (earlier than `at_s` by the hysteresis)."""

    utterance_id: int
    start_s: float


@dataclass(frozen=True, slots=True)
class SpeechPaused(Event):
    """First hint of a pause inside an utterance: speech last heard at `end_s`."""

    utterance_id: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpeechResumed(Event):
    """The pause was none: the same utterance goes on."""

    utterance_id: int


@dataclass(frozen=True, slots=True)
class UtteranceEnded(Event):
    """The utterance is closed, by silence or because it grew too long (`cut`)."""

    utterance_id: int
    start_s: float
    end_s: float
    cut: bool = False
    """True when it was closed at its length limit while speech went on."""


@dataclass(frozen=True, slots=True)
class MicrophoneEnded(Event):
    """No more sound will come: the file ran out or the device is gone for good."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class MicrophoneLost(Event):
    """The device went away; the listener tries to reopen it."""

    reason: str


@dataclass(frozen=True, slots=True)
class MicrophoneRegained(Event):
    """The device is back; `gap_s` seconds of the timeline hold no sound."""

    gap_s: float


# -- from the workers ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transcribed(Event):
    """The recogniser's words for an utterance.

    `final` is False for a look at a pause that may yet go on: same utterance id, to be replaced.
    """

    utterance_id: int
    start_s: float
    end_s: float
    words: tuple[Word, ...]
    final: bool = True
    meanings: dict[str, float] = field(default_factory=dict)
    """Phase id -> likelihood by meaning (sums to 1), empty when no scorer runs."""


@dataclass(frozen=True, slots=True)
class TurnVoted(Event):
    """The prosody model's opinion of the pause after `end_s`."""

    utterance_id: int
    end_s: float
    probability: float
    """That the turn is complete, 0 to 1."""


@dataclass(frozen=True, slots=True)
class AnswerJudged(Event):
    """What the words of the answer up to the pause at `end_s` are worth: the logarithm of how much likelier
    they are at an answer's end than at a pause inside it.
    """

    utterance_id: int
    end_s: float
    points: float


@dataclass(frozen=True, slots=True)
class PromptStarted(Event):
    """The first sample of a prompt left for the loudspeaker."""

    prompt_id: int


@dataclass(frozen=True, slots=True)
class PromptFinished(Event):
    """The prompt was spoken to its end, or stopped: `spoken` is the text that was heard."""

    prompt_id: int
    spoken: str
    interrupted: bool = False
    unsaid: str = ""


@dataclass(frozen=True, slots=True)
class FollowUpReady(Event):
    """A language model worded a prompt; one event a sentence, `last` on the final one."""

    request_id: int
    text: str
    last: bool = True


@dataclass(frozen=True, slots=True)
class FollowUpFailed(Event):
    """The language model gave nothing usable: `reason` is one line for the screen."""

    request_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class WorkerFailed(Event):
    """A worker died or is stuck; the session goes on without it."""

    worker: str
    reason: str


# -- from the person at the keyboard -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StopRequested(Event):
    """Ctrl-C or its like: end politely, with a report."""


@dataclass(frozen=True, slots=True)
class CommandGiven(Event):
    """A hands-free request given by key instead of voice."""

    command: Literal["repeat", "give_me_a_minute", "time_left", "pause", "resume", "skip", "done", "end"]
