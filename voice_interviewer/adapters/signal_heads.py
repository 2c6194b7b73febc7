"""Which signals a text gives, by meaning: one small head per signal on a sentence embedding.

Patterns know the phrases that people often use for a signal; most say it in words of their own. The heads are
trained by `scripts/train_signals.py` and kept in `content/signal_heads/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.answer_head import FILE, AnswerHead, Answering
from voice_interviewer.adapters.meaning import scorer_for
from voice_interviewer.adapters.meaning_features import EMBEDDING_GAIN, Array
from voice_interviewer.adapters.noticing import noticing_with
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.weights_file import weights_in
from voice_interviewer.core.content import Framework, Question
from voice_interviewer.core.hearing import PROVED_BY, passage_spans, says_nothing
from voice_interviewer.core.signals import GIVES
from voice_interviewer.ports import MeaningScorer

HEADS = "signal_heads"
LEAST = 0.15
SEVERAL = {
    "several_segments": "segment_named",
    "several_pains": "pain_point_named",
    "several_solutions": "solution_described",
    "several_hypotheses": "hypothesis_stated",
}
"""Signals that no single sentence gives: two sentences each give the one beside it."""


class SignalHeads:
    """Trained weights of one framework: `weights` has shape (385, signals), the last row is the constant."""

    def __init__(self, ids: Sequence[str], weights: Array) -> None:
        self.ids = tuple(ids)
        self.weights = weights

    def save(self, path: Path) -> None:
        """Half precision is plenty."""
        names = np.frombuffer("\n".join(self.ids).encode(), dtype=np.uint8)
        np.savez_compressed(path, ids=names, weights=self.weights.astype(np.float16))

    @classmethod
    def load(cls, path: Path, framework: Framework) -> SignalHeads | None:
        """None where there are none, or none that fit the framework's signals. Raises ModelError."""
        heads = cls.read(path)
        return heads if heads is not None and set(heads.ids) == signal_ids(framework) else None

    @classmethod
    def read(cls, path: Path) -> SignalHeads | None:
        """None where there are none. Raises ModelError."""
        if not path.is_file():
            return None
        with weights_in(path, f"the signal heads {path.name}") as data:
            return cls(data["ids"].tobytes().decode().split("\n"), data["weights"].astype(np.float32))

    def probabilities(self, embeddings: Array) -> Array:
        """Shape (texts, signals) for embeddings of shape (texts, 384)."""
        scores = rows(embeddings) @ self.weights
        result: Array = 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
        return result


def rows(embeddings: Array) -> Array:
    """What the heads look at: shape (texts, 385)."""
    ones = np.ones((len(embeddings), 1), dtype=np.float32)
    return np.concatenate([embeddings * np.float32(EMBEDDING_GAIN), ones], axis=1)


def signal_ids(framework: Framework) -> set[str]:
    """All signals of a framework."""
    return {signal.id for phase in framework.phases for signal in phase.signals}


def passages(text: str) -> list[str]:
    """The sentences of a text; a short one goes together with the next, or the last with the one before."""
    return [text[start:end] for start, end in passage_spans(text)]


def _several(ids: Sequence[str], found: Array, best: Array) -> list[tuple[str, float]]:
    """(signal, probability); of several things as probable as the second best sentence about one."""
    named = dict(zip(ids, map(float, best), strict=True))
    for many, one in SEVERAL.items():
        if many in named and one in named and len(found) > 1:
            second = float(np.sort(found[:, ids.index(one)])[-2])
            named[many] = max(named[many], second)
    return list(named.items())


class Understanding:
    """MeaningScorer of one framework: the phases a line fits, the signals it gives, and which of the
    question's own follow-ups it answers.
    """

    def __init__(
        self,
        phases: MeaningScorer,
        heads: SignalHeads,
        embed: Callable[[list[str]], Array],
        answering: Answering | None = None,
    ) -> None:
        self._phases = phases
        self._heads = heads
        self._embed = embed
        self._answering = answering

    def scores(self, text: str) -> dict[str, float]:
        """Those of the phases, '=id' -> probability that the line gives the signal, '@id' -> number of the
        passage that gives it, and '?0' -> probability that it answers the question's own follow-up 0.
        """
        scores = dict(self._phases.scores(text))
        read = passages(text)
        if read and not says_nothing(text):
            embedded = self._embed(read)
            found = self._heads.probabilities(embedded)
            best = found.max(axis=0)
            # Hardly probable ones would only fill the journal.
            named = [pair for pair in _several(self._heads.ids, found, best) if pair[1] >= LEAST]
            places = dict(zip(self._heads.ids, found.argmax(axis=0), strict=True))
            scores |= {GIVES + one: round(float(value), 3) for one, value in named}
            scores |= {PROVED_BY + one: float(places[one]) for one, _ in named}
            if self._answering is not None:
                scores |= self._answering.scores(read, embedded)
        return scores


def understanding_of(
    framework: Framework,
    question: Question | None = None,
    *,
    model_folder: Path | None = None,
    content_folder: Path | None = None,
) -> MeaningScorer | None:
    """The scorer of a framework: without signals where their heads are missing, None without the model."""
    phases = scorer_for(framework, model_folder=model_folder, content_folder=content_folder)
    if phases is None:
        return None
    folder = content_folder or content_dir()
    heads = SignalHeads.load(folder / HEADS / f"{framework.id}.npz", framework)
    if heads is None:
        return phases
    head = AnswerHead.load(folder / FILE) if question is not None and question.follow_ups else None
    answering = Answering(head, question, phases.embed) if head is not None and question is not None else None
    return noticing_with(Understanding(phases, heads, phases.embed, answering), phases.embed, folder)
