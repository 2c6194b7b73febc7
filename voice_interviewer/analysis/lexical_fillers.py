"""Is this "like" a filler? One small rule per word, on what stands around it.

A word counts only where it fills: "it was, like, huge" but not "I like it"; "So, I think" but not "so
that". The rules look at the neighbouring words (ums skipped), at the boundaries that punctuation, pauses
and the start of a turn make, and at whether other fillers stand next to it. They need no tagger, so they
run on any recogniser's text; where a text has no punctuation they lean towards not counting.
`scripts/bench_lexical_fillers.py` measures them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voice_interviewer.analysis import vocabulary as vocab
from voice_interviewer.analysis.tokens import CLAUSE, NONE, SENTENCE, SpokenWord

PAUSE_S = 0.2
"""A silence this long beside a word sets it off from its clause a little."""


@dataclass(frozen=True, slots=True)
class LexicalFiller:
    """Words `first` to `last` fill; `confidence` says how plain the case is, 0.5 to 1."""

    token: str
    first: int
    last: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Place:
    """A possible filler and what stands around it; neighbours are looked up with ums skipped."""

    words: Sequence[SpokenWord]
    first: int
    last: int

    def before(self, steps: int = 1) -> str:
        """The word `steps` before, '' at the start of the sentence or turn."""
        index = self._step(self.first, -1, steps)
        return "" if index is None else self.words[index].norm

    def after(self, steps: int = 1) -> str:
        """The word `steps` after, '' at the end of the sentence or turn."""
        index = self._step(self.last, 1, steps)
        return "" if index is None else self.words[index].norm

    def after_text(self) -> str:
        """The next word as written, '' at the end."""
        index = self._step(self.last, 1, 1)
        return "" if index is None else self.words[index].text

    def _step(self, start: int, direction: int, steps: int) -> int | None:
        index = start
        while steps:
            edge = index if direction < 0 else index + 1
            index += direction
            if not 0 <= index < len(self.words) or self.words[edge].opens == SENTENCE:
                return None
            if not self.words[index].vocal:
                steps -= 1
        return index

    @property
    def opens(self) -> int:
        """Boundary before it; an um in front hands on the boundary before itself."""
        index = self.first
        strength = self.words[index].opens
        while index > 0 and strength < SENTENCE and self.words[index - 1].vocal:
            index -= 1
            strength = max(strength, self.words[index].opens)
        return strength

    @property
    def closes(self) -> int:
        """Boundary after it."""
        if self.last + 1 >= len(self.words):
            return SENTENCE
        return max(self.words[self.last].closes, self.words[self.last + 1].opens)

    @property
    def opens_turn(self) -> bool:
        """Nothing but ums before it in its turn."""
        index = self.first
        while index > 0 and self.words[index - 1].vocal:
            index -= 1
        return index == 0 or self.words[index - 1].turn_id != self.words[self.first].turn_id

    @property
    def after_kind_of(self) -> bool:
        """'Kind of' or 'sort of' right before it."""
        return self.before() in {"kinda", "sorta"} or (self.before(), self.before(2)) in {
            ("of", "kind"),
            ("of", "sort"),
        }

    @property
    def set_off(self) -> bool:
        """Commas, pauses or ums on both sides."""
        return self._edge_before() and self._edge_after()

    @property
    def beside_um(self) -> bool:
        """An um, uh or hmm stands next to it."""
        before = (
            self.first > 0 and self.words[self.first - 1].vocal and self.words[self.first].opens < SENTENCE
        )
        following = self.last + 1 < len(self.words) and self.words[self.last + 1]
        return before or bool(following and following.vocal and following.opens < SENTENCE)

    def _edge_before(self) -> bool:
        word = self.words[self.first]
        if self.first == 0 or word.opens != NONE or self.words[self.first - 1].vocal:
            return True
        return word.start_s - self.words[self.first - 1].end_s >= PAUSE_S

    def _edge_after(self) -> bool:
        if self.closes != NONE or self.words[self.last + 1].vocal:
            return True
        return self.words[self.last + 1].start_s - self.words[self.last].end_s >= PAUSE_S


Rule = Callable[[Place], float]
"""How sure it is that the word fills there: 0 not at all, 0.5 and more counts."""


def lexical_fillers(words: Sequence[SpokenWord]) -> list[LexicalFiller]:
    """Every filler word among the candidate's words, in order; they never overlap."""
    found: list[LexicalFiller] = []
    index = 0
    while index < len(words):
        hit = _hit(words, index)
        if hit is None:
            index += 1
            continue
        found.append(hit)
        index = hit.last + 1
    return found


def _hit(words: Sequence[SpokenWord], index: int) -> LexicalFiller | None:
    for parts, token, rule in _BY_FIRST_WORD.get(words[index].norm, ()):
        last = index + len(parts) - 1
        if last >= len(words) or tuple(w.norm for w in words[index : last + 1]) != parts:
            continue
        if any(word.opens == SENTENCE for word in words[index + 1 : last + 1]):
            continue
        confidence = rule(Place(words, index, last))
        if confidence >= 0.5:
            return LexicalFiller(token, index, last, round(confidence, 2))
    return None


