"""Plays answers with known speech times through the pure core, with models of the recogniser and of the vote.

No sound, no clock, no thread: the segmenter gets one boolean per 20 ms, transcripts and votes come back late.
"""

from __future__ import annotations

import heapq
import itertools
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from voice_interviewer.core import turn_taking as tt
from voice_interviewer.core.commands import JudgeAnswer, Transcribe, VoteTurn
from voice_interviewer.core.endpointing import PauseHabit
from voice_interviewer.core.events import (
    AnswerJudged,
    Event,
    PromptFinished,
    PromptStarted,
    Tick,
    Transcribed,
    TurnVoted,
)
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.speech import Word

FRAME_S = 0.02
COUNTED_S = (0.5, 5.0)
"""Pauses that count when cut-offs are counted."""
TOKENS_PER_WORD = 1.35
PROMPT_S = 3.0


@dataclass(frozen=True)
class Spoken:
    """One word as it was said."""

    text: str
    start_s: float
    end_s: float
    ends_sentence: bool = False
    vote: float | None = None
    """What the prosody model says when speech stops here; None: drawn by the kind of place."""


@dataclass(frozen=True)
class Answer:
    """One turn of one person, with all its pauses."""

    speaker: str
    words: tuple[Spoken, ...]
    patience: tt.Patience = tt.Patience.FOLLOW_UP
    question: str = ""
    """What was asked, where that is known."""

    @property
    def end_s(self) -> float:
        """End of the last word."""
        return self.words[-1].end_s

    def pauses(self) -> list[tuple[float, float]]:
        """(start, end) of every pause inside the turn that counts."""
        found = []
        for word, following in itertools.pairwise(self.words):
            gap_s = following.start_s - word.end_s
            if COUNTED_S[0] <= gap_s <= COUNTED_S[1]:
                found.append((word.end_s, following.start_s))
        return found


@dataclass(frozen=True)
class Delays:
    """How long the parts outside the core take, seconds."""

    full_s: float = 0.9
    """Whisper base: a fixed cost a call ..."""
    token_s: float = 0.017
    """... and this a token."""
    quick_s: float = 0.3
    """A look at the last 6 s with a short window."""
    quick_token_s: float = 0.006
    vote_s: float = 0.1
    judge_s: float = 0.2
    """For an opinion on what was said, with the recogniser at work beside it."""
    speak_s: float = 0.08
    """From the judgement to the first sample of a prompt that was prepared."""


@dataclass
class Outcome:
    """What came of one answer."""

    pauses: int = 0
    cut_offs: int = 0
    reopened: int = 0
    gap_s: float | None = None
    decided_s: float | None = None
    busy_s: float = 0.0
    """Recogniser time spent."""
    reasons: list[tuple[str, float]] = field(default_factory=list)
    """(why the turn was judged over, length of the pause), for every cut-off."""


Votes = Callable[[random.Random, str, bool], float]
"""(random, 'clause' | 'sentence' | 'end', short turn) -> the vote at such a place."""
Judge = Callable[[str, str], float]
"""(question, answer so far) -> points for its being finished."""


class Recogniser:
    """A single worker that is asked for words and answers late."""

    def __init__(self, answer: Answer, delays: Delays, quick: bool, rng: random.Random) -> None:
        self._answer = answer
        self._delays = delays
        self._quick = quick
        self._marks = [_mark(word, word is answer.words[-1], rng) for word in answer.words]
        self._free_s = 0.0
        self.busy_s = 0.0
        self.queue: list[tuple[float, Transcribe]] = []

    def submit(self, at_s: float, job: Transcribe) -> None:
        """Queue a job; older looks ahead at the same utterance are void."""
        self.queue = [q for q in self.queue if q[1].final or q[1].utterance_id != job.utterance_id]
        self.queue.append((at_s, job))

    def drop(self, utterance_id: int) -> None:
        """Speech resumed: looks ahead that still wait are pointless."""
        self.queue = [q for q in self.queue if q[1].final or q[1].utterance_id != utterance_id]

    def start_s(self) -> float | None:
        """When the next job begins, None when there is none."""
        return max(self._free_s, self.queue[0][0]) if self.queue else None

    def run(self) -> Transcribed:
        """Begin the next job; its result carries the time it is there."""
        begun_s = self.start_s() or 0.0
        _, job = self.queue.pop(0)
        words = self._words(job)
        tokens = TOKENS_PER_WORD * len(words)
        cost_s = self._delays.full_s + self._delays.token_s * tokens
        if self._quick and not job.final:
            words = tuple(word for word in words if word.start_s >= job.end_s - 6.0)
            cost_s = self._delays.quick_s + self._delays.quick_token_s * TOKENS_PER_WORD * len(words)
        self._free_s = begun_s + cost_s
        self.busy_s += cost_s
        return Transcribed(self._free_s, job.utterance_id, job.start_s, job.end_s, words, job.final)

    def _words(self, job: Transcribe) -> tuple[Word, ...]:
        inside = [
            (word, mark)
            for word, mark in zip(self._answer.words, self._marks, strict=True)
            if job.start_s <= (word.start_s + word.end_s) / 2 <= job.end_s
        ]
        last = inside[-1][0] if inside else None
        return tuple(
            Word(
                word.text + (mark if word is last else "." * word.ends_sentence),
                word.start_s,
                word.end_s,
                0.9,
            )
            for word, mark in inside
        )


