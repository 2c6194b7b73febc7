"""Weak claims: words that say more than was shown. The interviewer doubts one, once."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeakClaim:
    """A claim worth doubting and the words that make it weak."""

    kind: str
    quote: str


_ABSOLUTE = re.compile(
    r"\b((?:everyone|everybody|all (?:the )?(?:users|people|customers)|no ?one|nobody)"
    r" (?:will|would|wants?|needs?|loves?|hates?|uses?|has|is going to)(?: \w+){0,3})",
    re.IGNORECASE,
)
_CERTAIN = re.compile(
    r"\b((?:obviously|clearly|definitely|of course|without (?:a )?doubt),? (?:\w+'?\w* ?){2,5})",
    re.IGNORECASE,
)
_NO_COST = re.compile(
    r"\b((?:no|zero|without any|isn't any|aren't any) (?:real )?(?:downsides?|risks?|drawbacks?"
    r"|trade-?offs?|competitors?|competition))\b",
    re.IGNORECASE,
)
_BIG_WORDS = re.compile(
    r"\b((?:a )?(?:huge|massive|enormous|game[- ]chang\w+|revolutionary) (?:\w+ ?){1,2})", re.IGNORECASE
)

_PATTERNS = (("no_cost", _NO_COST), ("absolute", _ABSOLUTE), ("certain", _CERTAIN), ("big", _BIG_WORDS))

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
    "big": (
        "You called it {quote}. How big is that in numbers?",
        "{quote}, compared with what?",
    ),
}


def weak_claims(text: str) -> list[WeakClaim]:
    """Claims in order of how much a doubt is worth, each with a quote of at most seven words."""
    found = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            words = match.group(1).strip(" ,.").split()[:7]
            found.append(WeakClaim(kind, _tidy(" ".join(words))))
    return found


def _tidy(quote: str) -> str:
    """Cut a quote before a word that cannot end one."""
    words = quote.split()
    while len(words) > 2 and words[-1].lower().strip(",.") in _DANGLING:
        words.pop()
    return " ".join(words).strip(",.")


_DANGLING = frozenset(
    "a an the to of in on at for with and or but so that which because if is are was will would"
    " we they it i you".split()
)
