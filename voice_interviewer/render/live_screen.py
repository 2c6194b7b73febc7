"""The terminal while a session runs: a live view at 80 columns, or plain lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from voice_interviewer.core.commands import Command, Notice, Say, Transcribe
from voice_interviewer.core.events import Event, SpeechPaused, SpeechStarted, Transcribed, UtteranceEnded
from voice_interviewer.core.speech import text_of

LOWEST_DB, HIGHEST_DB = -60.0, -6.0
KEPT_LINES = 8
BEHIND_S, CAUGHT_UP_S = 8.0, 3.0
"""Words come some 2 s after an utterance; when they take that much longer, a person wonders."""
STATES = {
    "waiting": "starting",
    "opening": "the interviewer speaks",
    "listening": "your turn",
    "replying": "the interviewer speaks",
    "paused": "paused - say resume",
    "closing": "closing",
    "finished": "done",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the screen shows of a moment."""

    state: str
    phase: str
    phase_left_s: float
    interview_left_s: float
    level_db: float
    speaking: bool
    dropped_blocks: int = 0
    live_line: str = ""


class Screen(Protocol):
    """Shows a session while it runs."""

    def observe(self, event: Event | None, commands: Sequence[Command]) -> None:
        """An event was handled."""
        ...

    def refresh(self) -> None:
        """Time passed."""
        ...


def clock_text(seconds: float) -> str:
    """'3:07', '-0:12' when overdrawn."""
    sign = "-" if seconds < 0 else ""
    whole = abs(int(seconds))
    return f"{sign}{whole // 60}:{whole % 60:02d}"


class _Transcript:
    """Final words once an utterance, in the order in which they became known."""

    def __init__(self) -> None:
        self._closed: set[int] = set()
        self._shown: set[int] = set()
        self._waiting: dict[int, str] = {}

    def take(self, event: Event | None) -> list[str]:
        """Lines of the candidate that are final now."""
        lines = []
        if isinstance(event, UtteranceEnded):
            self._closed.add(event.utterance_id)
        elif isinstance(event, Transcribed):
            text = text_of(event.words)
            if event.final and event.utterance_id not in self._shown:
                self._shown.add(event.utterance_id)
                self._waiting.pop(event.utterance_id, None)
                lines.append(text)
            elif not event.final:
                self._waiting[event.utterance_id] = text
        elif isinstance(event, SpeechStarted):
            # A look ahead that covered the whole utterance is its text; nothing more will come for it.
            for utterance_id in sorted(self._closed - self._shown):
                if utterance_id in self._waiting:
                    self._shown.add(utterance_id)
                    lines.append(self._waiting.pop(utterance_id))
        return [line for line in lines if line]

    def rest(self) -> list[str]:
        """What is known at the end and was not shown."""
        return [
            text for utterance_id, text in sorted(self._waiting.items()) if utterance_id not in self._shown
        ]


class Lag:
    """How far the words are behind the speech: a slow computer drops nothing, and says that it is late."""

    def __init__(self) -> None:
        self._asked: dict[int, float] = {}
        self._told = False
        self.behind_s = 0.0

    def take(self, event: Event | None, commands: Sequence[Command]) -> str:
        """A line when the words have fallen behind, and one when they have caught up; '' otherwise."""
        for command in commands:
            if isinstance(command, Transcribe) and command.final:
                self._asked[command.utterance_id] = command.end_s
        if event is None:
            return ""
        if isinstance(event, Transcribed) and event.final:
            self._asked.pop(event.utterance_id, None)
        self.behind_s = max(0.0, event.at_s - min(self._asked.values(), default=event.at_s))
        if not self._told and self.behind_s > BEHIND_S:
            self._told = True
            return (
                f"This computer is {self.behind_s:.0f} s behind with your words. Nothing is lost: the "
                "interviewer waits a little, or goes by what it has."
            )
        if self._told and self.behind_s < CAUGHT_UP_S:
            self._told = False
            return "The words have caught up."
        return ""

    @property
    def line(self) -> str:
        """For the screen, as long as it lasts."""
        return f"words {self.behind_s:.0f} s late" if self._told else ""


