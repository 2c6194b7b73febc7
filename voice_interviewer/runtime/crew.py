"""Those who carry out commands: on threads for a live session, inline for a simulated one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from voice_interviewer.core import commands as c
from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.events import Event, PromptFinished, PromptStarted, WorkerFailed
from voice_interviewer.ports import Clock, Pcm16
from voice_interviewer.runtime.jobs import Judging, Transcription, Voting, Writing
from voice_interviewer.runtime.speech import SpeechCache
from voice_interviewer.runtime.talker import READING_WORDS_PER_S, Talker
from voice_interviewer.runtime.track import KeptTrack, Track
from voice_interviewer.runtime.worker import Worker

STUCK_AFTER_S = {
    "transcriber": 120.0,
    "voter": 20.0,
    "judge": 30.0,
    "voice": 90.0,
    "preparer": 60.0,
    "writer": 60.0,
}
"""A job longer than this is taken for a hang: the worker is given up and the session goes on without it.
Transcription's limit is generous: on a slow machine late words are better than none."""


class LiveCrew:
    """One worker thread each for transcribing, voting, judging, speaking, preparing, writing."""

    def __init__(
        self,
        transcription: Transcription,
        voting: Voting | None,
        talker: Talker,
        speech: Callable[[], SpeechCache | None],
        writing: Writing | None,
        clock: Clock,
        put: Callable[[Event], None],
        judging: Judging | None = None,
    ) -> None:
        self._transcription = transcription
        self._talker = talker
        self._clock = clock
        self._put = put
        self._speech = speech
        # The words for the record can wait; whether the turn is over cannot.
        self.transcriber: Worker[c.Transcribe] = Worker(
            "transcriber", transcription.handle, self._failed, urgent=lambda job: not job.final
        )
        self.voice: Worker[c.Say] = Worker("voice", talker.handle, self._failed)
        self.preparer: Worker[str] = Worker("preparer", self._prepare, self._failed)
        self.voter = Worker("voter", voting.handle, self._failed) if voting is not None else None
        self.judge = Worker("judge", judging.handle, self._failed) if judging is not None else None
        self.writer = Worker("writer", writing.handle, self._failed) if writing is not None else None
        self._reported: set[str] = set()

    @property
    def _workers(self) -> list[Worker[Any]]:
        present: list[Worker[Any] | None] = [
            self.transcriber,
            self.voice,
            self.preparer,
            self.voter,
            self.judge,
            self.writer,
        ]
        return [worker for worker in present if worker is not None]

    def __enter__(self) -> LiveCrew:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in reversed(self._workers):
            worker.stop(timeout_s=3.0)

    def do(self, command: c.Command) -> None:
        """Hand a command to its worker."""
        match command:
            case c.Say():
                # Synthesised while the prompts before it are still being spoken: no gap to talk into.
                self.preparer.submit(command.text)
                self.voice.submit(command)
            case c.Prepare(texts=texts):
                # What was prepared before and has not begun is stale by now.
                for text in texts:
                    self.preparer.submit(text)
            case c.Interrupt():
                self.voice.interrupt()
                self._talker.silence()
            case c.Duck():
                self._talker.duck()
            case c.Unduck():
                self._talker.unduck()
            case c.Transcribe():
                self._transcription.wanted(command)
                self.transcriber.submit(command)
            case c.DropLookAhead(utterance_id=utterance_id):
                self._transcription.unwanted(utterance_id)
            case c.VoteTurn():
                if self.voter is not None:
                    self.voter.submit(command)
            case c.JudgeAnswer():
                if self.judge is not None:
                    self.judge.interrupt()  # an older pause is over by now
                    self.judge.submit(command)
            case c.AskFollowUp():
                if self.writer is not None:
                    self.writer.interrupt()
                    self.writer.submit(command)
            case _:
                pass

    def finish(self, timeout_s: float) -> bool:
        """Wait for the transcriptions under way."""
        return self.transcriber.wait_idle(timeout_s)

    def check(self) -> None:
        """Give up on stuck workers; called now and then from the loop."""
        for worker in self._workers:
            if not worker.dead and worker.busy_for_s() > STUCK_AFTER_S[worker.name]:
                worker.abandon()
                self._failed(worker.name, "it does not answer")

    def _prepare(self, text: str, cancelled: Callable[[], bool]) -> None:
        speech = self._speech()
        if speech is not None and not cancelled():
            with contextlib.suppress(VoiceInterviewerError):  # said again, and reported, when it is spoken
                speech.prepare(text)

    def _failed(self, worker: str, reason: str) -> None:
        # One line a worker: a recogniser that fails on every utterance must not flood the screen.
        if worker not in self._reported:
            self._reported.add(worker)
            self._put(WorkerFailed(self._clock.now_s(), worker, reason))


