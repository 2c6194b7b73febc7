"""What a single utterance wants of the interviewer, by meaning: an answer (about what?), a nod, or nothing;
and whether it claims more than was shown.

Patterns know the usual phrases; candidates ask in others, and much that sounds like a question is none. Small
linear heads on a sentence embedding decide, with what the patterns found among their features. They are
trained by `scripts/train_noticing.py` and kept in `content/noticing_heads.npz`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.meaning_features import Array
from voice_interviewer.adapters.minilm import DIMENSIONS
from voice_interviewer.adapters.weights_file import weights_in
from voice_interviewer.core import claims, clarifying
from voice_interviewer.core.claims import WEAK
from voice_interviewer.core.clarifying import CHECK, NO_FACT, NOTHING, TOPICS, WANTS
from voice_interviewer.core.hearing import passage_spans
from voice_interviewer.ports import MeaningScorer

FILE = "noticing_heads.npz"
KINDS = (NOTHING, CHECK, "question")
LABELS = (*TOPICS, NO_FACT)
EMBEDDED = 4.0
"""Embeddings are of unit length; so much they count beside the patterns."""
PATTERNS = 0.5
TAIL_ABOUT = 0.3
"""What a question is about stands in all of it, what it wants rather at its end."""
WEAK_FROM = 0.3
"""Of a claim's score, between -1 and 1."""
Embed = Callable[[list[str]], Array]

_WORDS = r"(?:so |and |okay |now |then |sorry |just |but |well |um,? |uh,? )*"
_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_WORDS}(?:what|who|why|how|where|when|which)\b",
        rf"^{_WORDS}(?:is|are|do|does|did|can|could|should|shall|may|would|will|have|has|am|was)\b",
        r"\byou(?:r|'d|'re)?\b",
        r"\b(?:we|our|us)\b",
        r"\bi\b",
        r"\b(?:they|she|he|them|her|his)\b",
    )
)
_MAY_ASK = re.compile(
    r"\?|"
    + _SIGNS[0].pattern
    + "|"
    + _SIGNS[1].pattern
    + r"|\b(?:or (?:is|are|do|does|should|can|not)|right|correct|okay|any \w+|anything"
    + r"|(?:wonder|assum|take)\w*)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*$|" + _SIGNS[0].pattern, re.IGNORECASE)
_CLAIM_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:all|every\w*|no one|nobody|never|always|no|any\w*|only|just|none|impossible|hundred percent"
        r"|definitely|surely|certain\w*|obvious\w*|clearly|perfect|best|simply|nothing|totally|completely)\b",
        r"\b(?:will|going to|gonna|would)\b|'(?:ll|d)\b",
        r"\b(?:was|were|had|did|said|told|asked|went|saw|knew|\w+ed)\b",
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty|forty|fifty|sixty|percent"
        r"|dollars|third|half)\b",
        r"\b(?:i|i'd|my|me)\b",
        r"\bnot\b|n't\b",
        r"\b(?:but|if|which|so)\b",
    )
)
QUESTION_SIGNS, CLAIM_SIGNS = 5 + len(_SIGNS) + len(TOPICS) + 1, 2 + len(_CLAIM_SIGNS) + 1
"""How many numbers follow the embeddings, the constant included."""


class NoticingHeads:
    """Trained weights: `kinds` of shape (features, 3), `about` (features, 8), `weak` (claim features, 1)."""

    def __init__(self, kinds: Array, about: Array, weak: Array) -> None:
        self.kinds = kinds
        self.about = about
        self.weak = weak

    @property
    def fit(self) -> bool:
        """Whether they were trained on the features that this version looks at."""
        question, claim = 2 * DIMENSIONS + QUESTION_SIGNS, DIMENSIONS + CLAIM_SIGNS
        shapes = ((question, len(KINDS)), (question, len(LABELS)), (claim, 1))
        return (self.kinds.shape, self.about.shape, self.weak.shape) == shapes

    def save(self, path: Path) -> None:
        """Half precision is plenty."""
        half = {name: getattr(self, name).astype(np.float16) for name in ("kinds", "about", "weak")}
        np.savez_compressed(path, **half)

    @classmethod
    def load(cls, path: Path) -> NoticingHeads | None:
        """None where there are none. Raises ModelError."""
        if not path.is_file():
            return None
        with weights_in(path, f"the noticing heads {path.name}") as data:
            return cls(*(data[name].astype(np.float32) for name in ("kinds", "about", "weak")))


