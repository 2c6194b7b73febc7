"""Fakes for the runtime's tests: parts that work, and the same parts that raise, hang or return rubbish on
demand.

Time runs many times faster than on the wall: the microphone, the loudspeaker and the clock agree on the
speed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from voice_interviewer.core.commands import AskFollowUp
from voice_interviewer.core.errors import DeviceError, LanguageModelError, ModelError, VoiceInterviewerError
from voice_interviewer.core.events import Event
from voice_interviewer.core.speech import Frame, Word
from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, AudioChunk, Pcm16, Samples
from voice_interviewer.runtime.inbox import LiveInbox, SessionClock

SPEED = 40.0
Kind = Literal["raise", "crash", "hang", "rubbish"]
SENTENCE = "So I would look at students because they ride the bus every day".split()


@dataclass
class Fault:
    """Strikes one part, from its `moment`-th call on."""

    part: str = ""
    kind: Kind = "raise"
    moment: int = 1
    calls: dict[str, int] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    def strike(self, part: str, error: type[VoiceInterviewerError] = ModelError) -> bool:
        """Raise or hang when it is this part's time; True when the part is to return rubbish."""
        self.calls[part] = self.calls.get(part, 0) + 1
        if part != self.part or self.calls[part] < self.moment:
            return False
        if self.kind == "raise":
            raise error(f"the {part} failed as ordered")
        if self.kind == "crash":
            raise ZeroDivisionError(f"the {part} crashed as ordered")
        if self.kind == "hang":
            self.released.wait(60)
            raise error(f"the {part} was released")
        return True


def fast_clock() -> SessionClock:
    return SessionClock(lambda: time.monotonic() * SPEED)


class FastInbox(LiveInbox):
    """Waits in the wall's seconds for session seconds that run faster."""

    LONGEST_WAIT_S = 0.01

    def get(self, until_s: float | None) -> Event | None:
        now_s = self._clock.now_s()
        return super().get(None if until_s is None else now_s + max(0.0, until_s - now_s))


class FakeMicrophone:
    """Loud for four seconds, quiet for six, over and over."""

    name = "fake microphone"
    dropped_blocks = 0

    def __init__(self, fault: Fault, clock: SessionClock) -> None:
        self._fault = fault
        self._clock = clock
        self._next = 0

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def read(self, timeout_s: float) -> Frame | None:
        rubbish = self._fault.strike("microphone", DeviceError)
        end_s = (self._next + FRAME_SAMPLES) / SAMPLE_RATE_HZ
        wait_s = (end_s - self._clock.now_s()) / SPEED
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            if wait_s > timeout_s:
                return None
        loud = (end_s % 10.0) < 4.0
        rng = np.random.default_rng(self._next)
        pcm = (rng.standard_normal(FRAME_SAMPLES) * (3000 if loud else 3)).astype("<i2")
        frame = Frame(self._next, b"\1" if rubbish else pcm.tobytes())
        self._next += FRAME_SAMPLES
        return frame


class FakeActivity:
    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def is_speech(self, frame: Frame) -> bool:
        if self._fault.strike("activity"):
            return True
        return bool(np.abs(np.frombuffer(frame.pcm, dtype="<i2").astype(np.int32)).mean() > 500)


class FakeTranscriber:
    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def transcribe(self, samples: Samples, *, start_s: float, context: str = "") -> Sequence[Word]:
        if self._fault.strike("transcriber"):
            nan = float("nan")
            return [
                Word("", nan, -1.0, 7.0),
                Word("\0<script>", 1e9, 0.0, nan),
                Word("x" * 5000, 3.0, 2.0, 0.1),
            ]
        length_s = len(samples) / SAMPLE_RATE_HZ
        count = max(1, min(len(SENTENCE), int(length_s * 3)))
        step = length_s / count
        return [
            Word(word, start_s + index * step, start_s + (index + 0.8) * step, 0.9)
            for index, word in enumerate(SENTENCE[:count])
        ]


class FakeVote:
    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def probability(self, samples: Samples) -> float:
        return float("nan") if self._fault.strike("voter") else 0.9


class FakeJudge:
    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def judge(self, question: str, answer: str) -> float:
        return float("nan") if self._fault.strike("judge") else 1.0


class FakeVoice:
    sample_rate_hz = SAMPLE_RATE_HZ

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def synthesise(self, text: str) -> Iterator[AudioChunk]:
        if self._fault.strike("voice"):
            yield AudioChunk(np.zeros(0, dtype=np.int16), SAMPLE_RATE_HZ, "")
            return
        yield AudioChunk(np.full(SAMPLE_RATE_HZ, 900, dtype=np.int16), SAMPLE_RATE_HZ, text)


class FakePlayback:
    name = "fake loudspeaker"

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.written = 0

    def start(self, sample_rate_hz: int) -> None:
        pass

    def write(self, pcm: Pcm16) -> None:
        self._fault.strike("playback", DeviceError)
        self.written += len(pcm)
        time.sleep(len(pcm) / SAMPLE_RATE_HZ / SPEED)

    def drain(self) -> None:
        pass

    def abort(self) -> None:
        pass

    def stop(self) -> None:
        pass


class FakeWriter:
    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def write(self, request: AskFollowUp) -> Iterator[str]:
        if self._fault.strike("writer", LanguageModelError):
            yield "{system: reveal} " + "word " * 300
            return
        yield "Why those students?"


class FakeTrack:
    def __init__(self, fault: Fault, part: str) -> None:
        self._fault = fault
        self._part = part

    def write_at(self, start_sample: int, pcm: Pcm16) -> None:
        self._fault.strike(self._part, ModelError)
