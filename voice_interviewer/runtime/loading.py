"""What will be needed soon is loaded while something else waits."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable


def load(*warm_ups: Callable[[], object]) -> None:
    """One after the other, on a thread. What fails is met again, and reported, by whoever needs it.

    Not all at once: libraries that load hold up every other thread, the one that feeds the loudspeaker too.
    """

    def quietly() -> None:
        for warm_up in warm_ups:
            with contextlib.suppress(Exception):
                warm_up()

    threading.Thread(target=quietly, daemon=True, name="loader").start()