def _mark(word: Spoken, last: bool, rng: random.Random) -> str:
    """The punctuation that a recogniser guesses where the sound stops, as seen on real speech."""
    draw = rng.random()
    if word.ends_sentence or last:
        return "." if draw < 0.9 else ""
    return "." if draw < 0.45 else "," if draw < 0.7 else ""


def segment(answer: Answer) -> list[Event]:
    """What the real segmenter makes of the answer's speech times."""
    segmenter = Segmenter()
    events: list[Event] = []
    spans = iter([(word.start_s, word.end_s) for word in answer.words])
    start_s, end_s = next(spans)
    for index in range(int((answer.end_s + 1.0) / FRAME_S) + 1):
        middle_s = (index + 0.5) * FRAME_S
        while middle_s > end_s:
            start_s, end_s = next(spans, (float("inf"), float("inf")))
        events += segmenter.push(round((index + 1) * FRAME_S, 4), start_s <= middle_s)
    return events


class Simulation:
    """One answer through one TurnTaker."""

    def __init__(
        self,
        answer: Answer,
        events: Sequence[Event],
        taker: tt.TurnTaker,
        votes: Votes,
        *,
        delays: Delays,
        quick: bool,
        seed: int,
        judge: Judge | None = None,
    ) -> None:
        self._judge = judge
        self._answer = answer
        self._taker = taker
        self._delays = delays
        self._votes = votes
        self._seed = seed
        self._recogniser = Recogniser(answer, delays, quick, random.Random(seed))
        self._counter = itertools.count()
        self._heap: list[tuple[float, int, Event]] = [(e.at_s, next(self._counter), e) for e in events]
        heapq.heapify(self._heap)
        self._prompt = 0
        self._prompt_at_s: float | None = None
        self._reason = ""
        self.outcome = Outcome(pauses=len(answer.pauses()))

    def run(self) -> Outcome:
        """Until the interviewer spoke after the answer's true end, or gave up on it."""
        self._taker.expect(self._answer.patience, self._answer.question)
        limit_s = self._answer.end_s + 25.0
        while self.outcome.gap_s is None:
            at_s, step = self._next()
            if at_s > limit_s:
                break
            step()
        self.outcome.busy_s = self._recogniser.busy_s
        return self.outcome

    def _next(self) -> tuple[float, Callable[[], None]]:
        choices: list[tuple[float, int, Callable[[], None]]] = []
        if self._heap:
            choices.append((self._heap[0][0], 0, lambda: self._handle(heapq.heappop(self._heap)[2])))
        start_s = self._recogniser.start_s()
        if start_s is not None:
            choices.append((start_s, 1, self._transcribe))
        if self._prompt_at_s is not None:
            choices.append((self._prompt_at_s, 2, self._speak))
        deadline_s = self._taker.next_deadline_s
        if deadline_s is not None:
            choices.append((deadline_s, 3, lambda: self._handle(Tick(deadline_s))))
        if not choices:
            return float("inf"), lambda: None
        at_s, _, step = min(choices, key=lambda choice: choice[:2])
        return at_s, step

    def _push(self, event: Event) -> None:
        heapq.heappush(self._heap, (event.at_s, next(self._counter), event))

    def _transcribe(self) -> None:
        self._push(self._recogniser.run())

    def _handle(self, event: Event) -> None:
        for outcome in self._taker.handle(event):
            self._take(outcome, event.at_s)

    def _take(self, outcome: tt.Outcome, at_s: float) -> None:
        match outcome:
            case tt.Issue(command=Transcribe() as command):
                self._recogniser.submit(at_s, command)
            case tt.Issue(command=VoteTurn() as command):
                self._vote(command, at_s)
            case tt.Issue(command=JudgeAnswer() as command) if self._judge is not None:
                points = self._judge(command.question, command.answer)
                judged_s = at_s + self._delays.judge_s
                self._push(AnswerJudged(judged_s, command.utterance_id, command.end_s, points))
            case tt.LookAheadStale(utterance_id=utterance_id):
                self._recogniser.drop(utterance_id)
            case tt.TurnEnded(turn=turn):
                self._reason = turn.reason
                self._prompt_at_s = at_s + self._delays.speak_s
                self.outcome.decided_s = at_s - self._answer.end_s
            case tt.UtteranceHeard(hands_free=request) if request and self._gives_floor(request.kind):
                # 'That's it' with nothing before it: the interviewer goes on.
                self._prompt_at_s = at_s + self._delays.speak_s
            case tt.TurnReopened():
                self.outcome.reopened += 1
                self._prompt_at_s = None
                self._stop_prompt(at_s)
            case tt.BargedIn():
                self._stop_prompt(at_s)
            case _:
                pass

    def _gives_floor(self, request: str) -> bool:
        return request == "done" and not self._taker.has_open_turn

    def _stop_prompt(self, at_s: float) -> None:
        kept = [e for e in self._heap if not isinstance(e[2], PromptFinished)]
        if len(kept) < len(self._heap):
            self._heap = kept
            heapq.heapify(self._heap)
            self._push(PromptFinished(at_s, self._prompt, "", interrupted=True))

    def _vote(self, command: VoteTurn, at_s: float) -> None:
        index = max(
            (i for i, word in enumerate(self._answer.words) if word.end_s <= command.end_s + 0.1), default=0
        )
        word = self._answer.words[index]
        kind = "end" if word is self._answer.words[-1] else "sentence" if word.ends_sentence else "clause"
        short = command.end_s - command.start_s < 8.0
        drawn = self._votes(random.Random(f"{self._seed} {index}"), kind, short)
        vote = word.vote if word.vote is not None else drawn
        self._push(TurnVoted(at_s + self._delays.vote_s, command.utterance_id, command.end_s, vote))

    def _speak(self) -> None:
        at_s = self._prompt_at_s or 0.0
        self._prompt_at_s = None
        self._prompt += 1
        if at_s >= self._answer.end_s:
            self.outcome.gap_s = at_s - self._answer.end_s
            return
        for start_s, end_s in self._answer.pauses():
            if start_s < at_s <= end_s + 0.3:
                self.outcome.cut_offs += 1
                self.outcome.reasons.append((self._reason, end_s - start_s))
        self._handle(PromptStarted(at_s, self._prompt))
        self._push(PromptFinished(at_s + PROMPT_S, self._prompt, "?"))