class SimulatedCrew:
    """Carries out each command at once; what takes time in the session comes back with a later `at_s`."""

    def __init__(
        self,
        transcription: Transcription,
        voting: Voting | None,
        speech: SpeechCache | None,
        track: Track,
        clock: Clock,
        put: Callable[[Event], None],
        withdraw: Callable[[Callable[[Event], bool]], None],
        writing: Writing | None = None,
        judging: Judging | None = None,
    ) -> None:
        self._withdraw = withdraw
        self._transcription = transcription
        self._voting = voting
        self._writing = writing
        self._judging = judging
        self._speech = speech
        self._track = KeptTrack(track, put, clock.now_s)
        self._clock = clock
        self._put = put
        self._free_at_s = 0.0
        self._saying: list[tuple[c.Say, float, float]] = []

    def do(self, command: c.Command) -> None:
        """Carry it out."""
        match command:
            case c.Say():
                self._say(command)
            case c.Interrupt():
                self._interrupt()
            case c.Transcribe():
                self._transcription.wanted(command)
                self._try("transcriber", lambda: self._transcription.handle(command, _never))
            case c.VoteTurn():
                if self._voting is not None:
                    voting = self._voting
                    self._try("voter", lambda: voting.handle(command, _never))
            case c.JudgeAnswer():
                if self._judging is not None:
                    judging = self._judging
                    self._try("judge", lambda: judging.handle(command, _never))
            case c.AskFollowUp():
                if self._writing is not None:
                    writing = self._writing
                    self._try("writer", lambda: writing.handle(command, _never))
            case _:
                pass

    def finish(self, timeout_s: float) -> bool:
        """Nothing is ever under way."""
        del timeout_s
        return True

    def _try(self, worker: str, job: Callable[[], None]) -> None:
        try:
            job()
        except VoiceInterviewerError as error:
            self._put(WorkerFailed(self._clock.now_s(), worker, str(error)))

    def _say(self, say: c.Say) -> None:
        start_s = max(self._clock.now_s(), self._free_at_s)
        duration_s = 0.5 + len(say.text.split()) / READING_WORDS_PER_S
        if self._speech is not None:
            try:
                duration_s = self._record(say.text, start_s)
            except VoiceInterviewerError as error:
                self._speech = None
                self._put(WorkerFailed(self._clock.now_s(), "voice", str(error)))
        end_s = start_s + duration_s
        self._free_at_s = end_s
        self._saying = [entry for entry in self._saying if entry[2] > self._clock.now_s()]
        self._saying.append((say, start_s, end_s))
        self._put(PromptStarted(start_s, say.prompt_id))
        self._put(PromptFinished(end_s, say.prompt_id, say.text))

    def _record(self, text: str, start_s: float) -> float:
        assert self._speech is not None
        position = first = round(start_s * self._speech.sample_rate_hz)
        for chunk in self._speech.chunks(text):
            self._track.write_at(position, chunk.pcm)
            position += len(chunk.pcm)
        return (position - first) / self._speech.sample_rate_hz

    def _interrupt(self) -> None:
        now_s = self._clock.now_s()
        for say, start_s, end_s in self._saying:
            if end_s <= now_s:
                continue
            self._withdraw(_is_about(say.prompt_id))
            words = say.text.split()
            heard = round(max(0.0, now_s - start_s) / (end_s - start_s) * len(words))
            self._silence(max(now_s, start_s), end_s)
            self._put(
                PromptFinished(now_s, say.prompt_id, " ".join(words[:heard]), True, " ".join(words[heard:]))
            )
        self._saying.clear()
        self._free_at_s = now_s

    def _silence(self, start_s: float, end_s: float) -> None:
        """What was recorded ahead and then not said is taken back."""
        if self._speech is None:
            return
        rate_hz = self._speech.sample_rate_hz
        blank: Pcm16 = np.zeros(max(0, round((end_s - start_s) * rate_hz)), dtype=np.int16)
        self._track.write_at(round(start_s * rate_hz), blank)


def _is_about(prompt_id: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, PromptStarted | PromptFinished) and event.prompt_id == prompt_id


def _never() -> bool:
    return False
