"""Trains the head that tells whether a passage answers one of the question's own follow-ups:
tests/data/followups/examples/answers.lst -> content/answer_head.npz.

    python scripts/train_answers.py [--check]

`--check` trains on five sixths of the questions and prints how well the head tells answers to questions
it has not seen, from passages that answer another follow-up of the same question. Needs the sentence model's
weights; half a minute on one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
from followup_data import load_answers
from ridge_logistic import Precise, ridge_logistic
from train_phases import Embedder

from voice_interviewer.adapters.answer_head import FILE, AnswerHead, FollowUps
from voice_interviewer.adapters.content_files import load_question
from voice_interviewer.adapters.paths import content_dir

RIDGE = 0.1
ROUNDS = 12
FOLDS = 6
STRANGERS = 6
"""Passages of other questions held against each follow-up, as talk about something else."""
STRANGER_WEIGHT = 0.5


class Pairs:
    """Features of (follow-up, passage), and whether the one is answered by the other."""

    def __init__(self, embed: Embedder) -> None:
        said = defaultdict(list)
        for question, number, text in load_answers():
            said[question].append((number, text))
        rng = random.Random(1)
        rows, target, weight, names = [], [], [], []
        for name in sorted(said):
            asked = FollowUps(load_question(name), embed)
            others = [text for other in sorted(said) if other != name for _, text in said[other]]
            passages = [(number, text, 1.0) for number, text in said[name]]
            passages += [(-1, text, STRANGER_WEIGHT) for text in rng.sample(others, STRANGERS)]
            texts = [text for _, text, _ in passages]
            features = asked.features(texts, embed(texts))
            for (number, _, heavy), row in zip(passages, features, strict=True):
                for column, values in enumerate(row):
                    rows.append(values)
                    target.append(float(number == column))
                    weight.append(heavy)
                    names.append(name)
        self.rows = np.array(rows, dtype=np.float64)
        self.target = np.array(target)
        self.weight = np.array(weight)
        self.names = np.array(names)


def train(rows: Precise, target: Precise, weight: Precise) -> Precise:
    """Ridge logistic regression: shape (features,)."""
    ridge = np.full(rows.shape[1], RIDGE)
    ridge[-1] = 1e-3
    return ridge_logistic(rows, target, weight, ridge, ROUNDS)


def check(pairs: Pairs) -> None:
    """Area under the curve, and the share found at some false alarms, on questions not trained with."""
    names = sorted(set(pairs.names))
    random.Random(2).shuffle(names)
    fold = {name: number % FOLDS for number, name in enumerate(names)}
    of_row = np.array([fold[name] for name in pairs.names])
    scores = np.zeros(len(pairs.rows))
    for number in range(FOLDS):
        learn, test = of_row != number, of_row == number
        head = train(pairs.rows[learn], pairs.target[learn], pairs.weight[learn])
        scores[test] = pairs.rows[test] @ head
    same = pairs.weight == 1.0
    yes, no = scores[same & (pairs.target == 1)], scores[same & (pairs.target == 0)]
    area = (yes[:, None] > no[None, :]).mean()
    print(f"{len(yes)} answers, {len(no)} passages that answer another: area under the curve {area:.3f}")
    for alarms in (0.05, 0.1, 0.2):
        print(f"  {(yes > np.quantile(no, 1 - alarms)).mean():.0%} found at {alarms:.0%} false alarms")


def main() -> None:
    """Train and save, or check."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=Path, default=content_dir())
    args = parser.parse_args()
    pairs = Pairs(Embedder())
    if args.check:
        check(pairs)
        return
    head = train(pairs.rows, pairs.target, pairs.weight)
    AnswerHead(head.astype(np.float32)).save(args.out / FILE)
    print(f"{len(pairs.rows)} pairs of {len(set(pairs.names))} questions")


if __name__ == "__main__":
    main()
