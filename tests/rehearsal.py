"""Drives an Interviewer without sound: a candidate that says lines, a voice that takes its time, a clock by
deadlines."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.interviewer import Interviewer
from voice_interviewer.core.speech import Word

WORDS_PER_S = 2.5
TRANSCRIPTION_S = 0.6
PAUSE_HINT_S, UTTERANCE_END_S = 0.2, 0.45


@dataclass
class Rehearsal:
    """One interview on simulated time; `prompts` is what was spoken, in order."""

    interviewer: Interviewer
    now_s: float = 0.0
    prompts: list[c.Say] = field(default_factory=list)
    finished: list[e.PromptFinished] = field(default_factory=list)
    commands: list[c.Command] = field(default_factory=list)
    log: list[e.Event] = field(default_factory=list)
    times: dict[int, float] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        self._heap: list[tuple[float, int, e.Event]] = []
        self._order = itertools.count()
        self._words: dict[int, list[Word]] = {}
        self._utterances = itertools.count(1)
        self._free_s = 0.0
        self._cancelled: set[int] = set()

    # -- what a test does ------------------------------------------------------------------------

    def start(self) -> Rehearsal:
        self._handle(e.SessionStarted(0.0))
        self.run_until_listening()
        return self

    def says(self, text: str, *, after_s: float = 1.0) -> Rehearsal:
        """Speak one utterance, beginning `after_s` from now; returns when it has been understood."""
        start_s = self.now_s + after_s
        self._speak(text, start_s)
        end_s = start_s + max(0.4, len(text.split()) / WORDS_PER_S)
        self.run_until(end_s + UTTERANCE_END_S + TRANSCRIPTION_S + 0.01)
        return self

    def speaks(self, text: str, *, after_s: float) -> Rehearsal:
        """One utterance is going to be spoken, beginning `after_s` from now; returns at once."""
        self._speak(text, self.now_s + after_s)
        return self

    def answers(self, text: str, *, after_s: float = 1.0) -> list[c.Say]:
        """Speak and wait until the interviewer has replied and listens again; the new prompts."""
        before = len(self.prompts)
        self.says(text, after_s=after_s)
        self.run_until_listening(least_prompts=before + 1)
        return self.prompts[before:]

    def wait(self, seconds: float) -> Rehearsal:
        self.run_until(self.now_s + seconds)
        return self

    def schedule(self, event: e.Event) -> None:
        heapq.heappush(self._heap, (event.at_s, next(self._order), event))

    # -- the clockwork ---------------------------------------------------------------------------

    def run_until_listening(self, *, least_prompts: int = 0, limit_s: float = 120.0) -> None:
        end_s = self.now_s + limit_s
        while self.now_s < end_s and self.interviewer.state != "finished":
            settled = self.interviewer.state in ("listening", "paused") and len(self.prompts) >= least_prompts
            if settled and not self._pending_prompts():
                return
            self._next(end_s)

    def run_until(self, at_s: float) -> None:
        while self.now_s < at_s and self.interviewer.state != "finished":
            self._next(at_s)

    def run_to_the_end(self, limit_s: float = 36_000.0) -> None:
        end_s = self.now_s + limit_s
        while self.interviewer.state != "finished" and self.now_s < end_s:
            self._next(end_s)

    def _pending_prompts(self) -> bool:
        return any(isinstance(entry[2], e.PromptFinished) for entry in self._heap)

    def _next(self, limit_s: float) -> None:
        deadline_s = self.interviewer.next_deadline_s
        event_s = self._heap[0][0] if self._heap else float("inf")
        due_s = min(event_s, limit_s, deadline_s if deadline_s is not None else float("inf"))
        assert due_s < float("inf"), "nothing will ever happen again"
        assert deadline_s is None or deadline_s >= self.now_s - 1e-6 or event_s <= self.now_s, (
            f"deadline {deadline_s} lies before {self.now_s}"
        )
        self.now_s = max(self.now_s, due_s)
        if event_s <= due_s:
            event = heapq.heappop(self._heap)[2]
            prompt_id = getattr(event, "prompt_id", None)
            if prompt_id in self._cancelled:
                return
            self._handle(event)
        else:
            self._handle(e.Tick(self.now_s))

    def _handle(self, event: e.Event) -> None:
        self.log.append(event)
        self.now_s = max(self.now_s, event.at_s)
        if isinstance(event, e.PromptFinished):
            self.finished.append(event)
        for command in self.interviewer.handle(event):
            self.commands.append(command)
            self._carry_out(command)

    def _carry_out(self, command: c.Command) -> None:
        match command:
            case c.Say():
                self.prompts.append(command)
                start_s = max(self.now_s, self._free_s) + 0.05
                end_s = start_s + len(command.text.split()) / WORDS_PER_S
                self._free_s = end_s
                self.times[command.prompt_id] = start_s
                self.schedule(e.PromptStarted(start_s, command.prompt_id))
                self.schedule(e.PromptFinished(end_s, command.prompt_id, command.text))
            case c.Interrupt():
                self._call_off()
            case c.Transcribe():
                words = tuple(w for w in self._words[command.utterance_id] if w.end_s <= command.end_s)
                self.schedule(
                    e.Transcribed(
                        self.now_s + TRANSCRIPTION_S,
                        command.utterance_id,
                        command.start_s,
                        command.end_s,
                        words,
                        command.final,
                    )
                )
            case c.Finish(reason=reason):
                self.reason = reason
            case _:
                pass

    def _call_off(self) -> None:
        running = [entry[2] for entry in self._heap if isinstance(entry[2], e.PromptFinished)]
        self._heap = [
            entry for entry in self._heap if not isinstance(entry[2], e.PromptStarted | e.PromptFinished)
        ]
        heapq.heapify(self._heap)
        for event in running:
            words = event.spoken.split()
            heard = max(0, min(len(words), int((self.now_s - self.times[event.prompt_id]) * WORDS_PER_S)))
            spoken, unsaid = " ".join(words[:heard]), " ".join(words[heard:])
            self.schedule(e.PromptFinished(self.now_s + 0.02, event.prompt_id, spoken, True, unsaid))
        self._free_s = self.now_s

    def _speak(self, text: str, start_s: float) -> None:
        utterance_id = next(self._utterances)
        words, at_s = [], start_s
        for word in text.split():
            words.append(Word(word, at_s, at_s + 0.9 / WORDS_PER_S, 0.9))
            at_s += 1.0 / WORDS_PER_S
        end_s = words[-1].end_s if words else start_s
        self._words[utterance_id] = words
        self.schedule(e.SpeechStarted(start_s + 0.12, utterance_id, start_s))
        self.schedule(e.SpeechPaused(end_s + PAUSE_HINT_S, utterance_id, start_s, end_s))
        self.schedule(e.UtteranceEnded(end_s + UTTERANCE_END_S, utterance_id, start_s, end_s))
