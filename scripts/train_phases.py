"""Trains the phase heads: tests/data/phases, the frameworks' examples and the question bank's points ->
content/phase_heads/*.npz.

    python scripts/train_phases.py [FRAMEWORK ...] [--splits train dev] [--out FOLDER]

The test split is never read. Needs the sentence model's weights; a few minutes on one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phase_data import FOLDER, Interview, Line, Said, load_interviews

from voice_interviewer.adapters.content_files import load_frameworks, load_questions
from voice_interviewer.adapters.meaning import HEADS, MODEL_ID, PhaseHeads
from voice_interviewer.adapters.meaning_features import Array, CueFeatures, cue_digest, features, grams
from voice_interviewer.adapters.minilm import DIMENSIONS, MiniLm
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core.content import Framework

VARIANTS = ((0, False), (1, False), (0, True))
"""The same words are cut into lines in several ways, one of them rough."""
MIN_INTERVIEWS = 4
"""A word or phrase must occur in as many to be looked at: what occurs in one is its topic."""
RIDGE = 3e-3
ROUNDS = 120


class Embedder:
    """Embeds each text once."""

    def __init__(self) -> None:
        self._model = MiniLm(model_path(MODEL_ID))
        self._known: dict[str, Array] = {}

    def __call__(self, texts: Sequence[str]) -> Array:
        """Shape (texts, 384)."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._model.embed([text])[0]
        return np.stack([self._known[text] for text in texts])


def spoken_for(framework: Framework, splits: tuple[str, ...]) -> list[Interview]:
    """The labelled interviews in all their cuts."""
    cuts = [load_interviews(framework.id, splits, variant=number, rough=rough) for number, rough in VARIANTS]
    return [interview for cut in cuts for interview in cut]


def written(framework: Framework) -> list[Interview]:
    """Lines with a known phase from the content: not spoken, but about a hundred other topics."""
    ids = [phase.id for phase in framework.phases]
    found = []
    for question in load_questions():
        if question.framework != framework.id:
            continue
        lines = [_line(point + ".", phase) for phase in question.points for point in question.points[phase]]
        lines += [_line(one.text, one.phase) for one in question.follow_ups]
        lines += [_line(fact, ids[0]) for fact in question.clarifications.values()]
        found.append(Interview(f"bank-{question.id}", framework.id, "train", tuple(lines)))
    for phase in framework.phases:
        texts = phase.examples + phase.invitations
        texts += tuple(text for signal in phase.signals for text in signal.follow_ups)
        lines = [_line(text, phase.id) for text in texts]
        found.append(Interview(f"example-{phase.id}", framework.id, "train", tuple(lines)))
    return found


def openers(framework_id: str) -> tuple[list[Said], list[Said]]:
    """Sentences that open a phase, and sentences that only name one."""
    opening: list[Said] = []
    naming: list[Said] = []
    path = FOLDER / framework_id / "openers.lst"
    for raw in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        if raw.strip() and not raw.startswith("#"):
            phase, text = (part.strip() for part in raw.split("|", 1))
            (naming if phase == "-" else opening).append(Said(phase, phase == "-", text))
    return opening, naming


def train(framework: Framework, spoken: list[Interview], embed: Embedder) -> PhaseHeads:
    """Both heads of a framework."""
    ids = [phase.id for phase in framework.phases]
    opening, naming = openers(framework.id)
    extra = Interview("openers", framework.id, "train", tuple(_line(one.text, one.phase) for one in opening))
    taught = [*spoken, *written(framework), extra]
    vocabulary = _vocabulary(taught)
    cues = KnownCues(framework)

    def rows(texts: Sequence[str]) -> Rows:
        return Rows(texts, embed(texts), vocabulary, cues)

    lines = [line for interview in taught for line in interview.lines]
    values = rows([line.text for line in lines])
    classes = np.array([len(ids) if line.neutral else ids.index(line.phase) for line in lines])
    weights = np.array([len(line.text.split()) + 1.0 for line in lines])
    phase, phase_priors = softmax_regression(values, classes, weights, len(ids) + 1)

    texts: list[str] = []
    opens: list[int] = []
    heavy: list[float] = []
    for interview in spoken:
        previous = ""
        for line in interview.lines:
            new = bool(previous) and line.phase != previous
            texts.append(line.text)
            opens.append(1 + ids.index(line.phase) if new else 0)
            heavy.append(3.0 if new else 1.0)
            previous = line.phase
    for said in (*opening, *naming):
        texts.append(said.text)
        opens.append(0 if said.neutral else 1 + ids.index(said.phase))
        heavy.append(3.0 if said.neutral else 2.0)
    head, head_priors = softmax_regression(rows(texts), np.array(opens), np.array(heavy), len(ids) + 1)
    return PhaseHeads(phase, head, vocabulary, np.stack([phase_priors, head_priors]))


