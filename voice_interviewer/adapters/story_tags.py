"""Which principles a story shows, by meaning: heads on the embeddings of its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.meaning import MODEL_ID, sentence_model
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.signal_heads import SignalHeads, passages
from voice_interviewer.core.errors import ModelError

HEADS = "story_heads.npz"
COUNTED = 3
"""A story shows a principle by its best few sentences, not on average."""


def principles_by_meaning(text: str, *, heads_file: Path | None = None) -> Mapping[str, float]:
    """Principle id -> how much the story's best sentences speak for it, 0 to 1; empty without the model."""
    try:
        folder = model_path(MODEL_ID)
    except ModelError:
        return {}
    heads = SignalHeads.read(heads_file or content_dir() / HEADS)
    read = passages(text)
    if heads is None or not read:
        return {}
    found = heads.probabilities(sentence_model(folder).embed(read))
    best = np.sort(found, axis=0)[-COUNTED:].mean(axis=0)
    return {one: float(value) for one, value in zip(heads.ids, best, strict=True)}
