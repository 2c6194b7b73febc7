"""What one line says about the phase it belongs to, as weights in nats: cues, openings, or given meanings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from voice_interviewer.core.content import Framework

OPENS = ">"
"""Prefix of a meaning's key: '>report' is how many times likelier than usual the line opens that phase."""

CUE_NATS = 1.5
MAX_CUES = 2
OPENER_NATS = 3.0
CUE_SHARE = 0.4
"""How much cues still count where meanings, which have seen them, speak as well."""
MEANING_SHARE = 0.65
"""Neighbouring lines resemble each other, so each counts for less than independent evidence would."""
OPENING_SHARE = 1.0
OPENING_LIMITS = (-2.0, 8.0)

_HOLD = re.compile(
    r"\b(?:give me|take|need|have|like|spend) (?:like |just |maybe )?(?:a|one|another|two|a couple(?: of)?|"
    r"thirty|some|a few) (?:more |quick )?(?:moments?|minutes?|seconds?|secs?|time)\b"
    r"|\bany questions\b|\bbefore i (?:move|go|continue|proceed|jump)\b|\b(?:gather|collect) my thoughts\b"
    r"|\b(?:does|do) (?:that|this|it) (?:make sense|sound|work)\b|\btake your time\b|\blet me think\b",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:structure|approach|walk you through|outline|roadmap|my plan|agenda|at the end|if we have time|"
    r"and then|after that|finally|lastly|later|in a bit|come back to|get to)\b",
    re.IGNORECASE,
)
_INTENDS = re.compile(
    r"\b(?:i'?ll|i will|i'?m (?:going to|gonna)|i am going to|"
    r"i'?d (?:\w+ )?(?:like|want|love|start|approach|go)|i (?:\w+ )?want to|i would like|"
    r"what i'?d|the way i'?d)\b",
    re.IGNORECASE,
)
_IN_STEPS = re.compile(
    r"\b(?:then|after (?:that|this|which)|finally|lastly|at the end|in the end|followed by|"
    r"and (?:finish|end)|structure|outline|agenda)\b|,[^,]+,[^,]+,? and\b",
    re.IGNORECASE,
)
_LOOKS_BACK = re.compile(
    r"^(?:\S+ ){0,6}(?:summari[sz]e|summary|recap|sum|wrap)\b"
    r"|\b(?:we|i) (?:started|chose|looked|picked|talked|went)\b",
    re.IGNORECASE,
)
PLAN_WORDS = (6, 50)
PLAN_PHASES = 3
"""A line that intends, goes by steps and touches as many phases is a plan of the talk."""
STAY_NATS = -2.0
"""What a plan or a request for time weighs for opening any phase."""
HELD_NATS = 3.0
"""A line that asks for time and opens a phase as clearly as this does not stay ('wait. So, pain points')."""
_NAMES = {
    "users": re.compile(r"\b(?:users?|segments?|personas?|customers?|audience|people)\b", re.IGNORECASE),
    "pains": re.compile(r"\b(?:pain ?points?|problems?|needs|challenges|journey)\b", re.IGNORECASE),
    "ideas": re.compile(r"\b(?:solutions?|ideas|features|brainstorm\w*)\b", re.IGNORECASE),
    "judgement": re.compile(r"\b(?:prioriti[sz]\w+|trade[ -]?offs?|evaluat\w+|risks?)\b", re.IGNORECASE),
    "measures": re.compile(r"\b(?:metrics?|measure|success|kpis?|summar\w+|recap)\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line's, in the order of the framework's phases, in nats."""

    fits: tuple[float, ...]
    """How well the line's content fits each phase."""
    opens: tuple[float, ...]
    """How much it sounds like the opening of each phase."""


class EvidenceReader:
    """Reads lines for one framework."""

    def __init__(self, framework: Framework) -> None:
        self._ids = [phase.id for phase in framework.phases]
        self._cues = [_compiled(phase.cues) for phase in framework.phases]
        self._openers = [_compiled(phase.transitions) for phase in framework.phases]

    def read(self, text: str, meanings: Mapping[str, float]) -> Evidence:
        """Meanings, where given, and the cues beside them; without meanings the cues alone."""
        stays = Evidence((0.0,) * len(self._ids), (STAY_NATS,) * len(self._ids))
        if self._is_plan_of_talk(text):
            return stays
        cues = self._from_cues(text)
        if not meanings:
            return cues
        meant = self._from_meanings(meanings)
        if is_hold(text) and max(meant.opens) < HELD_NATS:
            return stays
        return Evidence(
            tuple(m + CUE_SHARE * c for m, c in zip(meant.fits, cues.fits, strict=True)),
            tuple(m + CUE_SHARE * c for m, c in zip(meant.opens, cues.opens, strict=True)),
        )

    def _is_plan_of_talk(self, text: str) -> bool:
        """'I'll first talk about …, then …, and at the end …': in none of the phases it names."""
        shortest, longest = PLAN_WORDS
        if not shortest <= len(text.split()) <= longest or _LOOKS_BACK.search(text):
            return False
        if not (_INTENDS.search(text) and _IN_STEPS.search(text)):
            return False
        touched = sum(
            bool(_hits(text, cues) or _hits(text, openers))
            for cues, openers in zip(self._cues, self._openers, strict=True)
        )
        named = sum(bool(pattern.search(text)) for pattern in _NAMES.values())
        return max(touched, named) >= PLAN_PHASES

    def _from_cues(self, text: str) -> Evidence:
        held = is_hold(text)
        fits = tuple(0.0 if held else CUE_NATS * min(MAX_CUES, _hits(text, cues)) for cues in self._cues)
        silent = held or is_plan(text)
        opens = tuple(
            OPENER_NATS if not silent and _hits(text, openers) else 0.0 for openers in self._openers
        )
        return Evidence(fits, opens)

    def _from_meanings(self, meanings: Mapping[str, float]) -> Evidence:
        fits = tuple(MEANING_SHARE * math.log(meanings.get(one, 0.0) + 1e-4) for one in self._ids)
        low, high = OPENING_LIMITS
        opens = tuple(
            OPENING_SHARE * min(high, max(low, math.log(max(1e-3, meanings.get(OPENS + one, 1.0)))))
            for one in self._ids
        )
        return Evidence(fits, opens)


def is_hold(text: str) -> bool:
    """A request for time, a check-in: it stays where the talk is, whatever it names."""
    return len(text.split()) <= 16 and bool(_HOLD.search(text))


def is_plan(text: str) -> bool:
    """'First users, then pain points, then solutions': names phases without being in them."""
    named = sum(bool(pattern.search(text)) for pattern in _NAMES.values())
    return named >= 3 or (named >= 2 and bool(_PLAN.search(text)))


def _compiled(patterns: tuple[str, ...]) -> list[re.Pattern[str]]:
    return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]


def _hits(text: str, patterns: list[re.Pattern[str]]) -> int:
    return sum(bool(pattern.search(text)) for pattern in patterns)