@dataclass
class Summary:
    """Figures over many answers."""

    pauses: int
    cut_offs: int
    gaps_s: list[float]
    silent: int
    """Ends without a reply of their own: the interviewer had cut in before, and what followed was a
    'yeah'.
    """
    busy_share: float
    """Recogniser time per second of answer."""

    @property
    def cut_off_rate(self) -> float:
        """Share of the pauses that count in which a prompt began."""
        return self.cut_offs / max(1, self.pauses)

    def gap_s(self, share: float) -> float:
        """A quantile of the reply gap."""
        if not self.gaps_s:
            return float("nan")
        return sorted(self.gaps_s)[min(len(self.gaps_s) - 1, int(share * len(self.gaps_s)))]


def summarise(answers: Sequence[Answer], outcomes: Sequence[Outcome]) -> Summary:
    """Add up."""
    gaps_s = [o.gap_s for o in outcomes if o.gap_s is not None]
    return Summary(
        pauses=sum(o.pauses for o in outcomes),
        cut_offs=sum(o.cut_offs for o in outcomes),
        gaps_s=gaps_s,
        silent=len(outcomes) - len(gaps_s),
        busy_share=sum(o.busy_s for o in outcomes) / sum(a.end_s for a in answers),
    )


def simulate(
    answers: Sequence[Answer],
    segmented: Sequence[Sequence[Event]],
    settings: tt.TurnSettings,
    votes: Votes,
    delays: Delays | None = None,
    judge: Judge | None = None,
    *,
    sessions: bool = False,
) -> list[Outcome]:
    """Every answer through a TurnTaker that knows nothing of the speaker yet; with `sessions`, what they did
    in their answers before.
    """
    habits: dict[str, PauseHabit] = {}
    return [
        Simulation(
            answer,
            events,
            tt.TurnTaker(
                settings,
                habits.setdefault(answer.speaker, PauseHabit(settings.endpointing)) if sessions else None,
            ),
            votes,
            delays=delays or Delays(),
            quick=settings.look_ahead == "quick",
            seed=index,
            judge=judge,
        ).run()
        for index, (answer, events) in enumerate(zip(answers, segmented, strict=True))
    ]
