"""The judge of whether an answer is finished, loaded when it is first asked, or by `warm_up`."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from voice_interviewer.adapters.finished import HEAD, LAYERS, MODEL_FILE, FinishedJudge, load_head
from voice_interviewer.adapters.llama_trunk import LlamaTrunk
from voice_interviewer.adapters.paths import content_dir

FORGETTING_S = 1.0
"""So long it is waited for a judgement under way before its memory is left to it."""
_LOCK = threading.Lock()


class LazyJudge:
    """Implements `runtime.jobs.AnswerJudge` over the weights in a folder. Thread-safe."""

    def __init__(self, model_folder: Path) -> None:
        self._folder = model_folder

    def warm_up(self, question: str = "") -> None:
        """Load the weights and read a question. Raises ModelError."""
        with _LOCK:
            _loaded(self._folder).prepare(question)

    def judge(self, question: str, answer: str) -> float:
        """See `FinishedJudge.judge`. Raises ModelError."""
        with _LOCK:
            return _loaded(self._folder).judge(question, answer)

    def forget(self) -> None:
        """The interview is over: its last answer need not be kept until the next one."""
        # Somebody who hangs in there must not hold up the end of a session.
        if _loaded.cache_info().currsize and _LOCK.acquire(timeout=FORGETTING_S):
            try:
                _loaded(self._folder).forget()
            finally:
                _LOCK.release()


@cache
def _loaded(model_folder: Path) -> FinishedJudge:
    """Once a process: the rounds of a loop would otherwise each take a hundred megabytes anew."""
    return FinishedJudge(LlamaTrunk(model_folder / MODEL_FILE, LAYERS), load_head(content_dir() / HEAD))
