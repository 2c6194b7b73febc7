"""How probable it is that a line answers one of the question's own follow-ups, before it was asked.

A handful of features of a follow-up and a passage, weighed by a logistic head that
`scripts/train_answers.py` trained and `content/answer_head.npz` keeps. What helps most is to compare: a
passage that is much nearer to another follow-up of the same question answers that one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.meaning_features import Array
from voice_interviewer.adapters.weights_file import weights_in
from voice_interviewer.core.content import Question
from voice_interviewer.core.hearing import ANSWERS
from voice_interviewer.core.stems import content_stems

FILE = "answer_head.npz"
FEATURES = 8
MOST_SHARED = 3
LEAST = 0.05
"""Hardly probable answers would only fill the journal."""


class AnswerHead:
    """Trained weights, shape (FEATURES,); the last is the constant."""

    def __init__(self, weights: Array) -> None:
        self.weights = weights

    def save(self, path: Path) -> None:
        """Full precision: there are eight of them."""
        np.savez_compressed(path, weights=self.weights.astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> AnswerHead | None:
        """None where there is none, or one of other features. Raises ModelError."""
        if not path.is_file():
            return None
        with weights_in(path, "the head for answered follow-ups") as data:
            weights = data["weights"].astype(np.float32)
        return cls(weights) if weights.shape == (FEATURES,) else None

    def probabilities(self, features: Array) -> Array:
        """Of features of shape (..., FEATURES)."""
        result: Array = 1.0 / (1.0 + np.exp(-np.clip(features @ self.weights, -30, 30)))
        return result


class FollowUps:
    """A question's own follow-ups, embedded once."""

    def __init__(self, question: Question, embed: Callable[[list[str]], Array]) -> None:
        self.texts = [follow_up.text for follow_up in question.follow_ups]
        self._asked = embed(self.texts)
        self._wording = embed([question.wording])[0]
        topic = content_stems(question.wording)
        self._topic = topic
        self._stems = [content_stems(text) - topic for text in self.texts]

    def features(self, passages: Sequence[str], embeddings: Array) -> Array:
        """Shape (passages, follow-ups, FEATURES) for embeddings of shape (passages, 384)."""
        near = embeddings @ self._asked.T
        found = np.zeros((len(passages), len(self.texts), FEATURES), dtype=np.float32)
        to_topic, topic_to_asked = embeddings @ self._wording, self._asked @ self._wording
        for row, passage in enumerate(passages):
            said = content_stems(passage) - self._topic
            for column, asked in enumerate(self._stems):
                shared = len(asked & said)
                others = np.delete(near[row], column)
                found[row, column] = (
                    near[row, column],
                    others.max() if len(others) else 0.0,
                    to_topic[row],
                    topic_to_asked[column],
                    shared / max(1, len(asked)),
                    min(shared, MOST_SHARED),
                    np.log(len(passage.split()) + 1.0),
                    1.0,
                )
        return found


class Answering:
    """Scores passages against one question's follow-ups, which are embedded with the first of them."""

    def __init__(self, head: AnswerHead, question: Question, embed: Callable[[list[str]], Array]) -> None:
        self._head = head
        self._question = question
        self._embed = embed
        self._asked: FollowUps | None = None

    def scores(self, passages: Sequence[str], embeddings: Array) -> dict[str, float]:
        """'?0' -> the highest probability that one of the passages answers follow-up 0, and so on."""
        if self._asked is None:
            self._asked = FollowUps(self._question, self._embed)
        found = self._head.probabilities(self._asked.features(passages, embeddings)).max(axis=0)
        likely = {number: round(float(value), 3) for number, value in enumerate(found)}
        return {f"{ANSWERS}{number}": value for number, value in likely.items() if value >= LEAST}
