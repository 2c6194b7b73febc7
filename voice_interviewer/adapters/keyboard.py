"""Waiting for the Enter key, on any system, without ever blocking the program's end."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable

TICK_S = 0.25


class EnterKey:
    """Reads lines on a daemon thread; one at most is in flight, and none is begun before the first wait."""

    def __init__(self, read_line: Callable[[], str] | None = None) -> None:
        self._read_line = read_line or sys.stdin.readline
        self._pressed = threading.Event()
        self._reader: threading.Thread | None = None

    def wait(self, seconds: float, tell: Callable[[float], None] = lambda _left: None) -> bool:
        """Wait until Enter, or the seconds, have passed; True for Enter. `tell` hears what is left.

        The end of the input counts as Enter: nobody is there to press it. Raises KeyboardInterrupt.
        """
        self._pressed.clear()
        if self._reader is None or not self._reader.is_alive():
            self._reader = threading.Thread(target=self._read, daemon=True, name="keyboard")
            self._reader.start()
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            tell(left_s)
            if self._pressed.wait(min(TICK_S, left_s)):
                return True
        return False

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # no terminal, or closed
            self._read_line()
        self._pressed.set()
