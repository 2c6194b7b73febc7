"""Progress of downloads and of listening: bars on a terminal, lines in a log; always on standard error."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


class TerminalProgress:
    """Shows a fetch; to be entered before it begins."""

    def __init__(self) -> None:
        width = shutil.get_terminal_size().columns
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None if width > 80 else 14),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._task: TaskID | None = None

    def __enter__(self) -> TerminalProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, label: str, done: int, total: int | None) -> None:
        """A file starts at `done` of `total` bytes; may be said again when more is known."""
        first_time = label not in self._tasks
        if first_time:
            short = label if len(label) <= 30 else label[:29] + "…"
            self._tasks[label] = self._bars.add_task(short, total=total)
        self._task = self._tasks[label]
        self._bars.update(self._task, completed=done, total=total)
        if not self._console.is_terminal and (first_time or done):
            self.note(f"  {label}" + (f", going on at {done / 1e6:.0f} MB" if done else ""))

    def advance(self, count: int) -> None:
        """`count` more bytes."""
        if self._task is not None:
            self._bars.advance(self._task, count)

    def note(self, text: str) -> None:
        """One line."""
        if self._console.is_terminal:
            self._bars.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr, flush=True)


class ListeningProgress:
    """How much of a sound was listened to, and the time left; one line where there is no terminal."""

    def __init__(self, name: str, duration_s: float, *, doing: str = "reviewing") -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None if console.width > 80 else 20),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        if not console.is_terminal:
            print(f"{doing} {name} ({duration_s:.0f} s)", file=sys.stderr, flush=True)
        short = name if len(name) <= 34 else f"{name[:33]}…"
        self._task = self._bars.add_task(short, total=duration_s or None)

    def at(self, done_s: float) -> None:
        """So much of the sound is done."""
        self._bars.update(self._task, completed=done_s)

    def __enter__(self) -> ListeningProgress:
        self._bars.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._bars.stop()
