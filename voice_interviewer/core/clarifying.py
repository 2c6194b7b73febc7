"""Questions the candidate asks the interviewer: noticing one, and finding the fact that answers it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice_interviewer.core.phrases import SENTENCE

WANTS = "~"
"""Prefix of a meaning's key: '~goal' says that the line's last sentence asks for the goal; see below."""
CHECK, CHOICE, NO_FACT, NOTHING = "check", "choice", "none", "-"
"""What a last sentence may want besides one of the facts: a nod, a choice how to go on, a fact that there is
not, nothing."""

_TOPICS: dict[str, re.Pattern[str]] = {
    "goal": re.compile(
        r"\b(goals?|objectives?|success(ful)?|optimi[sz]\w+|mission|aim(ing)?|why (are|do|is|would) we"
        r"|metrics?"
        r"|trying to (achieve|do|solve)|revenue|growth|engagement|outcomes?|problem)\b"
    ),
    "users": re.compile(
        r"\b(users?|customers?|audience|who|whom|segments?|demographics?|personas?|people|consumers?"
        r"|adults?|children|kids|age|ages"
        r"|b to b|b2b|enterprise|businesses)\b"
    ),
    "platform": re.compile(
        r"\b(platforms?|mobile|web(site)?|apps?|desktop|devices?|ios|android|iphone|hardware|software"
        r"|phone|tablet"
        r"|browser|channel|existing product|from scratch|physical|digital)\b"
    ),
    "market": re.compile(
        r"\b(markets?|countr(y|ies)|regions?|global(ly)?|abroad|(north|south) america|asia|geograph\w*"
        r"|international(ly)?|united states|u ?s"
        r"|europe|competit\w+|cit(y|ies)|worldwide|locations?)\b"
    ),
    "constraints": re.compile(
        r"\b(constraints?|budgets?|limit(s|ations?|ed)?|regulat\w+|legal|not allowed|off limits|must not"
        r"|have to avoid|privacy|restrictions?|compliance"
        r"|cost|requirements?)\b"
    ),
    "timeline": re.compile(
        r"\b(timelines?|deadlines?|when(?! (i|you|we|they) (say|said|talk|speak|think|mean)\b)"
        r"|how (long|soon|quickly|much time)|out by|time ?frame|launch(ing)?|quarters?|months?|years?"
        r"|horizon|by then)\b"
    ),
    "resources": re.compile(
        r"\b(resources?|teams?|engineers?|head ?count|designers?|how many people|staff|funding|data do we"
        r"|who do we have)\b"
    ),
}

TOPICS = tuple(_TOPICS)
"""The kinds of facts that a question of the bank has."""

_ASKING = re.compile(
    r"\b(can|could|may|should|shall|do|does|did|is|are|am|was|were|would|will|what|which|who|how|when"
    r"|where|why"
    r"|have|has)\b[^.?!]*\b(we|i|you|it|this|there|they|our|your|the)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\bany (limits?|constraints?|preferences?|particular|specific)\b|\bis my\b|\b(can i (ask|assume"
    r"|clarify|check|confirm)|could (you|i)|should i|do you|are you|would you|is (it"
    r"|this|that|there)"
    r"|are (we|there|they)|do we|am i|may i|did you|is the|are the|what('s| is| are) (the|our|your)"
    r"|who('s| is| are) (the|our)"
    r"|how (many|much|long|big)|when|where|i have a (quick )?question|one (quick )?(clarifying )?question"
    r"|is our"
    r"|does (it|this|that|the)|have we|which)\b",
    re.IGNORECASE,
)
_GO_ON = r"(go on|continue|proceed|move on|keep going|go ahead|carry on|move ahead)"
_CHECKING_IN = re.compile(
    r"\b((does|do|did) (that|this|it|these|my \w+)( \w+)? (make sense|sound|work|seem)|make sense"
    r"|(sounds?|looks?) (good|fair|right|okay|ok|reasonable)|any questions|all (good|right|clear)"
    r"|is (that|this|it) (ok|okay|fine|fair|all right|clear|good)( (with|for) you)?"
    r"|(ok|okay|fine|all right) (if|so far|with you|up to here)"
    r"|(shall|can|may|should|could) i "
    + _GO_ON
    + r"|(would|do) you (like|want) me to "
    + _GO_ON
    + r"|okay if i "
    + _GO_ON
    + r"|are you (with me|following)"
    r"|anything (else )?you('d| would) like|right|okay|is there anything)"
    r"(?P<rest>( so far| up to here| for you| to you| (before i|if i|to|on to|with|until)"
    r" [^.?!]{0,60}))?\s*\?\s*$",
    re.IGNORECASE,
)
_TO_SELF = re.compile(
    r"\b(let me think|i wonder|how would i|what would i|what else|what (should|do|can) i|how (do|should"
    r"|can) i|where was i)\b"
    r"|\b(so|now|okay) (what|who|why|how)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(asked|asks?|asking|said|says|told|wondered?|wonders?|wondering|thought|thinks?|wrote|writes|replied"
    r"|(my|the|one|their|her|his) (big |main |first )?question (is|was|to \w+ \w+ (is|was))|was like"
    r"|to (myself|themselves|herself|himself))\b[^.?!]*[,:]",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(can|could|may|let me|like to|want to|wanted to|going to) (i )?(just )?(ask|check|clarify)|\bi"
    r" (have|'ve got) a\b"
    r"|\bi was wondering\b|\bjust to (clarify|check)",
    re.IGNORECASE,
)
"""'Can I ask, is it …': the question is the candidate's own, whatever verb leads it in."""

