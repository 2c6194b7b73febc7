"""A stage for turn-taking: who speaks when, what is recognised how late, and all that comes of it."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from typing import TypeVar

from voice_interviewer.core import turn_taking as tt
from voice_interviewer.core.commands import Transcribe, VoteTurn
from voice_interviewer.core.events import Event, PromptFinished, PromptStarted, Tick, Transcribed, TurnVoted
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.speech import Word

Kind = TypeVar("Kind", bound=tt.Outcome)
FRAME_S = 0.02


@dataclass
class Line:
    """Something the candidate says."""

    start_s: float
    end_s: float
    text: str
    vote: float | None = None


@dataclass
class Stage:
    """Set it, `play` it, and look at what came out."""

    taker: tt.TurnTaker
    full_s: float = 1.0
    quick_s: float = 0.3
    quick: bool = False
    sureness: float = 0.9
    """The recogniser's probability of every word."""
    lines: list[Line] = field(default_factory=list)
    out: list[tuple[float, tt.Outcome]] = field(default_factory=list)
    _heap: list[tuple[float, int, Event]] = field(default_factory=list)
    _count: itertools.count[int] = field(default_factory=itertools.count)
    _segmenter: Segmenter = field(default_factory=Segmenter)
    _frames: int = 0

    def say(self, start_s: float, end_s: float, text: str, vote: float | None = None) -> None:
        """The candidate speaks. Without text it is noise."""
        self.lines.append(Line(start_s, end_s, text, vote))

    def prompt(self, start_s: float, end_s: float, prompt_id: int = 1, *, interrupted: bool = False) -> None:
        """The interviewer speaks."""
        self.push(PromptStarted(start_s, prompt_id))
        self.push(PromptFinished(end_s, prompt_id, "Why?", interrupted=interrupted))

    def push(self, event: Event) -> None:
        """Something else happens."""
        heapq.heappush(self._heap, (event.at_s, next(self._count), event))

    def play(self, until_s: float) -> Stage:
        """Run the scene, from where it was last left."""
        for index in range(self._frames, int(until_s / FRAME_S)):
            middle_s, end_s = (index + 0.5) * FRAME_S, round((index + 1) * FRAME_S, 4)
            voiced = any(line.start_s <= middle_s < line.end_s for line in self.lines)
            for event in self._segmenter.push(end_s, voiced):
                self.push(event)
        self._frames = int(until_s / FRAME_S)
        while True:
            deadline_s = self.taker.next_deadline_s
            event_s = self._heap[0][0] if self._heap else float("inf")
            if deadline_s is not None and deadline_s < event_s:
                if deadline_s > until_s:
                    return self
                self.handle(Tick(deadline_s))
            elif event_s <= until_s:
                self.handle(heapq.heappop(self._heap)[2])
            else:
                return self

    def handle(self, event: Event) -> list[tt.Outcome]:
        """One event, and what comes of it."""
        outcomes = self.taker.handle(event)
        for outcome in outcomes:
            self.out.append((event.at_s, outcome))
            if isinstance(outcome, tt.Issue):
                self._serve(outcome, event.at_s)
        deadline_s = self.taker.next_deadline_s
        assert deadline_s is None or deadline_s > event.at_s, "a deadline in the past"
        return outcomes

    def _serve(self, issue: tt.Issue, at_s: float) -> None:
        command = issue.command
        if isinstance(command, Transcribe):
            delay_s = self.quick_s if self.quick and not command.final else self.full_s
            words = self._words(command)
            self.push(
                Transcribed(
                    at_s + delay_s, command.utterance_id, command.start_s, command.end_s, words, command.final
                )
            )
        elif isinstance(command, VoteTurn):
            votes = [x.vote for x in self.lines if x.vote is not None and abs(x.end_s - command.end_s) < 0.05]
            if votes:
                self.push(TurnVoted(at_s + 0.1, command.utterance_id, command.end_s, votes[0]))

    def _words(self, command: Transcribe) -> tuple[Word, ...]:
        found = []
        for line in self.lines:
            texts = line.text.split()
            step_s = (line.end_s - line.start_s) / max(1, len(texts))
            for i, text in enumerate(texts):
                middle_s = line.start_s + (i + 0.5) * step_s
                if command.start_s <= middle_s <= command.end_s:
                    found.append(Word(text, middle_s - step_s / 2, middle_s + step_s / 2, self.sureness))
        return tuple(found)

    # -- what came out ---------------------------------------------------------------------------

    def of(self, kind: type[Kind]) -> list[Kind]:
        """All outcomes of one kind."""
        return [outcome for _, outcome in self.out if isinstance(outcome, kind)]

    def times(self, kind: type[tt.Outcome]) -> list[float]:
        """When they came."""
        return [round(at_s, 2) for at_s, outcome in self.out if isinstance(outcome, kind)]

    @property
    def turns(self) -> list[str]:
        """The texts of the turns that stayed ended."""
        texts: list[str] = []
        for _, outcome in self.out:
            if isinstance(outcome, tt.TurnEnded):
                texts.append(outcome.turn.text)
            elif isinstance(outcome, tt.TurnReopened):
                texts.pop()
        return texts
