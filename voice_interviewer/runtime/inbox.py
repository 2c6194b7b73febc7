"""One inbox for all events. Live it waits on the clock; simulated it drives the sample counter instead."""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from voice_interviewer.core.events import Event
from voice_interviewer.ports import Clock


class Inbox(Protocol):
    """Where every worker puts its events."""

    def put(self, event: Event) -> None:
        """Hand over an event; never blocks."""
        ...

    def get(self, until_s: float | None) -> Event | None:
        """The next event, None when session time `until_s` is reached first."""
        ...


class SessionClock:
    """Session seconds on the monotonic clock; zero is where `start` was called."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._zero_s = monotonic()

    def start(self, at_s: float = 0.0) -> None:
        """Session time is `at_s` now, 0 for a new session: the microphone's first block is on its way."""
        self._zero_s = self._monotonic() - at_s

    def now_s(self) -> float:
        """Seconds since the start."""
        return self._monotonic() - self._zero_s


class LiveInbox:
    """A queue between threads."""

    LONGEST_WAIT_S = 0.25
    """Python's main thread sees a signal only between waits on some systems; so none is long."""

    def __init__(self, clock: Clock, idle: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.idle = idle
        """Called between waits, at least four times a second: the screen and the watchdogs live on it."""

    def put(self, event: Event) -> None:
        """Hand over an event from any thread."""
        self._queue.put(event)

    def get(self, until_s: float | None) -> Event | None:
        """Wait for an event until session time `until_s`; None means wait for ever."""
        while True:
            left_s = self.LONGEST_WAIT_S if until_s is None else until_s - self._clock.now_s()
            try:
                return self._queue.get(timeout=min(self.LONGEST_WAIT_S, max(0.0, left_s)))
            except queue.Empty:
                self.idle()
                if until_s is not None and self._clock.now_s() >= until_s:
                    return None


class SampleCounterClock:
    """Session time is the number of frames that went by."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        """Seconds of sound so far."""
        return self._now_s

    def advance_to(self, at_s: float) -> None:
        """The sound has got this far; never backwards."""
        self._now_s = max(self._now_s, at_s)


class SimulatedInbox:
    """Runs the listener itself, frame by frame, whenever nothing is waiting. Single-threaded and
    deterministic.
    """

    def __init__(self, clock: SampleCounterClock, step: Callable[[], None]) -> None:
        self._clock = clock
        self._step = step
        self._heap: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()

    def put(self, event: Event) -> None:
        """Hand over an event; one with a later `at_s` is delivered when the sound gets there."""
        with self._lock:
            heapq.heappush(self._heap, (event.at_s, next(self._order), event))

    def withdraw(self, unwanted: Callable[[Event], bool]) -> None:
        """Take back events that were scheduled and will not happen after all."""
        with self._lock:
            self._heap = [entry for entry in self._heap if not unwanted(entry[2])]
            heapq.heapify(self._heap)

    def get(self, until_s: float | None) -> Event | None:
        """The next event by session time, stepping the sound forward as needed."""
        while True:
            with self._lock:
                if self._heap and self._heap[0][0] <= self._clock.now_s() + 1e-9:
                    return heapq.heappop(self._heap)[2]
            if until_s is not None and self._clock.now_s() >= until_s:
                return None
            self._step()
