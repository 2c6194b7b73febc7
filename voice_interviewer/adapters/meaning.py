"""How well a line fits each phase, by meaning: a sentence embedding and two small heads per framework.

One head knows what each phase sounds like, the other how phases are opened ('next, pain points'). Both are
softmax regressions trained by `scripts/train_phases.py` and kept in `content/phase_heads/`.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.meaning_features import Array, CueFeatures, cue_digest, features
from voice_interviewer.adapters.minilm import MiniLm
from voice_interviewer.adapters.weights_file import weights_in
from voice_interviewer.core.content import Framework
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.phase_evidence import OPENS

MODEL_ID = "minilm-l6-v2"
HEADS = "phase_heads"
PIECE_WORDS = 18
"""The heads are trained on lines of this length, and know little of lines that hold a whole minute."""


class PhaseHeads:
    """Trained weights of one framework.

    `phase` and `opening` have shape (features, phases + 1). Of `phase` the last column is talk that belongs
    to no phase; of `opening` the first is a line that opens none.
    """

    def __init__(self, phase: Array, opening: Array, vocabulary: dict[str, int], priors: Array) -> None:
        self.phase = phase
        self.opening = opening
        self.vocabulary = vocabulary
        self.priors = priors
        """Shape (2, phases + 1): how often each class was seen in training."""

    def save(self, path: Path, digest: str) -> None:
        """Half precision: the heads of all frameworks stay below a megabyte or two."""
        np.savez_compressed(
            path,
            phase=self.phase.astype(np.float16),
            opening=self.opening.astype(np.float16),
            vocabulary=np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8),
            priors=self.priors.astype(np.float32),
            digest=np.frombuffer(digest.encode(), dtype=np.uint8),
        )

    @classmethod
    def load(cls, path: Path) -> tuple[PhaseHeads, str]:
        """The heads and the digest of the cues they were trained with. Raises ModelError."""
        with weights_in(path, f"the phase heads {path.name}") as data:
            words = data["vocabulary"].tobytes().decode().split("\n")
            heads = cls(
                data["phase"].astype(np.float32),
                data["opening"].astype(np.float32),
                {word: index for index, word in enumerate(words) if word},
                data["priors"].astype(np.float32),
            )
            return heads, data["digest"].tobytes().decode()


class SentenceScorer:
    """MeaningScorer of one framework. The model is loaded with the first line."""

    def __init__(self, framework: Framework, heads: PhaseHeads, model_folder: Path) -> None:
        self._ids = [phase.id for phase in framework.phases]
        self._cues = CueFeatures(framework)
        self._heads = heads
        self._folder = model_folder

    def scores(self, text: str) -> dict[str, float]:
        """Phase id -> likelihood, summing to 1; and for each, '>id': the odds that the line opens it.

        A long line is read in pieces: each weighs for its phases, and the likeliest opening counts.
        """
        read = [self.scores_of_embedded(one, self.embed([one])) for one in pieces(text)]
        return _together(self._ids, read) if len(read) > 1 else read[0] if read else {}

    def embed(self, texts: list[str]) -> Array:
        """Shape (texts, 384), of unit length."""
        return sentence_model(self._folder).embed(texts)

    def scores_of_embedded(self, text: str, embedding: Array) -> dict[str, float]:
        """The same for a line whose embedding, shape (1, 384), is known already."""
        row = features([text], embedding, self._heads.vocabulary, self._cues)
        count = len(self._ids)
        phase = _softmax(row @ self._heads.phase)[0]
        opening = _softmax(row @ self._heads.opening)[0]
        # Divided by its share in training a probability becomes a likelihood; neutral talk fits all alike.
        fits = phase[:count] / self._heads.priors[0, :count] + phase[count] + 1e-4
        usual = self._heads.priors[1, 1:] / self._heads.priors[1, 0]
        odds = (opening[1:] / opening[0]) / usual
        result = {one: float(value) for one, value in zip(self._ids, fits / fits.sum(), strict=True)}
        result |= {OPENS + one: float(value) for one, value in zip(self._ids, odds, strict=True)}
        return result


def pieces(text: str) -> list[str]:
    """The text in stretches of about PIECE_WORDS, cut at the ends of sentences where there are any near."""
    words = text.split()
    if len(words) <= 2 * PIECE_WORDS:
        return [" ".join(words)] if words else []
    count = round(len(words) / PIECE_WORDS)
    cuts = [0]
    for number in range(1, count):
        middle = round(number * len(words) / count)
        near = range(max(cuts[-1] + 4, middle - PIECE_WORDS // 3), middle + PIECE_WORDS // 3 + 1)
        ends = [at for at in near if words[at - 1][-1] in ".?!"]
        cuts.append(min(ends, key=lambda at: abs(at - middle), default=middle))
    return [" ".join(words[start:end]) for start, end in pairwise([*cuts, len(words)])]


def _together(ids: list[str], read: list[dict[str, float]]) -> dict[str, float]:
    logs = np.array([[np.log(scores[one] + 1e-4) for one in ids] for scores in read]).sum(axis=0)
    fits = _softmax(logs[None, :].astype(np.float32))[0]
    result = {one: float(value) for one, value in zip(ids, fits, strict=True)}
    return result | {OPENS + one: max(scores[OPENS + one] for scores in read) for one in ids}


def scorer_for(
    framework: Framework, *, model_folder: Path | None = None, content_folder: Path | None = None
) -> SentenceScorer | None:
    """The scorer of a framework; None where the weights or trained heads that fit its cues are missing."""
    if model_folder is None:
        from voice_interviewer.adapters.models import model_path

        try:
            model_folder = model_path(MODEL_ID)
        except ModelError:
            return None
    if content_folder is None:
        from voice_interviewer.adapters.paths import content_dir

        content_folder = content_dir()
    path = content_folder / HEADS / f"{framework.id}.npz"
    if not path.is_file():
        return None
    heads, digest = PhaseHeads.load(path)
    if digest != cue_digest(framework):
        return None
    return SentenceScorer(framework, heads, model_folder)


@cache
def sentence_model(folder: Path) -> MiniLm:
    """Loaded once a process. Raises ModelError."""
    return MiniLm(folder)


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = raised / raised.sum(axis=1, keepdims=True)
    return result
