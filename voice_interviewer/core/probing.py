"""Questions about a thing the candidate just mentioned, in their own words.

'You mentioned the origin cache: what happens when that fails?' Each fits whatever stands in the gap, and
hardly anybody answers it unasked.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from voice_interviewer.core.mentions import is_counted

KEY = "probe:"
"""Prefix of a decision's key; the phase follows, and which one it is there."""
MAX_PROBES, MAX_IN_PHASE = 8, 2
"""Per interview and phase: more would become a manner."""

COUNTED = (
    "You said {phrase}: where does that number come from?",
    "You said {phrase}: why that number?",
    "You said {phrase}: what would change if that were half?",
)
OF_TYPE: dict[str, tuple[str, ...]] = {
    "product-design": (
        "You mentioned {phrase}: why does that matter to these people?",
        "You mentioned {phrase}: what would be lost without that?",
        "You brought up {phrase}: how would you find out whether you are right about that?",
    ),
    "metrics": (
        "You mentioned {phrase}: how would you see that in the data?",
        "You brought up {phrase}: how could that mislead you?",
    ),
    "diagnosis": (
        "You mentioned {phrase}: what would that tell you?",
        "You brought up {phrase}: how would you rule that out?",
    ),
    "technical": (
        "You mentioned {phrase}: what happens when that fails?",
        "You brought up {phrase}: what does that cost you?",
        "You mentioned {phrase}: what would you use in place of that?",
    ),
    "behavioural": (
        "You mentioned {phrase}: what was your own part in that?",
        "You brought up {phrase}: what made that hard?",
        "You mentioned {phrase}: what would you do differently there today?",
    ),
    "prfaq": (
        "You mentioned {phrase}: why does that matter to the customer?",
        "You brought up {phrase}: what would a sceptical customer say to that?",
    ),
    "strategy": (
        "You mentioned {phrase}: what would a competitor do about that?",
        "You brought up {phrase}: how sure are you of that?",
    ),
    "responsible-ai": (
        "You mentioned {phrase}: who is affected by that?",
        "You brought up {phrase}: how could that go wrong?",
    ),
    "ai-fluency": (
        "You mentioned {phrase}: how would you notice when that goes wrong?",
        "You brought up {phrase}: what would you try first there?",
    ),
}
ANY = (
    "You mentioned {phrase}: what would that look like, concretely?",
    "You brought up {phrase}: can you say more about that?",
)
"""In every type of interview."""


def probes(type_id: str, phrase: str, said: Sequence[str] = ()) -> list[str]:
    """What one may ask about the phrase in this type of interview, and was not asked in what was `said` of
    something else already; then what fits any type; all of it again where that was asked as well.
    """
    own = COUNTED if is_counted(phrase) and type_id != "behavioural" else OF_TYPE.get(type_id, ())
    asked = {text.partition(": ")[2] for text in said}
    options = _fresh(own, asked) or _fresh(ANY, asked) or own or ANY
    return [option.format(phrase=phrase) for option in options]


def _fresh(options: Sequence[str], asked: Set[str]) -> list[str]:
    return [option for option in options if option.partition(": ")[2] not in asked]
