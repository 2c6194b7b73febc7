"""When each filler word fills: one small rule per word, on what stands around it.

"It was, like, huge" but not "I like it"; "So, I think" but not "so that". The rules need no tagger, so they
run on any recogniser's text; where a text has no punctuation they lean towards not counting. The word lists
are in `analysis.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Callable

from voice_interviewer.analysis import vocabulary as vocab
from voice_interviewer.analysis.filler_places import Place
from voice_interviewer.analysis.tokens import CLAUSE, NONE, SENTENCE

Rule = Callable[[Place], float]
"""How sure it is that the word fills there: 0 not at all, 0.5 and more counts."""


def _always(_place: Place) -> float:
    return 0.9


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


RULES: tuple[tuple[str, Rule], ...] = (
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
"""Phrases with their rules; of those that begin alike the longest comes first."""