class PlainScreen:
    """One line for everything that is said; for logs, pipes and screen readers."""

    def __init__(self, snapshot: Callable[[], Snapshot], write: Callable[[str], None] = print) -> None:
        self._snapshot = snapshot
        self._write = write
        self._phase = ""
        self._transcript = _Transcript()
        self._lag = Lag()

    def observe(self, event: Event | None, commands: Sequence[Command]) -> None:
        """Print what is new."""
        for line in self._transcript.take(event):
            self._write(f"You: {line}")
        if news := self._lag.take(event, commands):
            self._write(f"Note: {news}")
        for command in commands:
            if isinstance(command, Say):
                for line in self._transcript.take(SpeechStarted(0.0, 0, 0.0)):
                    self._write(f"You: {line}")
                self._write(f"Interviewer: {command.text}")
            elif isinstance(command, Notice):
                self._write(f"Note: {command.text}")
        shot = self._snapshot()
        if shot.phase != self._phase and shot.state == "listening":
            self._phase = shot.phase
            left = clock_text(shot.interview_left_s)
            figures = f"; {shot.live_line}" if shot.live_line else ""
            self._write(f"[{shot.phase}; {left} left{figures}]")

    def refresh(self) -> None:
        """Nothing moves between lines."""

    def __enter__(self) -> PlainScreen:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._transcript.rest():
            self._write(f"You: {line}")


class LiveScreen:
    """A panel that is redrawn in place: phase, time left, level, and what was just heard."""

    def __init__(self, snapshot: Callable[[], Snapshot], console: Console) -> None:
        self._snapshot = snapshot
        self._console = console
        self._lines: deque[Text] = deque(maxlen=KEPT_LINES)
        self._transcript = _Transcript()
        self._lag = Lag()
        self._hearing = False
        self._live = Live(console=console, auto_refresh=False, transient=True, screen=False)

    def observe(self, event: Event | None, commands: Sequence[Command]) -> None:
        """Redraw with what is new."""
        if isinstance(event, SpeechStarted):
            self._hearing = True
        elif isinstance(event, SpeechPaused | UtteranceEnded):
            self._hearing = False
        for line in self._transcript.take(event):
            self._lines.append(Text.assemble(("You  ", "bold cyan"), line))
        if news := self._lag.take(event, commands):
            self._lines.append(Text.assemble(("Note  ", "bold yellow"), news))
        for command in commands:
            if isinstance(command, Say):
                self._lines.append(Text.assemble(("Interviewer  ", "bold magenta"), command.text))
            elif isinstance(command, Notice):
                self._lines.append(Text.assemble(("Note  ", "bold yellow"), command.text))
        self.refresh()

    def refresh(self) -> None:
        """Redraw; called at least four times a second."""
        self._live.update(self._draw(), refresh=True)

    def __enter__(self) -> LiveScreen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _draw(self) -> Panel:
        shot = self._snapshot()
        head = Table.grid(expand=True, padding=(0, 1))
        head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right", no_wrap=True)
        over = shot.phase_left_s < 0
        head.add_row(
            Text(shot.phase or "before the question", style="bold"),
            Text(
                f"step {clock_text(shot.phase_left_s)}   interview {clock_text(shot.interview_left_s)}",
                style="red" if over else "",
            ),
        )
        meter = Table.grid(expand=True, padding=(0, 1))
        meter.add_column(width=24, no_wrap=True)
        meter.add_column(ratio=1)
        meter.add_column(justify="right", no_wrap=True)
        share = (min(HIGHEST_DB, max(LOWEST_DB, shot.level_db)) - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)
        lost = f"{shot.dropped_blocks} blocks lost" if shot.dropped_blocks else ""
        trouble = "; ".join(filter(None, (lost, self._lag.line)))
        hearing = "hearing you" if self._hearing else STATES.get(shot.state, shot.state)
        meter.add_row(
            Text(hearing, style="green" if self._hearing else ""), ProgressBar(100, share * 100), trouble
        )
        parts: list[Table | Text] = [head, meter]
        if shot.live_line:
            parts.append(Text(shot.live_line, style="dim"))
        parts.append(Text(""))
        parts += list(self._lines)
        return Panel(Group(*parts), title="voice interviewer", subtitle="Ctrl-C ends with a report")
