"""Progress of downloads: bars on a terminal, a line now and then in a log; always on standard error."""

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
