"""Which signals a line gives by its meaning: one rule for the interviewer and for the report.

A signal of the phase at hand counts when it is fairly probable, another phase's only when it is surer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice_interviewer.core.content import Framework
from voice_interviewer.core.phrases import SENTENCE
from voice_interviewer.core.signals import GIVES

ANSWERS = "?"
"""Prefix of a meaning's key: '?2' is how probably the line answers the question's own follow-up 2."""
PROVED_BY = "@"
"""Prefix of a meaning's key: '@goal_stated' is the number of the passage that gives that signal."""
GIVEN_HERE = 0.25
"""So probable, by meaning, a signal of the phase at hand must be to count as heard."""
GIVEN_ELSEWHERE = 0.7
"""The same for another phase's: what was said early is not asked for later."""
MIN_PASSAGE_WORDS = 6
"""A shorter sentence says too little on its own."""
_EMPTY = frozenset(
    "um umm uh uhm er erm hm hmm mm ah oh okay ok yes yeah yep no nope right well so and but"
    " then sure exactly true fine good great thanks thank you i i'd i'm i've have got nothing"
    " else more to add that that's it is all my answer say would think guess the a please go on"
    " done sorry let me see here now".split()
)
"""A line of these alone tells nothing, whatever it may resemble."""


def says_nothing(text: str) -> bool:
    """'Um, okay.', 'I have nothing to add.'"""
    return set(re.findall(r"[a-z']+", text.lower().replace("\u2019", "'"))) <= _EMPTY and not re.search(
        r"\d", text
    )


def given(framework: Framework, believed: str, meanings: Mapping[str, float]) -> dict[str, float]:
    """Signal id -> probability of those that count as heard, for a line taken to be in phase `believed`."""
    here = _likely_here(framework, believed, meanings)
    return {
        signal.id: probability
        for phase in framework.phases
        for signal in phase.signals
        if (probability := meanings.get(GIVES + signal.id, 0.0))
        >= (GIVEN_HERE if phase.id in here else GIVEN_ELSEWHERE)
    }


def chances(framework: Framework, believed: str, meanings: Mapping[str, float]) -> dict[str, float]:
    """Signal id -> probability that the line gives it, whether or not that is enough to count as heard."""
    here = _likely_here(framework, believed, meanings)
    return {
        signal.id: probability * (1.0 if phase.id in here else GIVEN_HERE / GIVEN_ELSEWHERE)
        for phase in framework.phases
        for signal in phase.signals
        if (probability := meanings.get(GIVES + signal.id, 0.0)) > 0.0
    }


def phases_at_hand(framework: Framework, believed: str, meanings: Mapping[str, float]) -> tuple[str, ...]:
    """The phases whose signals a line may give: where the candidate is taken to be, and where the line
    alone would belong. Who is asked about one step may well answer about another.
    """
    if framework.monologue:
        return tuple(phase.id for phase in framework.phases)
    return _likely_here(framework, believed, meanings)


def _likely_here(framework: Framework, believed: str, meanings: Mapping[str, float]) -> tuple[str, ...]:
    """Of a story too: words that sound like a lesson are hardly one while the scene is being set."""
    fits = {phase.id: meanings[phase.id] for phase in framework.phases if phase.id in meanings}
    likeliest = max(fits, key=lambda one: fits[one], default=believed)
    return (believed,) if likeliest == believed else (believed, likeliest)


def passage_spans(text: str) -> list[tuple[int, int]]:
    """What is read as one thought, as (start, end) in `text`: a sentence; a short one goes together with
    the next, or the last with the one before.
    """
    found: list[tuple[int, int]] = []
    begun: int | None = None
    for match in SENTENCE.finditer(text):
        start, end = _trimmed(text, *match.span())
        if start >= end:
            continue
        begun = start if begun is None else begun
        if len(text[begun:end].split()) >= MIN_PASSAGE_WORDS:
            found.append((begun, end))
            begun = None
    if begun is not None:
        last = len(text.rstrip())
        if found:
            found[-1] = (found[-1][0], last)
        else:
            found.append((begun, last))
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip()))
