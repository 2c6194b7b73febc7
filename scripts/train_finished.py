"""Trains the head that tells from the words whether an answer is finished: tests/data/finished -> content.

    python scripts/train_finished.py [--out FILE] [--check]

Prints how well it tells ends from stops inside: on answers left out in turn, and on those held out, which are
never trained on. `--check` only measures the head that is there. Needs the small language model's weights; a
few minutes on one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import itertools
import random
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from finished_data import Stop, load_told, stops
from numpy.typing import NDArray
from ridge_logistic import ridge_logistic

from voice_interviewer.adapters.finished import (
    HEAD,
    LAYERS,
    LIMIT,
    MODEL_FILE,
    MODEL_ID,
    load_head,
    save_head,
    state,
)
from voice_interviewer.adapters.llama_trunk import LlamaTrunk
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core.completeness import judge
from voice_interviewer.core.endpointing import JUDGED_CLOSURES

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

Variant = tuple[int | None, Literal["own", "none", "other"], int]
"""Seed of what a recogniser makes of it, None for as written; the question it is read with; one in so many
answers.
"""
VARIANTS: tuple[Variant, ...] = ((None, "own", 1), (1, "own", 1), (2, "other", 3))
"""How the answers are read. People do not always answer what they were asked, nor does the interviewer always
know what they are at.
"""
RIDGE = 0.1
ROUNDS = 20
FOLDS = 5
SIMILAR = 0.34
"""Logarithm of 1.4: answers so far of about the same number of words."""
BANDS = (-LIMIT, -1.0, -0.5, 0.0, 0.5, 1.0, LIMIT)


Sample = tuple[Stop, str]
"""A stop, and the question as far as it is known."""


def samples(lot: str, variants: Sequence[Variant]) -> list[Sample]:
    """The stops at which the words leave it open."""
    told = load_told(lot)
    questions = [one.question for one in told]
    found = []
    for seed, asked, one_in in variants:
        rng = random.Random(f"questions {seed}")
        others = {one.source: rng.choice(questions) for one in told}
        for stop in stops(told[::one_in], seed):
            if judge(stop.answer).closure in JUDGED_CLOSURES:
                own = stop.told.question
                question = {"own": own, "none": "", "other": others[stop.told.source]}[asked]
                found.append((stop, question))
    return found


def read(reader: LlamaTrunk, found: Sequence[Sample]) -> Array:
    """Shape (samples, 2 * width + 1)."""
    return np.stack([state(reader, question, stop.answer) for stop, question in found])


def flags(found: Sequence[Sample]) -> Flags:
    """Which of them are ends."""
    return np.array([stop.end for stop, _ in found])


def fit(values: Array, ends: Flags) -> Array:
    """Ridge logistic regression, ends and stops inside weighing the same."""
    mean, spread = values[:, :-1].mean(axis=0), values[:, :-1].std(axis=0) + 1e-3
    rows = np.hstack([(values[:, :-1] - mean) / spread, values[:, -1:]]).astype(np.float64)
    share = np.where(ends, 0.5 / ends.sum(), 0.5 / (~ends).sum())
    ridge = np.full(rows.shape[1], RIDGE)
    ridge[-1] = 0.0
    weights = ridge_logistic(rows, ends.astype(np.float64), share, ridge, ROUNDS)
    slopes = weights[:-1] / spread
    return np.append(slopes, weights[-1] - slopes @ mean).astype(np.float32)


def left_out(values: Array, ends: Flags, names: Sequence[str]) -> Array:
    """Points of every stop by a head that never saw its answer."""
    fold = np.array([zlib.crc32(name.encode()) % FOLDS for name in names])
    found = np.zeros(len(ends), dtype=np.float32)
    for number in range(FOLDS):
        found[fold == number] = values[fold == number] @ fit(values[fold != number], ends[fold != number])
    return found


def scale(points: Array, ends: Flags) -> tuple[float, float]:
    """(factor, shift) that make the points of left-out answers logarithms of likelihood ratios."""
    both = np.stack([points, np.ones_like(points)], axis=1).astype(np.float64)
    share = np.where(ends, 0.5 / ends.sum(), 0.5 / (~ends).sum())
    factor, shift = ridge_logistic(both, ends.astype(np.float64), share, np.zeros(2), ROUNDS)
    return float(factor), float(shift)


def auc(points: Array, ends: Flags) -> float:
    """How often an end has more points than a stop inside."""
    difference = points[ends][:, None] - points[~ends][None]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


def auc_alike(points: Array, found: Sequence[Sample]) -> float:
    """The same, among stops after the same kind of question and about as many words."""
    words = np.log([len(stop.answer.split()) for stop, _ in found])
    kinds = np.array([stop.told.kind for stop, _ in found])
    ends = flags(found)
    right = pairs = 0.0
    for at in np.flatnonzero(ends):
        others = points[~ends & (kinds == kinds[at]) & (np.abs(words - words[at]) < SIMILAR)]
        right += float((others < points[at]).sum() + (others == points[at]).sum() / 2)
        pairs += len(others)
    return right / pairs


def report(name: str, points: Array, found: Sequence[Sample]) -> None:
    """One line, and how often points of a size fell on ends."""
    ends = flags(found)
    print(
        f"{name}: {int(ends.sum())} ends, {int((~ends).sum())} stops inside; AUC {auc(points, ends):.3f},"
        f" at the same length {auc_alike(points, found):.3f}"
    )
    for low, high in itertools.pairwise(BANDS):
        inside = (points >= low) & ((points < high) | (high == LIMIT))
        of_ends, of_stops = inside[ends].mean(), inside[~ends].mean()
        counted = np.log((of_ends + 1e-3) / (of_stops + 1e-3))
        print(
            f"    points {low:+.1f} to {high:+.1f}: {of_ends:4.0%} of the ends, {of_stops:4.0%} of the stops,"
            f" counted {counted:+.2f}, said {points[inside].mean() if inside.any() else 0.0:+.2f}"
        )


def main() -> None:
    """Train, save, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=content_dir() / HEAD)
    parser.add_argument("--check", action="store_true", help="measure the head that is there")
    arguments = parser.parse_args()
    reader = LlamaTrunk(model_path(MODEL_ID) / MODEL_FILE, LAYERS)
    if not arguments.check:
        found = samples("training", VARIANTS)
        values, ends = read(reader, found), flags(found)
        points = left_out(values, ends, [stop.told.source for stop, _ in found])
        factor, shift = scale(points, ends)
        report("left out in turn", np.clip(points * factor + shift, -LIMIT, LIMIT), found)
        weights = fit(values, ends) * np.float32(factor)
        weights[-1] += shift
        save_head(arguments.out, weights)
    weights = load_head(arguments.out)
    measured: tuple[tuple[str, str, Variant], ...] = (
        ("held out", "", (None, "own", 1)),
        ("held out", ", as recognised", (7, "own", 1)),
        ("held out", ", without the question", (7, "none", 1)),
        ("held out", ", with another question", (7, "other", 1)),
        ("later", ", as recognised", (7, "own", 4)),
    )
    for lot, how, variant in measured:
        found = samples(lot, (variant,))
        report(lot + how, np.clip(read(reader, found) @ weights, -LIMIT, LIMIT), found)


if __name__ == "__main__":
    main()
