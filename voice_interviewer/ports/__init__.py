"""What the session needs of the outside world, as small protocols. Adapters implement them, one library each.

Audio is 16 kHz mono throughout: `bytes` of little-endian int16 where frames travel, float32 arrays in
[-1, 1] where a model takes them. Playback runs at the voice's own rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.commands import AskFollowUp
from voice_interviewer.core.speech import Frame, Word

SAMPLE_RATE_HZ = 16_000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000

Samples = NDArray[np.float32]
Pcm16 = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A piece of synthesised speech: one sentence."""

    pcm: Pcm16
    sample_rate_hz: int
    text: str


class Clock(Protocol):
    """Session time for everything that is not speech."""

    def now_s(self) -> float:
        """Seconds since the session began; never runs backwards."""
        ...


class Microphone(Protocol):
    """Where the candidate's sound comes from: a device, a file, a scripted candidate."""

    name: str

    @property
    def dropped_blocks(self) -> int:
        """Blocks lost since the start, for any reason."""
        ...

    def start(self) -> None:
        """Open; returns when the first block is on its way. Raises DeviceError or AudioFileError."""
        ...

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame, None when none came in time. Raises EOFError at the end, DeviceError on loss."""
        ...

    def stop(self) -> None:
        """Close; never raises."""
        ...


class VoiceActivity(Protocol):
    """Is there speech in a frame?"""

    def is_speech(self, frame: Frame) -> bool:
        """True when the frame holds speech; frames come in order."""
        ...


class Transcriber(Protocol):
    """Sound to timed words."""

    def transcribe(self, samples: Samples, *, start_s: float, context: str = "") -> Sequence[Word]:
        """Words of 16 kHz `samples`, times shifted by `start_s`. Raises ModelError."""
        ...


class TurnVote(Protocol):
    """The prosody model's opinion on whether a turn is complete."""

    def probability(self, samples: Samples) -> float:
        """0 to 1 for 16 kHz `samples` ending at the pause."""
        ...


class MeaningScorer(Protocol):
    """How well a text fits each phase of a framework, by meaning."""

    def scores(self, text: str) -> dict[str, float]:
        """Phase id -> likelihood, summing to 1."""
        ...


class Voice(Protocol):
    """Text to sound."""

    @property
    def sample_rate_hz(self) -> int:
        """Of the chunks it yields."""
        ...

    def synthesise(self, text: str) -> Iterator[AudioChunk]:
        """One chunk a sentence, as soon as each is ready. Raises ModelError."""
        ...


class Playback(Protocol):
    """A loudspeaker that can be stopped at once."""

    name: str

    def start(self, sample_rate_hz: int) -> None:
        """Open. Raises DeviceError."""
        ...

    def write(self, pcm: Pcm16) -> None:
        """Play one short slice (20 ms), blocking until there is room for the next. Raises DeviceError."""
        ...

    def drain(self) -> None:
        """Block until what was written has been heard."""
        ...

    def abort(self) -> None:
        """Silence now; what was written and not heard is dropped."""
        ...

    def stop(self) -> None:
        """Close; never raises."""
        ...


class FollowUpWriter(Protocol):
    """A language model that words what the core decided."""

    def write(self, request: AskFollowUp) -> Iterator[str]:
        """Sentences, streamed. Raises LanguageModelError."""
        ...
