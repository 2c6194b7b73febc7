"""What a session is held with is let go of before the recording is heard again with models of its own."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.cli import holding
from voice_interviewer.core.errors import DeviceError


class Loop:
    """A session's loop that ends at once."""

    def __init__(self, failure: DeviceError | None) -> None:
        self._failure = failure

    def run(self) -> str:
        if self._failure:
            raise self._failure
        return "completed"


@pytest.mark.parametrize("failure", [None, DeviceError("the microphone is gone", hint="plug it in")])
def test_nothing_of_the_stage_outlives_the_session(
    failure: DeviceError | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[Any]] = []

    @contextmanager
    def staged(*_: object) -> Iterator[SimpleNamespace]:
        loop = Loop(failure)
        held.append(weakref.ref(loop))
        yield SimpleNamespace(loop=loop, folder=SessionFolder(tmp_path), idle=lambda refresh: None)

    monkeypatch.setattr("voice_interviewer.bootstrap.staged", staged)
    began: list[SessionFolder] = []
    practice: Any = SimpleNamespace(minutes=5.0, live_figures=False)
    folder, reason, broken = holding._hold(practice, Console(), plain=True, began=began.append)
    gc.collect()
    assert began == [folder] and folder.path == tmp_path
    assert (reason, broken) == (("", failure) if failure else ("completed", None))
    assert held[0]() is None