def _always(_place: Place) -> float:
    return 0.9


# -- the rules -----------------------------------------------------------------------------------


def _like(place: Place) -> float:
    before, after, says = place.before(), place.after(), place.closes == NONE
    if says and after in vocab.LIKE_CLAUSE_SUBJECTS and place.after(2) in vocab.SAYING_VERBS:
        return 0.0  # "like I said"
    if place.set_off and (place.opens != NONE or place.closes == CLAUSE):
        return 0.9
    if before in vocab.VERBS_BEFORE_LIKE or before in vocab.SUBJECTS:
        return 0.0  # "looks like", "I like", "I um like"
    if "like" in (before, after):
        return 0.85
    be = before in vocab.BE_FORMS or before in vocab.BE_CONTRACTIONS or place.after_kind_of
    if place.closes == CLAUSE and not be and before not in vocab.MODALS:
        return 0.7  # "it was just like, you know, late"; after a form of be it quotes
    if before in vocab.BEFORE_BASE_VERB and after in vocab.BASE_VERBS:
        return 0.8  # "somebody to like manage that"
    if before in vocab.DO_FORMS:
        return 0.65 if after in {"a", "an", "some", "this", "these", "one"} else 0.0
    if before in vocab.MODALS or before in vocab.HEADS_BEFORE_LIKE:
        return 0.0  # "would like", "something like", "more like"
    if place.beside_um:
        return 0.85
    if be:
        return _like_after_be(place)
    if before in vocab.CANNOT_PRECEDE_REAL_LIKE:
        return 0.85  # "in like", "the like", "and like"
    if place.opens != NONE:
        return 0.7 if after in vocab.CLAUSE_STARTERS else 0.55
    if after in vocab.AFTER_APPROXIMATE or after[:1].isdigit():
        return 0.75  # "took like ten minutes"
    return 0.55 if after in vocab.CLAUSE_SUBJECTS and before not in vocab.NOUNS_BEFORE_LIKE else 0.0


def _like_after_be(place: Place) -> float:
    """'It's like a library' compares and 'she was like, no' quotes; 'there were like ten' fills."""
    after = place.after()
    if place.closes == CLAUSE:
        return 0.0
    if after in vocab.AFTER_APPROXIMATE or after[:1].isdigit():
        return 0.7
    return 0.6 if after.endswith("ing") or after in vocab.PREPOSITIONS else 0.0


def _you_know(place: Place) -> float:
    before, after = place.before(), place.after()
    if place.opens != NONE and place.closes == CLAUSE:
        return 0.95
    if before in vocab.BEFORE_REAL_YOU_KNOW or (before, place.before(2)) == ("so", "just"):
        return 0.0  # "do you know", "as you know", "if you know"
    if place.set_off:
        return 0.95
    if after in vocab.AFTER_REAL_YOU_KNOW and place.closes == NONE:
        return 0.0  # "you know the answer", "you know what I mean" is left to the listener
    if before in {"that", "what", "people", "someone"} and place.opens == NONE:
        return 0.0  # "the people you know"
    if place.closes == SENTENCE:
        return 0.8 if place.opens != SENTENCE else 0.5
    return 0.7


def _i_mean(place: Place) -> float:
    before, after = place.before(), place.after()
    if before in {"what", "know", "that's", "which", "how", "when", "do", "did", "if", "whatever"}:
        return 0.0  # "what I mean"
    if {"by", "say"} & {place.before(steps) for steps in range(2, 6)} and before:
        return 0.0  # "by trust I mean", "when I say fast, I mean"
    if (
        after in {"it", "that", "this", "by", "business"}
        and place.closes == NONE
        and not _verb_follows(place)
    ):
        return 0.0  # "I mean it", "I mean that seriously"
    if place.closes == SENTENCE and place.opens == SENTENCE:
        return 0.5
    return 0.9


def _verb_follows(place: Place) -> bool:
    return place.after(2) in vocab.FINITE_VERBS


def _kind_of(place: Place) -> float:
    before, after = place.before(), place.after()
    if before in vocab.BEFORE_REAL_KIND and not (
        before in {"a", "the"} and after in vocab.AFTER_FILLING_KIND
    ):
        return 0.0  # "this kind of product"
    if before in vocab.ADJECTIVES_BEFORE_KIND:
        return 0.0  # "a different kind of user"
    if after in {"you", "him", "her", "them", "me"} and before in vocab.BE_FORMS | vocab.BE_CONTRACTIONS:
        return 0.0  # "that's kind of you"
    if place.beside_um or place.set_off:
        return 0.85
    return 0.8 if place.opens != NONE or before in vocab.BEFORE_FILLING_KIND else 0.65


