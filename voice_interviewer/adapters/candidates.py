"""Stand-ins for the person at the microphone: a scripted candidate that is spoken by a voice, and a
recorded one.

Both behave like people: they listen while the interviewer speaks, think a moment, answer, and stop when
they are cut
into. They learn of prompts by `observe`, which the session loop calls for every event.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from voice_interviewer.adapters import audio_files
from voice_interviewer.adapters.resample import Resampler
from voice_interviewer.core.commands import Command, Say
from voice_interviewer.core.errors import ContentError, UsageError
from voice_interviewer.core.events import Event, PromptFinished, PromptStarted
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, AudioChunk, Pcm16, Voice

ROOM_NOISE = 6.0
"""Standard deviation of the quiet room in int16 steps, about -75 dBFS: digital silence is not a room."""
THINK_S = 0.9
"""Pause between the end of a prompt and the answer."""
SPARE = ("I think that covers it.",)
LEAVE_AFTER_S = 5.0
"""When a recording is over, the room is quiet for so long before the microphone ends."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer given to a prompt that matches."""

    pattern: re.Pattern[str]
    say: str


@dataclass(frozen=True, slots=True)
class Script:
    """What a scripted candidate says. `[1.5]` in a text is a pause in seconds."""

    name: str
    question: str
    minutes: float
    answers: tuple[str, ...]
    replies: tuple[Reply, ...] = ()
    spare: tuple[str, ...] = SPARE


def load_script(path: Path) -> Script:
    """Read a script. Raises UsageError when it is missing, ContentError when it makes no sense."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        replies = tuple(
            Reply(re.compile(r["match"], re.IGNORECASE), str(r["say"])) for r in data.get("replies", ())
        )
        return Script(
            str(data.get("name", path.stem)),
            str(data.get("question", "")),
            float(data.get("minutes", 5)),
            tuple(str(answer) for answer in data["answers"]),
            replies,
            tuple(str(text) for text in data.get("spare", ())) or SPARE,
        )
    except OSError as error:
        raise UsageError(f"cannot read the candidate's script {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, re.error) as error:
        raise ContentError(f"{path} is not a candidate's script: {error}") from None


class _Source(Protocol):
    """What a stand-in says next."""

    goes_on: bool
    """Cut into, it goes on where it was; otherwise the rest is dropped, as people do."""

    def next_answer(self, prompt: str) -> Pcm16 | None:
        """The whole answer to a prompt, 16 kHz; None when there is nothing left to say."""
        ...


class StandIn:
    """Implements `ports.Microphone` for a person that takes turns with the interviewer."""

    def __init__(self, name: str, source: _Source, *, realtime: bool, seed: int = 0) -> None:
        self.name = name
        self._source = source
        self._realtime = realtime
        self._noise = np.random.default_rng(seed)
        self._next_sample = 0
        self._started_s = 0.0
        self._saying: deque[Pcm16] = deque()
        self._held: deque[Pcm16] = deque()
        self._answer_at: int | None = None
        self._prompt = ""
        self._texts: dict[int, str] = {}
        self._exhausted_at: int | None = None

    @property
    def dropped_blocks(self) -> int:
        """Never any."""
        return 0

    def start(self) -> None:
        """Enter the room."""
        self._started_s = time.monotonic()

    def stop(self) -> None:
        """Leave."""

    def observe(self, event: Event | None, commands: Sequence[Command]) -> None:
        """What the interviewer says is heard here."""
        for command in commands:
            if isinstance(command, Say):
                self._texts[command.prompt_id] = command.text
        if isinstance(event, PromptStarted):
            if self._source.goes_on and self._saying:
                self._held.extend(self._saying)
            self._saying.clear()
            self._answer_at = None
        elif isinstance(event, PromptFinished):
            self._prompt = f"{self._prompt} {self._texts.pop(event.prompt_id, '')}".strip()
            if not self._texts:
                self._answer_at = self._next_sample + round(THINK_S * SAMPLE_RATE_HZ)

    def read(self, timeout_s: float) -> Frame | None:
        """The next 20 ms. Raises EOFError when the candidate has left."""
        if self._realtime and not self._wait(timeout_s):
            return None
        left_at = self._exhausted_at
        if left_at is not None and self._next_sample > left_at + LEAVE_AFTER_S * SAMPLE_RATE_HZ:
            raise EOFError
        if self._answer_at is not None and self._next_sample >= self._answer_at:
            self._begin_answer()
        pcm = self._take(FRAME_SAMPLES)
        frame = Frame(self._next_sample, pcm.astype("<i2").tobytes())
        self._next_sample += FRAME_SAMPLES
        return frame

    def _begin_answer(self) -> None:
        self._answer_at = None
        prompt, self._prompt = self._prompt, ""
        if self._held:
            self._saying, self._held = self._held, deque()
            return
        answer = self._source.next_answer(prompt)
        if answer is None:
            self._exhausted_at = self._next_sample
        else:
            self._saying.append(answer)

    def _take(self, count: int) -> Pcm16:
        room = self._noise.normal(0.0, ROOM_NOISE, count)
        filled = 0
        while self._saying and filled < count:
            piece = self._saying.popleft()
            part = piece[: count - filled]
            room[filled : filled + len(part)] += part
            filled += len(part)
            if len(part) < len(piece):
                self._saying.appendleft(piece[len(part) :])
        clipped: Pcm16 = np.clip(room, -32768, 32767).astype(np.int16)
        return clipped

    def _wait(self, timeout_s: float) -> bool:
        due_s = self._started_s + (self._next_sample + FRAME_SAMPLES) / SAMPLE_RATE_HZ
        wait_s = due_s - time.monotonic()
        time.sleep(max(0.0, min(wait_s, timeout_s)))
        return wait_s <= timeout_s


class ScriptedSource:
    """Speaks a script's answers with a voice."""

    goes_on = False
    _PAUSE = re.compile(r"\[(\d+(?:\.\d+)?)\]")

    def __init__(self, script: Script, voice: Voice) -> None:
        self._script = script
        self._voice = voice
        self._answers = deque(script.answers)
        self._replies = list(script.replies)
        self._spared = 0

    def next_answer(self, prompt: str) -> Pcm16 | None:
        """The reply that matches the prompt, else the next answer, else a spare line."""
        for reply in self._replies:
            if reply.pattern.search(prompt):
                self._replies.remove(reply)
                return self._spoken(reply.say)
        if self._answers:
            return self._spoken(self._answers.popleft())
        self._spared += 1
        return self._spoken(self._script.spare[(self._spared - 1) % len(self._script.spare)])

    def _spoken(self, text: str) -> Pcm16:
        pieces: list[Pcm16] = []
        for index, part in enumerate(self._PAUSE.split(text)):
            if index % 2:
                pieces.append(np.zeros(round(float(part) * SAMPLE_RATE_HZ), dtype=np.int16))
            elif part.strip():
                pieces += [_at_16_khz(chunk) for chunk in self._voice.synthesise(part)]
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16)


class RecordedSource:
    """A recorded answer: all of it after the question; when it is over the candidate leaves."""

    goes_on = True

    def __init__(self, path: Path) -> None:
        self._pcm: Pcm16 | None = audio_files.load(path)

    def next_answer(self, prompt: str) -> Pcm16 | None:
        """The recording, once."""
        del prompt
        pcm, self._pcm = self._pcm, None
        return pcm


def _at_16_khz(chunk: AudioChunk) -> Pcm16:
    resampler = Resampler(chunk.sample_rate_hz, SAMPLE_RATE_HZ)
    return np.concatenate([resampler.feed(chunk.pcm), resampler.flush()])
