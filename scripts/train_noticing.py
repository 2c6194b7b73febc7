"""Trains the noticing heads: the lists of tests/data/followups, but the held-out ones, and the talk of the
interviews that phases are trained on -> content/noticing_heads.npz.

    python scripts/train_noticing.py [--out FOLDER]

Ridge regression in closed form, so that it costs nothing to leave each line out of its own training; how it
fares then is printed. Needs the sentence model's weights; some minutes on one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import random
import sys
from pathlib import Path

import numpy as np
from followup_data import FOLDER, load_lines
from numpy.typing import NDArray
from phase_data import FOLDER as INTERVIEWS
from phase_data import read_said

from voice_interviewer.adapters.meaning import MODEL_ID, sentence_model
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.noticing import (
    FILE,
    KINDS,
    LABELS,
    WEAK_FROM,
    Embed,
    NoticingHeads,
    about_features,
    claim_features,
    question_features,
)
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.signal_heads import passages
from voice_interviewer.core import claims

Precise = NDArray[np.float64]
SETS = ("examples", "tuned", "extra")
TALK_SHARE = 0.5
"""The talk of interviews weighs so much against the lists: most of what is said claims nothing too much."""
TALK_MOST = 4000
RIDGE_KINDS, RIDGE_ABOUT, RIDGE_WEAK = 2.0, 2.0, 4.0


def lines(name: str) -> list[tuple[str, str, str]]:
    """(set, label, text) of all lists that may be learned from."""
    return [
        (which, label, text)
        for which in SETS
        if (FOLDER / which / f"{name}.lst").is_file()
        for label, text in load_lines(which, name)
    ]


def fitted(rows: Precise, target: Precise, ridge: float) -> tuple[Precise, Precise]:
    """(weights, what each row scores when it is left out) for targets of -1 and 1, shape (rows, outputs)."""
    kernel = rows @ rows.T
    dual = np.linalg.solve(kernel + ridge * np.eye(len(rows)), np.eye(len(rows)))
    smoothed = kernel @ dual
    left_out = target - (target - smoothed @ target) / (1 - np.diag(smoothed))[:, None]
    return rows.T @ (dual @ target), left_out


def against(labels: list[str], names: tuple[str, ...]) -> Precise:
    """Shape (lines, names), 1 for the line's own and -1 for the others."""
    return np.array([[1.0 if label == name else -1.0 for name in names] for label in labels])


def train_questions(embed: Embed) -> tuple[Precise, Precise]:
    """Weights for what is wanted, and for what a question is about."""
    read = lines("clarifying")
    rows = np.stack([question_features(text, embed) for *_, text in read]).astype(np.float64)
    kinds = [label if label in KINDS else KINDS[-1] for _, label, _ in read]
    kind_weights, scores = fitted(rows, against(kinds, KINDS), RIDGE_KINDS)
    judged = [KINDS[at] for at in scores.argmax(axis=1)]
    learned = [at for at, (which, *_) in enumerate(read) if which != "examples"]
    for kind in KINDS[1:]:
        report(kind, [(kinds[at] == kind, judged[at] == kind) for at in learned])
    asked = [at for at, kind in enumerate(kinds) if kind == KINDS[-1]]
    about = np.stack([about_features(rows[at].astype(np.float32)) for at in asked]).astype(np.float64)
    about_weights, scores = fitted(about, against([read[at][1] for at in asked], LABELS), RIDGE_ABOUT)
    right = [LABELS[best] == read[at][1] for at, best in zip(asked, scores.argmax(axis=1), strict=True)]
    kept = [ok for at, ok in zip(asked, right, strict=True) if read[at][0] != "examples"]
    print(f"{'about the right thing':24} {len(kept):4} lines: {sum(kept) / len(kept):.0%}")
    return kind_weights, about_weights


def plain_talk() -> list[str]:
    """Passages of interviews for training that no pattern takes for a claim; the same ones every time."""
    paths = sorted(INTERVIEWS.glob("*/train-*.txt"))
    found = [one for path in paths for said in read_said(path) for one in passages(said.text)]
    plain = [text for text in dict.fromkeys(found) if not claims.weak_claims(text)]
    return random.Random(1).sample(plain, min(TALK_MOST, len(plain)))


def train_claims(embed: Embed) -> Precise:
    """Weights for weak claims."""
    read = lines("claims")
    talk = plain_talk()
    texts = [*(text for *_, text in read), *talk]
    rows = np.stack([claim_features(text, embed) for text in texts]).astype(np.float64)
    weak = [label == "weak" for _, label, _ in read]
    target = np.where([*weak, *(False for _ in talk)], 1.0, -1.0)
    # What weighs less is as if it were nearer to nothing: rows and targets alike.
    weigh = np.sqrt([1.0] * len(read) + [TALK_SHARE * len(read) / len(talk)] * len(talk))
    weights, scores = fitted(rows * weigh[:, None], (target * weigh)[:, None], RIDGE_WEAK)
    found = scores[:, 0] / weigh >= WEAK_FROM
    report("weak claims", [(weak[at], found[at]) for at, line in enumerate(read) if line[0] != "examples"])
    print(f"{'in plain talk':24} {len(talk):4} passages: taken for one {found[len(read) :].mean():.1%}")
    return weights


def report(name: str, pairs: list[tuple[bool, bool]]) -> None:
    """Precision and recall of (is one, was taken for one)."""
    hits = sum(true and found for true, found in pairs)
    precision, recall = hits / max(1, sum(f for _, f in pairs)), hits / max(1, sum(t for t, _ in pairs))
    print(f"{name:24} {len(pairs):4} lines: precision {precision:.0%}, recall {recall:.0%}")


def main() -> None:
    """Train, say how each line fares when left out, and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=content_dir())
    args = parser.parse_args()
    embed = sentence_model(model_path(MODEL_ID)).embed
    kinds, about = train_questions(embed)
    heads = NoticingHeads(
        kinds.astype(np.float32), about.astype(np.float32), train_claims(embed).astype(np.float32)
    )
    heads.save(args.out / FILE)
    print(f"saved to {args.out / FILE}", file=sys.stderr)


if __name__ == "__main__":
    main()