def _so(place: Place) -> float:
    before, after = place.before(), place.after()
    if after in {"that", "far", "much", "many", "long", "called", "on"} and place.closes == NONE:
        return 0.0
    if before in vocab.BEFORE_REAL_SO and place.opens != SENTENCE:
        return 0.0  # "and so on", "do so", "even so", "not so"
    if place.opens == SENTENCE and (place.closes == CLAUSE or place.beside_um):
        return 0.95
    if place.opens_turn:
        return 0.75  # an answer that begins with "So": nothing it could follow from
    if place.opens == SENTENCE:
        return 0.7 if after in vocab.FILLER_STARTERS - {"i", "you"} else 0.0
    if place.closes == SENTENCE and place.opens <= CLAUSE:
        return 0.8 if before not in vocab.BEFORE_REAL_SO else 0.0  # "... and we shipped it, so."
    if place.beside_um or after in {"yeah", "like", "basically", "anyway"}:
        return 0.75
    return 0.6 if place.set_off and place.closes == CLAUSE else 0.0


def _right(place: Place) -> float:
    before, after = place.before(), place.after()
    if place.opens == SENTENCE:
        return 0.8 if after in {"so", "okay", "well", "and"} and place.closes != SENTENCE else 0.0
    if before in vocab.BEFORE_REAL_RIGHT and place.opens == NONE:
        return 0.0  # "turn right", "is that right?"
    if place.set_off and place.opens != NONE:
        return 0.85  # "we shipped it, right, and nobody came"
    return 0.8 if place.closes == SENTENCE and place.words[place.last].text.endswith("?") else 0.0


def _adverb(place: Place) -> float:
    """actually, basically: they fill when set off or piled up, and carry meaning inside a clause."""
    if place.before() == "not":
        return 0.0
    if place.set_off and (place.opens != NONE or place.closes != NONE):
        return 0.85 if place.opens != NONE else 0.6
    if place.beside_um or place.after() in vocab.FILLER_STARTERS or place.before() in vocab.PILE_UP:
        return 0.7
    return 0.6 if place.opens == SENTENCE else 0.0


def _literally(place: Place) -> float:
    before, after = place.before(), place.after()
    if after in vocab.LITERAL_AFTER or before in vocab.LITERAL_BEFORE:
        return 0.0  # "literally means", "took it literally"
    if place.closes == SENTENCE and place.opens == NONE:
        return 0.0
    return 0.7


def _just(place: Place) -> float:
    if place.closes == CLAUSE and (place.beside_um or place.after() == place.before() != ""):
        return 0.7  # "I just, um, I wanted"
    if place.after() in {"like", "kind", "sort", "you"} and place.after(2) in {"", "of", "know"}:
        return 0.65 if place.after() != "like" else 0.5
    return 0.75 if place.set_off and place.opens != SENTENCE and place.closes == CLAUSE else 0.0


def _well(place: Place) -> float:
    if place.opens == SENTENCE:
        return 0.85 if place.closes == CLAUSE or place.beside_um else 0.0
    if place.before() in {"as", "very", "pretty", "quite", "how", "so", "really"}:
        return 0.0
    return 0.8 if place.set_off and place.opens == CLAUSE and place.closes == CLAUSE else 0.0


def _okay(place: Place) -> float:
    """Inside an answer only: at its start it answers the interviewer."""
    if place.opens_turn or place.before() in vocab.BE_FORMS | {"it's", "that's"}:
        return 0.0
    if place.opens == SENTENCE and place.after() in vocab.FILLER_STARTERS:
        return 0.7
    if place.words[place.last].text.endswith("?") and place.opens != NONE:
        return 0.7
    return 0.6 if place.opens == CLAUSE and place.closes == CLAUSE else 0.0


_RULES: tuple[tuple[str, Rule], ...] = (
    ("you know what i mean", _always),
    ("you know", _you_know),
    ("y'know", _always),
    ("i mean", _i_mean),
    ("kind of", _kind_of),
    ("kinda", _kind_of),
    ("like", _like),
    ("so", _so),
    ("right", _right),
    ("actually", _adverb),
    ("basically", _adverb),
    ("essentially", _adverb),
    ("honestly", _adverb),
    ("obviously", _adverb),
    ("literally", _literally),
    ("just", _just),
    ("well", _well),
    ("okay", _okay),
    ("ok", _okay),
)
_CANONICAL = {"y'know": "you know", "kinda": "kind of", "ok": "okay", "you know what i mean": "you know"}

_BY_FIRST_WORD: dict[str, list[tuple[tuple[str, ...], str, Rule]]] = {}
for _phrase, _rule in _RULES:
    _parts = tuple(_phrase.split())
    _BY_FIRST_WORD.setdefault(_parts[0], []).append((_parts, _CANONICAL.get(_phrase, _phrase), _rule))

LEXICAL_TOKENS = frozenset(_CANONICAL.get(phrase, phrase) for phrase, _ in _RULES)
"""Every token the report may name."""
