"""Is the answer finished, as far as its content tells? A complete sentence may open an answer or end it.

'I see this as a marketplace problem.' sets something up; 'It took us eight months.' settles it. A small
language model reads the question and the answer so far; what the lower half of it makes of the last word and
of all that was said goes into one logistic regression trained by `scripts/train_finished.py`. It does not
look at the sound, and core/endpointing.py keeps its own count of clauses that hang in the air.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.weights_file import weights_in
from voice_interviewer.core.errors import ModelError

Array = NDArray[np.float32]

MODEL_ID = "smollm2-135m-instruct"
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
HEAD = "finished_head.npz"
LAYERS = 16
"""Of 30."""
LIMIT = 2.5
"""Points either way: words alone prove no more."""
UNKNOWN_QUESTION = "Please go on."
LONGEST = 900
"""Tokens of an answer that are read, some five minutes ..."""
FORGOTTEN = 300
"""... and so many at once are dropped from the front of a longer one."""
PROMPT = (
    "<|im_start|>system\nYou are the candidate in a spoken job interview. Answer the interviewer's question."
    "<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
)


class Reader(Protocol):
    """The language model, as far as it is needed here."""

    def tokens(self, text: str) -> list[int]:
        """The text's tokens."""

    def read(self, ids: list[int]) -> Array:
        """What the model makes of each token: shape (tokens, width)."""

    def forget(self) -> None:
        """Keep nothing of what was read."""


def recipe() -> str:
    """Changes whenever the head must be trained anew: its inputs would mean something else."""
    inputs = f"{MODEL_FILE} {LAYERS} {PROMPT} {UNKNOWN_QUESTION} last said"
    return hashlib.sha256(inputs.encode()).hexdigest()[:16]


def save_head(path: Path, weights: Array) -> None:
    """Write the trained weights: one for each number of `state`."""
    np.savez_compressed(
        path, weights=weights.astype(np.float32), recipe=np.frombuffer(recipe().encode(), dtype=np.uint8)
    )


def load_head(path: Path) -> Array:
    """The trained weights. Raises ModelError when they are no such file, or were trained for other inputs."""
    with weights_in(path, path.name) as data:
        weights: Array = data["weights"].astype(np.float32)
        made_for = data["recipe"].tobytes().decode()
    if made_for != recipe() or weights.ndim != 1:
        raise ModelError(f"{path.name} was trained for other inputs", hint="python scripts/train_finished.py")
    return weights


def state(reader: Reader, question: str, answer: str) -> Array:
    """What the model makes of the answer's last word, and of all its words on average, and a constant one:
    shape (2 * width + 1,). The average tells how much of an answer is there.
    """
    prompt, said = _tokens(reader, question, answer)
    states = reader.read(prompt + said)
    parts = states[-1], states[len(prompt) :].mean(axis=0), np.ones(1)
    return np.concatenate(parts).astype(np.float32)


def _tokens(reader: Reader, question: str, answer: str) -> tuple[list[int], list[int]]:
    """Those of the question with all around it, and those of the answer."""
    prompt = reader.tokens(PROMPT.format(question=question.strip() or UNKNOWN_QUESTION))
    said = reader.tokens(answer.strip())
    if len(said) > LONGEST:
        # In steps, so that what was read before is mostly still good.
        said = said[-(-(len(said) - LONGEST) // FORGOTTEN) * FORGOTTEN :]
    return prompt, said


class FinishedJudge:
    """Points for the end of the turn, from what was said. Safe to call from one thread at a time."""

    def __init__(self, reader: Reader, weights: Array) -> None:
        self._reader = reader
        self._weights = weights

    def prepare(self, question: str, answer: str = "") -> None:
        """Read the question, and what was said until now, before it is needed."""
        prompt, said = _tokens(self._reader, question, answer)
        self._reader.read(prompt + said)

    def forget(self) -> None:
        """Give up the memory that the answer so far takes, up to 25 MB; reading it again costs a second."""
        self._reader.forget()

    def judge(self, question: str, answer: str) -> float:
        """How much likelier these words are at an answer's end than at a pause inside: natural logarithm.

        Between -LIMIT and LIMIT, 0 where there are no words; it does not depend on how frequent ends are.
        Meant for the closures of `JUDGED_CLOSURES`, to be added to their points. `question`
        may be empty.
        """
        if not answer.strip():
            return 0.0
        return float(np.clip(state(self._reader, question, answer) @ self._weights, -LIMIT, LIMIT))