class Noticing:
    """A MeaningScorer that says what another says, and what each utterance wants."""

    def __init__(self, inner: MeaningScorer, heads: NoticingHeads, embed: Embed) -> None:
        self._inner = inner
        self._heads = heads
        self._embed = embed

    def scores(self, text: str) -> dict[str, float]:
        """Those of the other; one of '~goal', '~check', '~none' or '~-' for what the last sentence wants; and
        '!' with a weak claim's score.
        """
        return {**self._inner.scores(text), **self.noticed(text)}

    def noticed(self, text: str) -> dict[str, float]:
        """What the last sentence wants, and whether a claim is weak."""
        if not text.strip():
            return {}
        wanted = self.wanted(text)
        weak = self.weakness(text) if wanted == NOTHING else -1.0  # who asks claims nothing
        return {WANTS + wanted: 1.0} | ({WEAK: round(weak, 3)} if weak >= WEAK_FROM else {})

    def wanted(self, text: str) -> str:
        """One of LABELS, CHECK or NOTHING."""
        if not _MAY_ASK.search(clarifying.last_sentence(text)):
            return NOTHING
        row = question_features(text, self._embed)
        kind = KINDS[int(np.argmax(row @ self._heads.kinds))]
        if kind != "question":
            return kind
        return LABELS[int(np.argmax(about_features(row) @ self._heads.about))]

    def weakness(self, text: str) -> float:
        """The weakest passage's score, about -1 to 1."""
        read = (text[start:end] for start, end in passage_spans(text))
        rows = [
            claim_features(one, self._embed)
            for one in read
            if not _ASKS.search(clarifying.last_sentence(one))
        ]
        return float((np.stack(rows) @ self._heads.weak).max()) if rows else -1.0


def question_features(text: str, embed: Embed) -> Array:
    """What the heads look at in an utterance's last sentence: shape (787,)."""
    sentence = clarifying.last_sentence(text)
    embedded = embed([sentence, tail(sentence)]) * np.float32(EMBEDDED)
    low = sentence.lower()
    signs = [
        clarifying.is_checking_in(text),
        clarifying.is_question_to_interviewer(text),
        sentence.endswith("?"),
        clarifying.is_to_self(sentence),
        clarifying.is_reported(sentence),
        *(bool(sign.search(low)) for sign in _SIGNS),
        *clarifying.topics_named(sentence),
    ]
    return np.concatenate([embedded.ravel(), _row(signs)])


def about_features(row: Array) -> Array:
    """The same with the end of the sentence weighing less."""
    found = row.copy()
    found[DIMENSIONS : 2 * DIMENSIONS] *= np.float32(TAIL_ABOUT)
    return found


def claim_features(sentence: str, embed: Embed) -> Array:
    """What the head of weak claims looks at: shape (394,)."""
    signs = [
        bool(claims.weak_claims(sentence)),
        claims.is_hedged(sentence),
        *(bool(sign.search(sentence)) for sign in _CLAIM_SIGNS),
    ]
    return np.concatenate([embed([sentence])[0] * np.float32(EMBEDDED), _row(signs) / np.float32(PATTERNS)])


def _row(signs: list[bool]) -> Array:
    return np.array([*(PATTERNS * sign for sign in signs), 1.0], dtype=np.float32)


def tail(sentence: str) -> str:
    """What follows the last comma: 'is that fair?'."""
    return re.split(r",\s*", sentence)[-1] or sentence


def noticing_with(inner: MeaningScorer, embed: Embed, folder: Path) -> MeaningScorer:
    """The same scorer with the heads in the folder; as it was where none fit. Raises ModelError."""
    heads = NoticingHeads.load(folder / FILE)
    return Noticing(inner, heads, embed) if heads is not None and heads.fit else inner
