"""What the phase heads look at in a line: its embedding, its words in ones, twos and threes, and the cues."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.content import Framework

Array = NDArray[np.float32]

EMBEDDING_GAIN = 4.9
"""Brings a unit vector of 384 numbers to the scale of the other features."""
_TOKEN = re.compile(r"[a-z']+|\?|[0-9]+")


class CueFeatures:
    """How many of each phase's cues and transitions a text matches, at most two of each kind."""

    def __init__(self, framework: Framework) -> None:
        groups = [phase.cues for phase in framework.phases] + [p.transitions for p in framework.phases]
        self._groups = [[re.compile(one, re.IGNORECASE) for one in group] for group in groups]

    def of(self, text: str) -> Array:
        """Shape (2 x phases,): cues of each phase, then transitions of each phase."""
        counts = [sum(bool(pattern.search(text)) for pattern in group) for group in self._groups]
        return np.minimum(np.asarray(counts, dtype=np.float32), 2.0)


def cue_digest(framework: Framework) -> str:
    """Changes whenever heads must be trained anew: their cue features would mean something else."""
    parts = [f"{phase.id}:{phase.cues}:{phase.transitions}" for phase in framework.phases]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def grams(text: str) -> set[str]:
    """Ones, twos and threes of words; '<s>' opens a line, '#' stands for digits."""
    found = _TOKEN.findall(text.lower().replace("\u2019", "'"))
    words = ["<s>"] + ["#" if word.isdigit() else word for word in found]
    twos = {" ".join(pair) for pair in pairwise(words)}
    threes = {" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)}
    return set(words[1:]) | twos | threes


def features(
    texts: Sequence[str], embeddings: Array, vocabulary: Mapping[str, int], cues: CueFeatures
) -> Array:
    """Shape (texts, 384 + vocabulary + 2 x phases + 1); the last column is the constant one."""
    present = np.zeros((len(texts), len(vocabulary)), dtype=np.float32)
    for row, text in enumerate(texts):
        for gram in grams(text):
            column = vocabulary.get(gram)
            if column is not None:
                present[row, column] = 1.0
    counted = np.stack([cues.of(text) for text in texts])
    ones = np.ones((len(texts), 1), dtype=np.float32)
    return np.concatenate([embeddings * np.float32(EMBEDDING_GAIN), present, counted, ones], axis=1)
