"""One thread, one queue: urgent jobs first, the others in order, failures told and survived."""

from __future__ import annotations

import threading
from collections.abc import Callable

from voice_interviewer.core.errors import ModelError
from voice_interviewer.runtime.worker import Worker


def run(jobs: list[str], *, handle: Callable[[str], None] = lambda _job: None) -> tuple[list[str], list[str]]:
    """Queue all jobs while the first is held up; what was done, in order, and what was said of failures."""
    done: list[str] = []
    failures: list[str] = []
    go = threading.Event()

    def work(job: str, _cancelled: Callable[[], bool]) -> None:
        if not done:
            go.wait(5.0)
        done.append(job)
        handle(job)

    worker = Worker("test", work, lambda _name, why: failures.append(why), urgent=lambda job: job.isupper())
    worker.start()
    for job in jobs:
        worker.submit(job)
    go.set()
    assert worker.wait_idle(5.0)
    assert worker.stop()
    return done, failures


def test_urgent_jobs_overtake_those_that_wait() -> None:
    done, _ = run(["a", "b", "c", "D", "e", "F"])
    assert done[0] in "aD"  # 'a' had begun unless the thread was slow to start
    rest = [job for job in done if job != "a"]
    assert rest == ["D", "F", "b", "c", "e"]


def test_a_failure_does_not_end_the_worker() -> None:
    def fail(job: str) -> None:
        if job == "b":
            raise ModelError("no voice")
        if job == "c":
            raise KeyError("x")

    done, failures = run(["a", "b", "c", "d"], handle=fail)
    assert done == ["a", "b", "c", "d"]
    assert failures == ["no voice", "KeyError: 'x'"]
