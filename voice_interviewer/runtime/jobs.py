"""What the workers do with a job. No thread is made here, so the same code runs live and simulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from voice_interviewer.core.commands import AskFollowUp, JudgeAnswer, Transcribe, VoteTurn
from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.events import (
    AnswerJudged,
    Event,
    FollowUpFailed,
    FollowUpReady,
    Transcribed,
    TurnVoted,
)
from voice_interviewer.core.speech import Word, sane_words, text_of
from voice_interviewer.ports import Clock, FollowUpWriter, MeaningScorer, Samples, Transcriber, TurnVote
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.worker import Cancelled

Put = Callable[[Event], None]


class Glimpse(Protocol):
    """A fast look at how some sound ends."""

    def __call__(self, samples: Samples, *, start_s: float = 0.0) -> Sequence[Word]:
        """Words, roughly, without true times."""
        ...


MAX_SENTENCES = 3
"""A model that goes on after this many is not listened to."""
VOTE_WINDOW_S = 8.0
"""The prosody model hears this much before the pause."""


class Transcription:
    """Transcribe jobs to Transcribed events."""

    def __init__(
        self,
        transcriber: Transcriber,
        scorer: MeaningScorer | None,
        buffer: AudioBuffer,
        clock: Clock,
        put: Put,
        *,
        delay_s: float | None = None,
        glimpse: Glimpse | None = None,
    ) -> None:
        """`glimpse` is a faster and rougher recogniser for looks ahead; `delay_s` is for simulated time."""
        self._transcriber = transcriber
        self._scorer = scorer
        self._buffer = buffer
        self._clock = clock
        self._put = put
        self._delay_s = delay_s
        self._glimpse = glimpse
        self._latest: dict[int, Transcribe] = {}
        """The look ahead at each utterance that is of use."""

    def wanted(self, job: Transcribe) -> None:
        """A job was queued: an earlier look ahead at the same utterance is pointless now, unless it is the
        faster one.
        """
        if not job.final:
            self._latest[job.utterance_id] = job
        elif self._glimpse is None:
            self._latest.pop(job.utterance_id, None)

    def unwanted(self, utterance_id: int) -> None:
        """The utterance goes on: so is the look ahead at its pause."""
        self._latest.pop(utterance_id, None)

    def handle(self, job: Transcribe, cancelled: Cancelled) -> None:
        """Transcribe one utterance. Words are always reported for a final job, even when there are none."""
        if not job.final and (cancelled() or self._latest.get(job.utterance_id) is not job):
            return
        self._latest.pop(job.utterance_id, None)
        samples = self._buffer.slice(job.start_s, job.end_s)
        try:
            heard = self._hear(job, samples)
            words = sane_words(heard, job.start_s, job.end_s)
        except Exception:
            if job.final:
                # The turn must not wait for words that never come.
                self._put(
                    Transcribed(self._now_s(), job.utterance_id, job.start_s, job.end_s, (), final=True)
                )
            raise
        # Nobody asks what a glimpse means: its words are for judging the pause, and time counts there.
        meanings = {} if self._glimpse_for(job) else self._meanings(text_of(words))
        self._put(
            Transcribed(self._now_s(), job.utterance_id, job.start_s, job.end_s, words, job.final, meanings)
        )

    def _hear(self, job: Transcribe, samples: Samples) -> Sequence[Word]:
        if glimpse := self._glimpse_for(job):
            return glimpse(samples, start_s=job.start_s)
        return self._transcriber.transcribe(samples, start_s=job.start_s, context=job.context)

    def _glimpse_for(self, job: Transcribe) -> Glimpse | None:
        """The faster recogniser, where the job is for it."""
        return None if job.final else self._glimpse

    def _meanings(self, text: str) -> dict[str, float]:
        return self._scorer.scores(text) if self._scorer is not None and text else {}

    def _now_s(self) -> float:
        # Simulated time stands still while a job runs; a fixed delay keeps a replay the same everywhere.
        return self._clock.now_s() + (self._delay_s or 0.0)


class Voting:
    """VoteTurn jobs to TurnVoted events."""

    def __init__(self, vote: TurnVote, buffer: AudioBuffer, clock: Clock, put: Put) -> None:
        self._vote = vote
        self._buffer = buffer
        self._clock = clock
        self._put = put

    def handle(self, job: VoteTurn, cancelled: Cancelled) -> None:
        """One opinion on one pause."""
        if cancelled():
            return
        begin_s = max(job.start_s, job.end_s - VOTE_WINDOW_S)
        # The model was trained with a little silence at the end: the pause so far is part of what it hears.
        samples = self._buffer.slice(begin_s, self._buffer.end_s)
        probability = self._vote.probability(samples[-int(VOTE_WINDOW_S * 16_000) :])
        if not 0.0 <= probability <= 1.0:
            return
        self._put(TurnVoted(self._clock.now_s(), job.utterance_id, job.end_s, probability))


class AnswerJudge(Protocol):
    """Tells from the words whether an answer is finished."""

    def judge(self, question: str, answer: str) -> float:
        """How much likelier the words are at an answer's end than at a pause inside: natural logarithm."""
        ...


class Judging:
    """JudgeAnswer jobs to AnswerJudged events."""

    def __init__(self, judge: AnswerJudge, clock: Clock, put: Put) -> None:
        self._judge = judge
        self._clock = clock
        self._put = put

    def handle(self, job: JudgeAnswer, cancelled: Cancelled) -> None:
        """One opinion on one answer so far."""
        if cancelled():
            return
        points = self._judge.judge(job.question, job.answer)
        if math.isfinite(points):
            self._put(AnswerJudged(self._clock.now_s(), job.utterance_id, job.end_s, points))


class Writing:
    """AskFollowUp jobs to FollowUpReady or FollowUpFailed events."""

    def __init__(self, writer: FollowUpWriter, clock: Clock, put: Put) -> None:
        self._writer = writer
        self._clock = clock
        self._put = put

    def handle(self, job: AskFollowUp, cancelled: Cancelled) -> None:
        """Words for one decision, a sentence at a time up to its question; a failure is said in one line."""
        said = 0
        try:
            for sentence in self._writer.write(job):
                if cancelled():
                    return
                asks = sentence.rstrip().endswith("?")
                self._put(FollowUpReady(self._clock.now_s(), job.request_id, sentence.strip(), last=asks))
                said += 1
                if asks or said == MAX_SENTENCES:
                    break
            if not said:
                self._put(FollowUpFailed(self._clock.now_s(), job.request_id, "it said nothing"))
            elif not asks:
                self._put(FollowUpReady(self._clock.now_s(), job.request_id, "", last=True))
        except VoiceInterviewerError as error:
            self._put(FollowUpFailed(self._clock.now_s(), job.request_id, error.message))
