"""Is it a question to the interviewer? People who think aloud also ask themselves.

In 2,300 written answers with known ends, a question some way into an answer that has no "you" or "we" in it
("so what happens there?") stands at 4 ends and at 116 stops after which the speaker goes on; one that has, at
16 and 32. What opens a turn is mostly a question for clarification.
"""

from __future__ import annotations

import re
from typing import Literal

from voice_interviewer.core.phrases import ending

QuestionKind = Literal["asked", "asking", "wondering", ""]
"""To the interviewer; perhaps to them; to themselves; no question."""

OPENING_WORDS = 8
"""With no more said before it, a question opens the turn."""

_ASKED = ending(
    "does (?:that|this|it) (?:make sense|sound (?:good|right|okay|reasonable|fair)|"
    "answer\\b.{0,30})(?: to you)?",
    "(?:is|would) (?:that|this|it) (?:be )?"
    "(?:okay|ok|right|fair|fine|correct|reasonable|good|enough|alright)"
    "(?: with you| to assume| for you| if (?:i|we)\\b.{0,60})?",
    "sounds? (?:good|okay|fair|right)",
    "any (?:questions|thoughts|feedback|preference|concerns)\\b.{0,40}",
    "what do you think\\b.{0,30}",
    "anything (?:else )?you(?:'d| would) like\\b.{0,60}",
    "(?:shall|should|can|may|could) i "
    "(?:go on|go ahead|continue|move on|proceed|assume|start|ask|take|focus)\\b.{0,60}",
    "do you (?:want|agree|mind|mean|prefer|have (?:any|a))\\b.{0,80}",
    "are you (?:okay|fine|happy) with .{0,40}",
    "would you (?:like|want|prefer)\\b.{0,80}",
    "(?:could|can|would|will) you (?:please )?(?:tell|give|clarify|share|explain|repeat|say|be)\\b.{0,80}",
    "is there (?:a|an|any|anything|one|something)\\b.{0,80}",
    "are (?:there|we|you) (?:any|talking|thinking|looking)\\b.{0,60}",
)
_QUESTION = re.compile(
    r"^(?:(?:but|because|then|first|maybe|sorry|just|quick question) )*"
    r"(?:what|how|why|who|whom|whose|where|when|which|is|are|am|was|were|do|does|did|can|could|would|should"
    r"|shall|will|may|might|must|has|have|had|any|isn't|aren't|don't|doesn't|can't|shouldn't|wouldn't)\b"
    r"|\b(?:right|correct|yes|no|or not|okay|you|we)$"
)
"""How a question begins, or ends when it began like a statement."""
_ADDRESSED = re.compile(r"\b(?:you|your|yours|we|our|us|clarify|(?:should|shall|can|could|may) i)\b")


_ALTERNATIVES = re.compile(r"\b(?:or|and)$")
_BEGUN = re.compile(
    r"(?:do you (?:mean|want)|would you (?:like|prefer)|are you (?:asking|thinking|talking)|"
    r"is (?:it|this|that|there)|(?:should|shall|can|could|may) i)"
)
_CLAUSE = re.compile(
    r"(?:when|if|because|since|as|while|although|whether) (?!(?:is|are|was|were|do|does|did)\b)"
)
_INVERTED = re.compile(
    r"\b(?:what|how|why|who|who'd|which|where)\b|\b(?:is|are|am|was|were|do|does|did|can|could|would|should|shall"
    r"|will|may|might|has|have|had|isn't|aren't|don't|doesn't|can't|won't|wouldn't|shouldn't)"
    r" (?:i|you|we|they|he|she|it|this|that|there|these|those|the|an?|my|your|our|their|people|any\w*)\b"
)
"""What asks, in a sentence: a question word, or the verb before the subject."""


def breaks_off(sentence: str) -> bool:
    """Whether a sentence that is a question, or has begun as one, wants more: 'retail, or?', 'do you mean',
    'when we say frontline workers?'.
    """
    if _CLAUSE.match(sentence) and not _INVERTED.search(sentence):
        return True
    return bool(_ALTERNATIVES.search(sentence) or _BEGUN.fullmatch(sentence))


def asks_interviewer(sentence: str) -> bool:
    """Whether the last sentence, lower case without punctuation, ends in one of the usual requests."""
    return bool(_ASKED.search(sentence))


def question_kind(sentence: str, words_before: int) -> QuestionKind:
    """What kind of question the last sentence is, given that the recogniser put a question mark behind it.

    That mark is seldom wrong on whole sentences, but 'I looked at how many asked for it?' has it too.
    """
    if not _QUESTION.search(sentence):
        return ""
    if words_before <= OPENING_WORDS:
        return "asked"
    return "asking" if _ADDRESSED.search(sentence) else "wondering"
