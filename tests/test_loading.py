"""Loading while something else waits."""

from __future__ import annotations

import threading

from voice_interviewer.core.events import PromptStarted, SessionStarted
from voice_interviewer.runtime.loading import load
from voice_interviewer.stage_building import load_while_speaking


def test_one_is_loaded_after_the_other_and_what_fails_keeps_nobody_from_it() -> None:
    order: list[str] = []
    done = threading.Event()

    def fails() -> None:
        order.append("fails")
        raise ImportError("incomplete")

    load(fails, lambda: order.append("loads"), done.set)
    assert done.wait(5.0)
    assert order == ["fails", "loads"]


def test_what_the_greeting_can_do_without_loads_once_it_has_begun() -> None:
    loaded: list[str] = []
    done = threading.Event()
    observe = load_while_speaking([lambda: loaded.append("voice"), done.set])
    observe(SessionStarted(0.0), [])
    assert not done.wait(0.1)
    observe(PromptStarted(0.1, 1), [])
    observe(PromptStarted(2.0, 2), [])
    assert done.wait(5.0)
    assert loaded == ["voice"]
