"""The candidate's own words, cut to fit into a question: 'You mentioned bus drivers: why them first?'"""

from __future__ import annotations

import re

MOST_WORDS = 6
LEAST_WORDS = 2
_BREAK = re.compile(
    r"[.,;:?!]|\b(?:because|since|so|and then|but|although|though|while|who|whom|which|that|where|when|if"
    r"|as|due to|"
    r"given|instead|rather|versus|um+|uh+|er+|you know|i mean|i think|like i said)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:so|and|or|well|okay|then|also|maybe|really|actually|just|now|first|firstly|probably"
    r"|definitely|i|we|i'd|"
    r"we'd|i'll|we'll|i'm|would|will|could|should|want(?:ed)? to|like to|going to|gonna|let me|let's|have"
    r" to|need to|"
    r"focus(?:ing)? on|focus|go(?:ing)? (?:with|for)|pick(?:ing)?|choos(?:e|ing)|chose|target(?:ing)?"
    r"|tak(?:e|ing)|"
    r"prioriti[sz](?:e|ing)|select(?:ing)?|start(?:ing)? with|build(?:ing)?|design(?:ing)? for"
    r"|concentrat(?:e|ing) on|"
    r"(?:the |my |our )?(?:first |second |third |main |biggest |key |other |one )?(?:segment|group"
    r"|persona|pain points?|"
    r"problem|pain|risk|goal|idea|solution|metric|north star|hypothesis|downside|trade[- ]?off|con|pro)s?"
    r" (?:is|are|was|would be|will be|of)|is|are|be|was|it's|there's|there is|there are|that's|assume"
    r"|say)\s+)+",
    re.IGNORECASE,
)
_DANGLING = frozenset(
    "a an the to of in on at for with and or but so than from by as into about is are was were be will"
    " would could"
    " should can may might not very more most my our their his her its this these those some any every i"
    " we they he she"
    " it you too also just really".split()
)
_GENERIC = frozenset(
    "first second third last next other one two three four several different main biggest largest most"
    " important group"
    " groups segment segments pain pains point points problem problems idea ideas solution solutions"
    " option options"
    " goal metric metrics number people users customers thing things way ways part step answer question"
    " time first-time"
    " product company".split()
)
"""Taken up, these would say nothing of what was said."""
_CHOICE = re.compile(
    r"\b(?:i'd|i would|i'll|i will|i'm going to|i'm|let me|let's|we'd|i(?= (?:choose|chose|pick)\b))"
    r" (?:rather |then |probably "
    r"|just |first )?"
    r"(?:go(?:ing)? (?:with|for)|choose|chose|pick|take|start with|begin with|focus on|solve|tackle|build"
    r"|prioriti[sz]e"
    r"|concentrate on|recommend|bet on|put my (?:money|chips) on|lean towards|test|measure|track)"
    r" (?P<what>[^.?!;:]+)",
    re.IGNORECASE,
)
_UNQUOTABLE = frozenset(
    "i we me us i'd i'll i'm we'd we'll we're um uh it this that these those them they mine ours"
    " yours".split()
)
_YOURS = {"my": "your", "our": "your"}


def as_quote(said: str) -> str:
    """Two to six words of `said` that stand on their own, as the interviewer would say them; '' for none."""
    text = " ".join(said.split())
    stripped = _LEAD.sub("", text)
    found = _BREAK.search(stripped)
    words = (stripped[: found.start()] if found else stripped).split()
    if len(words) > MOST_WORDS:
        # Cut in the middle of a thought it would say something else.
        words = _shorter(words)
    while words and words[-1].lower() in _DANGLING:
        words.pop()
    if not LEAST_WORDS <= len(words) <= MOST_WORDS or any(word.lower() in _UNQUOTABLE for word in words):
        return ""
    if all(word.lower() in _DANGLING for word in words[1:]) or not any(len(word) > 3 for word in words):
        return ""
    if all(word.lower() in _GENERIC | _DANGLING for word in words):
        return ""
    return " ".join(_YOURS.get(word.lower(), word) for word in words)


def choices(text: str) -> list[str]:
    """What the candidate says they would choose, build, solve or test, each as a quote, in order."""
    found = (as_quote(match["what"]) for match in _CHOICE.finditer(text.replace("\u2019", "'")))
    return [quote for quote in found if quote]


def _shorter(words: list[str]) -> list[str]:
    """Up to the last preposition that leaves few enough words in front of it."""
    for end in range(MOST_WORDS, LEAST_WORDS - 1, -1):
        if words[end].lower() in ("in", "on", "at", "for", "with", "of", "to", "from", "by", "and", "or"):
            return words[:end]
    return []
