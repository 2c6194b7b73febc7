"""Trains the heads that tell which principles a story shows: tests/data/story-examples.lst and the companies'
descriptions -> content/story_heads.npz.

    python scripts/train_story_tags.py

The stories that `bench_stories.py` measures are not read. Needs the sentence model's weights.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path

import numpy as np
from phase_data import FOLDER, read_said
from train_phases import Embedder
from train_signals import logistic

from voice_interviewer.adapters.content_files import load_companies
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.signal_heads import SignalHeads, passages, rows
from voice_interviewer.adapters.story_tags import HEADS

EXAMPLES = Path(__file__).resolve().parent.parent / "tests" / "data" / "story-examples.lst"
OTHER_WEIGHT = 0.2
"""A sentence of any story may show anything; most show nothing in particular."""


def examples() -> list[tuple[str, str]]:
    """(principle, text): written sentences, and how the companies describe their principles."""
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|", 1) for line in lines if line.strip() and not line.startswith("#")]
    found = [(label, text) for label, text in pairs]
    for company in load_companies():
        found += [(one.id, one.meaning) for one in company.principles]
    return found


def others() -> list[str]:
    """Sentences of told stories without labels."""
    paths = sorted((FOLDER / "star").glob("train-*.txt"))
    return [one for path in paths for said in read_said(path) for one in passages(said.text)]


def main() -> None:
    """Train and save."""
    pairs, rest = examples(), others()
    values = rows(Embedder()([text for _, text in pairs] + rest)).astype(np.float64)
    weight = np.array([1.0] * len(pairs) + [OTHER_WEIGHT] * len(rest))
    ids = sorted({label for label, _ in pairs})
    columns = []
    for one in ids:
        target = np.array([float(label == one) for label, _ in pairs] + [0.0] * len(rest))
        columns.append(logistic(values, target, weight))
    SignalHeads(ids, np.stack(columns, axis=1).astype(np.float32)).save(content_dir() / HEADS)
    print(f"{len(ids)} principles from {len(pairs)} sentences")


if __name__ == "__main__":
    main()
