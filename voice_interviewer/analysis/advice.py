"""A strength first, then at most three things to work on, each with its two best examples.

Every piece of advice points at moments that can be played. Few fillers, thinking pauses, repeats and
restarts are never held against anyone; a recording too poor or too short to judge gets no advice at all,
and a line that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voice_interviewer.analysis.advice_strengths import STRENGTH_RULES
from voice_interviewer.analysis.advice_weaknesses import WEAKNESS_RULES
from voice_interviewer.analysis.considered import Considered, Rated
from voice_interviewer.analysis.findings import Advice

MAX_WORK_ON = 3
MIN_SPEAKING_S = 20.0
MIN_WORDS = 30
"""With less, a rate per minute says nothing about anybody."""


def advise(facts: Considered) -> Advice:
    """What to keep and what to change, best supported first."""
    if facts.quality.verdict == "none":
        return Advice(None, (), f"Nothing to judge: {facts.quality.reasons[0]}.")
    if facts.quality.verdict == "poor":
        return Advice(
            None, (), f"Too poor a recording to judge anybody by: {'; '.join(facts.quality.reasons)}."
        )
    if facts.pacing.speaking_s < MIN_SPEAKING_S or facts.pacing.words < MIN_WORDS:
        return Advice(None, (), "Too little was said to judge: speak for half a minute or more.")
    weaknesses = _ranked(facts, WEAKNESS_RULES)[:MAX_WORK_ON]
    blocked = {rated.item.id for rated in weaknesses}
    strengths = [rated for rated in _ranked(facts, STRENGTH_RULES) if rated.item.id not in blocked]
    return Advice(strengths[0].item if strengths else None, tuple(rated.item for rated in weaknesses))


def _ranked(facts: Considered, rules: Iterable[Callable[[Considered], Rated | None]]) -> list[Rated]:
    found = [rated for rule in rules if (rated := rule(facts)) is not None and rated.item.examples]
    return sorted(found, key=lambda rated: -rated.weight)
