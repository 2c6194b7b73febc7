"""Trains the signal heads: tests/data/followups/examples and the training interviews of tests/data/phases ->
content/signal_heads/*.npz.

    python scripts/train_signals.py [FRAMEWORK ...] [--out FOLDER]

One ridge logistic regression per signal. The labelled interviews that `bench_followups.py` measures are not
read. Needs the sentence model's weights; some seconds on one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
from pathlib import Path

import numpy as np
from followup_data import load_examples
from phase_data import FOLDER, read_said
from ridge_logistic import Precise, ridge_logistic
from train_phases import Embedder

from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.signal_heads import HEADS, SignalHeads, passages, rows
from voice_interviewer.core.content import Framework
from voice_interviewer.core.signals import find_signals

RIDGE = 1.0
ROUNDS = 6
POSITIVE_SHARE = 0.3
"""Of all weight, so that rare signals are learned as well as frequent ones."""
PATTERN_WEIGHT = 0.4
"""A sentence in which a pattern was found counts for less than a written example."""
ELSEWHERE_WEIGHT = 0.5
MOST_SPOKEN = 70
"""Passages of training interviews, spread over all of them: they show what is no signal."""
UNKNOWN_WEIGHT = 0.1
"""A sentence of the signal's own phase without a pattern may well give the signal in other words."""


def spoken(framework: Framework) -> list[tuple[str, str]]:
    """(phase, passage) of the training interviews; neutral talk under ''."""
    found = []
    for path in sorted((FOLDER / framework.id).glob("train-*.txt")):
        for said in read_said(path):
            found += [("" if said.neutral else said.phase, one) for one in passages(said.text)]
    step = max(1, len(found) // MOST_SPOKEN)
    return found[::step]


def train(framework: Framework, embed: Embedder) -> SignalHeads:
    """All heads of a framework."""
    examples = load_examples(framework.id)
    talk = spoken(framework)
    values = rows(embed([text for _, text in examples] + [text for _, text in talk])).astype(np.float64)
    by_pattern = [
        {heard.signal_id for heard in find_signals(framework, phase or "-", text)} for phase, text in talk
    ]
    columns = []
    ids = []
    for phase in framework.phases:
        for signal in phase.signals:
            target = [float(signal.id in labels) for labels, _ in examples]
            weight = [1.0] * len(examples)
            for (where, _), found in zip(talk, by_pattern, strict=True):
                target.append(float(signal.id in found))
                weight.append(
                    PATTERN_WEIGHT
                    if signal.id in found
                    else UNKNOWN_WEIGHT
                    if where == phase.id
                    else ELSEWHERE_WEIGHT
                )
            ids.append(signal.id)
            columns.append(logistic(values, np.array(target), np.array(weight)))
    return SignalHeads(ids, np.stack(columns, axis=1).astype(np.float32))


def logistic(values: Precise, target: Precise, weight: Precise) -> Precise:
    """Ridge logistic regression, positives brought to their share: shape (features,)."""
    positive = float(weight @ target)
    negative = float(weight @ (1 - target))
    scale = np.where(target > 0, POSITIVE_SHARE / positive, (1 - POSITIVE_SHARE) / negative)
    weight = weight * scale * (positive + negative) / 4
    ridge = np.full(values.shape[1], RIDGE)
    ridge[-1] = 1e-3
    return ridge_logistic(values, target, weight, ridge, ROUNDS)


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK")
    parser.add_argument("--out", type=Path, default=content_dir())
    args = parser.parse_args()
    folder = args.out / HEADS
    folder.mkdir(parents=True, exist_ok=True)
    embed = Embedder()
    for framework in load_frameworks():
        if not args.frameworks or framework.id in args.frameworks:
            heads = train(framework, embed)
            heads.save(folder / f"{framework.id}.npz")
            print(f"{framework.id}: {len(heads.ids)} signals")


if __name__ == "__main__":
    main()