_AGAIN = re.compile(
    r"\b(again|repeat|remind|once more|did you (say|tell|mention)|you (just )?(said|told|mentioned|gave)"
    r"|what (was|were)|sorry)\b",
    re.IGNORECASE,
)
_OFFERS = re.compile(r"\b(would|do) you (like|want|prefer) me to\b[^.?!]*\bor\b", re.IGNORECASE)
_DATA = re.compile(
    r"\b(data|numbers|research|figures|evidence) (on|about|of|for|showing|how|where|when|who|what)\b"
)


def last_sentence(text: str) -> str:
    """The last sentence of a recogniser's text, '' of nothing."""
    sentences = SENTENCE.findall(text.strip())
    return str(sentences[-1]).strip() if sentences else ""


def is_checking_in(text: str) -> bool:
    """'Does that make sense?': wants a word, not a fact."""
    return bool(_CHECKING_IN.search(last_sentence(text)))


def is_question_to_interviewer(text: str) -> bool:
    """Does the text end in a question the interviewer is meant to answer?"""
    sentence = last_sentence(text)
    if not sentence.endswith("?") or _TO_SELF.search(sentence):
        return False
    if _REPORTED.search(sentence) and not _MINE.search(sentence):
        return False
    return bool(_ADDRESSED.search(sentence) or _ASKING.search(sentence))


def is_to_self(sentence: str) -> bool:
    """'What else could we do?': thinking aloud."""
    return bool(_TO_SELF.search(sentence))


def asks_again(sentence: str) -> bool:
    """'Sorry, what was the goal again?': wants to hear a fact once more."""
    return bool(_AGAIN.search(sentence))


def is_reported(sentence: str) -> bool:
    """'She asked me, when will it be done?': somebody else's question."""
    return bool(_REPORTED.search(sentence)) and not _MINE.search(sentence)


def topics_named(sentence: str) -> list[bool]:
    """For each of TOPICS whether its words occur."""
    return [bool(pattern.search(sentence.lower())) for pattern in _TOPICS.values()]


def wanted(text: str, meanings: Mapping[str, float]) -> str:
    """What the last sentence wants: one of TOPICS, CHECK, CHOICE, NO_FACT or NOTHING. By meaning where that
    is known, else by patterns.
    """
    asked = last_sentence(text)
    if _OFFERS.search(asked):
        return CHOICE
    meant = next((key[len(WANTS) :] for key in meanings if key.startswith(WANTS)), "")
    if meant in TOPICS and _DATA.search(asked.lower()):
        return NO_FACT  # figures on the users are not who they are
    if meant == NOTHING and is_question_to_interviewer(text) and _MINE.search(text[-300:]):
        meant = ""  # "can I ask a couple of things? …": what was announced is a question, however winding
    if meant:
        return meant
    if is_checking_in(text):
        return CHECK
    return (topic_of(text) or NO_FACT) if is_question_to_interviewer(text) else NOTHING


def topic_of(text: str) -> str | None:
    """Which clarification a question asks for; None when it is about none of them.

    The topic named last wins a tie: 'for the users, is there a deadline?' asks for the deadline.
    """
    sentence = last_sentence(text).lower()
    best: tuple[int, int, str] | None = None
    for topic, pattern in _TOPICS.items():
        hits = list(pattern.finditer(sentence))
        if hits:
            candidate = (len(hits), hits[-1].start(), topic)
            best = candidate if best is None else max(best, candidate)
    return best[2] if best else None


def fact(topic: str, clarifications: Mapping[str, str]) -> tuple[str, str] | None:
    """(topic, fact), None when the question has none of that kind."""
    return (topic, clarifications[topic]) if clarifications.get(topic) else None