class Rows:
    """The features of many lines as `features` lays them out, without the zeros: of thousands of phrases a
    line has a few dozen, and the matrix of all would take gigabytes.
    """

    def __init__(
        self, texts: Sequence[str], embeddings: Array, vocabulary: dict[str, int], cues: CueFeatures
    ) -> None:
        self._dense = features(texts, embeddings, {}, cues)
        self._phrases = slice(DIMENSIONS, DIMENSIONS + len(vocabulary))
        found = [[vocabulary[gram] for gram in _phrases(text) if gram in vocabulary] for text in texts]
        line = np.repeat(np.arange(len(texts)), [len(one) for one in found])
        phrase = np.array([index for one in found for index in one], dtype=np.int64)
        order = np.argsort(phrase, kind="stable")
        self._by_line = (phrase, np.bincount(line, minlength=len(texts)))
        self._by_phrase = (line[order], np.bincount(phrase, minlength=len(vocabulary)))
        self.shape = (len(texts), self._dense.shape[1] + len(vocabulary))

    def times(self, weights: Array) -> Array:
        """Shape (lines, classes) from weights of shape (features, classes)."""
        dense = np.delete(weights, self._phrases, axis=0)
        result: Array = self._dense @ dense + _sums(weights[self._phrases], *self._by_line)
        return result

    def transposed_times(self, errors: Array) -> Array:
        """Shape (features, classes) from errors of shape (lines, classes)."""
        dense = self._dense.T @ errors
        result: Array = np.concatenate(
            [dense[:DIMENSIONS], _sums(errors, *self._by_phrase), dense[DIMENSIONS:]], axis=0
        )
        return result


def _sums(values: Array, picked: NDArray[np.int64], counts: NDArray[np.int64]) -> Array:
    """Row by row the sum of the next `counts` of the picked values."""
    result = np.zeros((len(counts), values.shape[1]), dtype=np.float32)
    some = counts > 0
    starts = np.cumsum(counts) - counts
    if some.any():
        result[some] = np.add.reduceat(values[picked], starts[some], axis=0)
    return result


def softmax_regression(values: Rows, classes: Array, weights: Array, count: int) -> tuple[Array, Array]:
    """Ridge softmax regression by accelerated gradient: weights (features, count), and class shares."""
    share: Array = (weights / weights.sum()).astype(np.float32)
    target = np.zeros((len(classes), count), dtype=np.float32)
    target[np.arange(len(classes)), classes] = 1.0
    ridge = np.full((values.shape[1], 1), RIDGE, dtype=np.float32)
    ridge[-1] = 0.0
    step = 1.0 / (_largest(values, share) / 2 + RIDGE)
    current = np.zeros((values.shape[1], count), dtype=np.float32)
    previous = current.copy()
    for number in range(ROUNDS):
        ahead: Array = current + np.float32(number / (number + 3)) * (current - previous)
        previous = current
        scores = values.times(ahead)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = (raised / raised.sum(axis=1, keepdims=True) - target) * share[:, None]
        current = (ahead - step * (values.transposed_times(error) + ridge * ahead)).astype(np.float32)
    priors = np.bincount(classes, weights, count) / weights.sum()
    return current, np.maximum(priors, 1e-3).astype(np.float32)


def _largest(values: Rows, share: Array) -> float:
    """Largest eigenvalue of the weighted second moments, by power iteration."""
    vector: Array = np.asarray(np.random.default_rng(0).normal(size=(values.shape[1], 1)), dtype=np.float32)
    size = 1.0
    for _ in range(15):
        shared: Array = share[:, None] * values.times(vector)
        vector = values.transposed_times(shared)
        size = float(np.linalg.norm(vector))
        vector = np.asarray(vector / size, dtype=np.float32)
    return size


def _vocabulary(interviews: list[Interview]) -> dict[str, int]:
    occurs: Counter[str] = Counter()
    by_name: dict[str, set[str]] = {}
    for interview in interviews:
        seen = by_name.setdefault(interview.name, set())
        for line in interview.lines:
            seen.update(_phrases(line.text))
    for seen in by_name.values():
        occurs.update(seen)
    kept = sorted(gram for gram, times in occurs.items() if times >= MIN_INTERVIEWS)
    return {gram: index for index, gram in enumerate(kept)}


@cache
def _phrases(text: str) -> tuple[str, ...]:
    return tuple(sorted(grams(text)))


class KnownCues(CueFeatures):
    """Both heads look at the same lines, and patterns take longer than all else."""

    def __init__(self, framework: Framework) -> None:
        super().__init__(framework)
        self._known: dict[str, Array] = {}

    def of(self, text: str) -> Array:
        """As CueFeatures, remembered."""
        if text not in self._known:
            self._known[text] = super().of(text)
        return self._known[text]


def _line(text: str, phase: str) -> Line:
    return Line(0.0, len(text.split()) / 2.7, text, phase, False)


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK")
    parser.add_argument("--splits", nargs="+", default=["train", "dev"], choices=["train", "dev"])
    parser.add_argument("--out", type=Path, default=content_dir() / HEADS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    embed = Embedder()
    for framework in load_frameworks():
        if args.frameworks and framework.id not in args.frameworks:
            continue
        spoken = spoken_for(framework, tuple(args.splits))
        heads = train(framework, spoken, embed)
        heads.save(args.out / f"{framework.id}.npz", cue_digest(framework))
        count = len({interview.name for interview in spoken})
        print(f"{framework.id:16} {count} interviews, {len(heads.vocabulary)} phrases")


if __name__ == "__main__":
    main()
