"""One thread, one queue, one owner. Jobs can be called off; a failure is an event, never a dead session."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from voice_interviewer.core.errors import VoiceInterviewerError

Job = TypeVar("Job")
Cancelled = Callable[[], bool]
"""Asked between steps of a long job: True once the job was called off."""

_STOP, _URGENT, _ORDINARY = range(3)


class Worker(Generic[Job]):
    """Runs `handle(job, cancelled)` for each job on its own daemon thread: urgent ones first."""

    def __init__(
        self,
        name: str,
        handle: Callable[[Job, Cancelled], None],
        failed: Callable[[str, str], None],
        urgent: Callable[[Job], bool] = lambda _job: False,
    ) -> None:
        self.name = name
        self._handle = handle
        self._failed = failed
        self._urgent = urgent
        # (rank, number, job with its generation); no two numbers are equal, so jobs are never compared
        self._jobs: queue.PriorityQueue[tuple[int, int, tuple[int, Job] | None]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._generation = 0
        self._unfinished = 0
        self._busy_since_s: float | None = None
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.dead = False

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; never blocks. Ignored by a dead worker."""
        if self.dead:
            return
        with self._lock:
            self._unfinished += 1
            rank = _URGENT if self._urgent(job) else _ORDINARY
            self._jobs.put((rank, next(self._numbers), (self._generation, job)))

    def interrupt(self) -> None:
        """Call off the running job and all that are queued; does not wait."""
        with self._lock:
            self._generation += 1

    def busy_for_s(self) -> float:
        """How long the running job has taken, 0 when idle."""
        since = self._busy_since_s
        return 0.0 if since is None else time.monotonic() - since

    def abandon(self) -> None:
        """Give up on a stuck worker: its thread is left to die with the process."""
        self.dead = True
        with self._lock:
            self._generation += 1
            self._unfinished = 0
            self._lock.notify_all()

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until all jobs are done; False when time ran out."""
        with self._lock:
            return self._lock.wait_for(lambda: self._unfinished == 0 or self.dead, timeout_s)

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Finish the running job, drop the rest, end the thread; False when it does not end in time."""
        self.interrupt()
        self._jobs.put((_STOP, next(self._numbers), None))
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (item := self._jobs.get()[2]) is not None:
            generation, job = item

            def cancelled(mine: int = generation) -> bool:
                return mine != self._generation

            self._busy_since_s = time.monotonic()
            try:
                self._handle(job, cancelled)
            except VoiceInterviewerError as error:
                self._failed(self.name, str(error))
            except Exception as error:  # whatever a library throws: one line, and the session goes on
                self._failed(self.name, f"{type(error).__name__}: {error}".strip())
            finally:
                self._busy_since_s = None
                with self._lock:
                    self._unfinished = max(0, self._unfinished - 1)
                    self._lock.notify_all()
            if self.dead:
                return
