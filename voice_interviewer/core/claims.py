"""Weak claims: words that say more than was shown. The interviewer doubts one, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voice_interviewer.core.phrases import SENTENCE

WEAK = "!"
"""Key of a meaning: how sure it is that the line claims more than was shown."""


@dataclass(frozen=True, slots=True)
class WeakClaim:
    """A claim worth doubting and the words that make it weak."""

    kind: str
    quote: str


_WHO = (
    r"(?:people|users|customers|they|parents|students|drivers|teachers|companies|kids|families|shoppers"
    r"|patients"
    r"|everyone|everybody)"
)
_WISH = (
    r"(?:will|would|'ll|'d|wants?|needs?|loves?|hates?|uses?|has|have|are|is|(?:does|do) (?:this|that|it|so))"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "no_cost",
            r"((?:\b(?:no|zero|without any)|n[o']t (?:(?:really )?(?:see|have) )?any) (?:real )?"
            r"(?:downsides?|risks?|drawbacks?|trade-?offs?|competitors?|competition)(?: (?:at all|in|with))?"
            r"|\b(?:can't|cannot|can not|couldn't) (?:fail|go wrong|lose)"
            r"|\bnothing (?:that )?(?:can|could|will|would) go wrong)",
        ),
        (
            "absolute",
            r"\b((?:everyone|everybody|no ?one|nobody|(?:all|every) (?:the |of the )?(?:single )?\w+)"
            r"(?: in the (?:world|country))?,? (?:ever |all |just |is ever |are all )?"
            + _WISH
            + r"\b(?: (?!not\b|n't)\w+){0,4})",
        ),
        (
            "easy",
            r"\b((?:basically|practically|essentially|more or less) (?:free|for free)(?: to \w+)?"
            r"|(?:trivial|super easy|really easy|no effort|a piece of cake|a no[- ]brainer)(?: to \w+(?:"
            r" \w+)?)?"
            r"|(?:can|could|would|will) (?:easily|just|simply) (?:build|make|do|ship|add|copy)(?: \w+){0,4}"
            r"|solves? (?:the|this|that|their) (?:\w+ )?(?:problem|issue) (?:completely|entirely|forever"
            r"|for good))",
        ),
        (
            "certain",
            r"\b(" + _WHO + r"(?: will|'ll| would|'d| are going to) (?:just |surely |all |simply )*"
            r"(?:love|happily|gladly|immediately|definitely|certainly|never|always|switch|flock)(?: \w+){0,3}"
            r"|(?:it|that|this|we)(?:'ll|'d| will| would| is going to) (?:definitely|certainly|for sure"
            r"|surely"
            r"|clearly)(?: \w+){1,4}"
            r"|(?:we)(?:'ll|'d| will| would) (?:be|become) (?:the )?(?:\w+ )?(?:leader|number one"
            r"|winner)s?(?: \w+){0,3}"
            r"|(?:it|this|that) (?:just |basically )?(?:sells itself|wins)"
            r"|(?:it's|that's|this is) (?:clearly|obviously|definitely|by far) the (?:best|right|only"
            r"|strongest)"
            r"(?: \w+){0,3}"
            r"|(?:obviously|clearly|of course|definitely|without (?:a |any )?doubt),? (?:people|they"
            r"|users|customers"
            r"|it|this|that|everyone|everybody|the)(?: \w+){1,5})",
        ),
        (
            "big",
            r"\b((?:a )?(?:huge|massive|enormous|gigantic) (?:market|opportunity|potential|impact|win"
            r"|demand|success"
            r"|upside|business)|(?:market|opportunity|potential|demand|upside|impact) (?:is|would be|will"
            r" be) "
            r"(?:really |just |simply )?(?:huge|massive|enormous|gigantic|endless|unlimited)"
            r"|(?:a )?(?:real |total )?game[- ]?chang\w+|revolutioni[sz]\w+(?: \w+){0,2}"
            r"|(?:a |really |totally )?revolutionary(?: \w+)?)",
        ),
    )
)
_HEDGED = re.compile(
    r"\b(?:if|when|once|unless|maybe|might|may|perhaps|probably|some of|guess|assum\w+|hypothes\w+|test"
    r"|check|"
    r"verify|validate|don't know|not sure|say|said|says|told|tells|asked|thought|believed|agreed|was|were|had"
    r"|did|got|"
    r"trade[- ]?offs?|downside is|the risk|risk (?:here )?is|worr\w+|afraid|should|suppos\w+|whether|pretend|"
    r"promis\w+|idea that)\b|\bnot (?:every|all)",
    re.IGNORECASE,
)
"""The sentence weighs, reports or doubts by itself: nothing to push back on."""

DOUBTS = (
    "What makes you so sure of that?",
    "How would you convince somebody who doubts that?",
    "I would challenge that. What is it based on?",
    "Is that something you know, or something you hope?",
)
"""For a claim that is weak by its meaning, without words that could be quoted for it."""

PUSH_BACKS: dict[str, tuple[str, ...]] = {
    "absolute": (
        "You said {quote}. Who would be the exception?",
        "{quote}, you said. How do you know?",
    ),
    "certain": (
        "You said {quote}. What would have to be true for that to be wrong?",
        "I am not yet convinced. You said {quote}; what is your evidence?",
    ),
    "no_cost": (
        "You said {quote}. What would a sceptic on your team answer?",
        "{quote}, really? What would you give up?",
    ),
    "easy": (
        "You said {quote}. What would the engineer beside you say?",
        "{quote}: which part of it would be the hard one?",
    ),
    "big": (
        "You called it {quote}. How big is that in numbers?",
        "{quote}, compared with what?",
    ),
}


def weak_claims(text: str) -> list[WeakClaim]:
    """Claims in order of how much a doubt is worth, each with a quote of at most seven words."""
    sentences = [sentence for sentence in SENTENCE.findall(text.replace("\u2019", "'")) if _claims(sentence)]
    return [claim for kind, pattern in _PATTERNS for claim in _found(kind, pattern, sentences)]


def is_hedged(sentence: str) -> bool:
    """Whether it weighs, reports or doubts by itself."""
    return bool(_HEDGED.search(sentence))


def _claims(sentence: str) -> bool:
    return not sentence.rstrip().endswith("?") and not _HEDGED.search(sentence)


def _found(kind: str, pattern: re.Pattern[str], sentences: list[str]) -> Iterator[WeakClaim]:
    for sentence in sentences:
        for match in pattern.finditer(sentence):
            words = match.group(1).strip(" ,.").split()[:7]
            quote = _tidy(" ".join(words))
            yield WeakClaim(kind, re.sub(r"^n[o']t .*?any", "no", quote))


def _tidy(quote: str) -> str:
    """Cut a quote before a word that cannot end one."""
    words = quote.split()
    while len(words) > 2 and words[-1].lower().strip(",.") in _DANGLING:
        words.pop()
    return " ".join(words).strip(",.")


_DANGLING = frozenset(
    "a an the to of in on at for with and or but so that which because if is are was will would"
    " we they it i you by from as into within".split()
)
