"""The judge of whether an answer is finished, loaded when it is first asked, or by `warm_up`."""

from __future__ import annotations

import threading
from pathlib import Path

from voice_interviewer.adapters.finished import HEAD, LAYERS, MODEL_FILE, FinishedJudge, load_head
from voice_interviewer.adapters.llama_trunk import LlamaTrunk
from voice_interviewer.adapters.paths import content_dir


class LazyJudge:
    """Implements `runtime.jobs.AnswerJudge` over the weights in a folder."""

    def __init__(self, model_folder: Path) -> None:
        self._folder = model_folder
        self._judge: FinishedJudge | None = None
        self._lock = threading.Lock()

    def warm_up(self, question: str = "") -> None:
        """Load the weights and read a question. Raises ModelError."""
        with self._lock:
            self._loaded().prepare(question)

    def judge(self, question: str, answer: str) -> float:
        """See `FinishedJudge.judge`. Raises ModelError."""
        with self._lock:
            return self._loaded().judge(question, answer)

    def _loaded(self) -> FinishedJudge:
        if self._judge is None:
            trunk = LlamaTrunk(self._folder / MODEL_FILE, LAYERS)
            self._judge = FinishedJudge(trunk, load_head(content_dir() / HEAD))
        return self._judge
