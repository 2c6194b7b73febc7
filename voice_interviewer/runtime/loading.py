"""What will be needed soon is loaded while something else waits."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable


def load(*warm_ups: Callable[[], object]) -> None:
    """Each on a thread of its own. What fails is met again, and reported, by whoever needs it."""

    def quietly(warm_up: Callable[[], object]) -> None:
        with contextlib.suppress(Exception):
            warm_up()

    for warm_up in warm_ups:
        threading.Thread(target=quietly, args=(warm_up,), daemon=True, name="loader").start()
