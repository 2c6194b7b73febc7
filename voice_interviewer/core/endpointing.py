"""How long a pause must last before it ends the turn: points for what is known, and seconds for what is missing.

Inside turns, pauses get rarer with their length by a constant factor a second (docs/turn-taking.md): each further
`tau_s` of silence makes 'the turn is over' e times as likely against 'a pause'. So silence and evidence have
one currency. Points are natural logarithms of likelihood ratios, `NEEDED` is what it takes to speak, and every
point that is missing costs `tau_s` of silence:

    wait_s = PAUSE_S + tau_s * (NEEDED + caution - points)        within [SHORTEST_S, LONGEST_S]
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from voice_interviewer.core.completeness import Closure, Completeness


class Patience(enum.Enum):
    """What the candidate was just asked decides how long an answer is likely to be."""

    QUESTION = "question"
    """The main question, or an invitation to a new phase: a long answer."""
    FOLLOW_UP = "follow_up"
    """One thing was asked: an answer of a few sentences."""
    SHORT = "short"
    """Yes or no, a name, a number."""
    CLARIFIED = "clarified"
    """The candidate's own question was answered: they go on, often after a thought."""


CLOSURE_POINTS: Mapping[Closure, float] = {
    "said_so": 6.0,  # 'that's my answer': in meetings it stands at an end 100 times as often as at a pause
    "asked": 3.2,  # a question to the interviewer: 12 times, and silence after it feels like not being heard
    "closing": 1.2,  # 'so that's why ...': 3 to 30 times, by wording
    "complete": 0.2,
    "unclear": -0.3,
    "trailing": -0.7,  # 'so ...': as often a breath as an end
    "announced": -1.6,  # having said what comes next, people go on
    "listing": -1.6,
    "filler": -1.2,  # 'um' holds the floor
    "open": -1.8,  # nobody ends on 'the'
    "thinking": 0.0,  # has its own wait
}
"""What the last words are worth."""

VOTE_POINTS: tuple[tuple[float, float], ...] = ((0.8, 1.7), (0.5, 0.7), (0.2, -0.3), (0.0, -1.4))
"""What the prosody model's vote is worth, from this probability up. On real telephone and interview speech
votes of 0.8 and more fell on 57 % of the ends and 12 % of the pauses, votes under 0.2 on 20 % and 66 %."""

EARLY_POINTS: Mapping[Patience, tuple[tuple[float, float], ...]] = {
    Patience.QUESTION: ((12.0, -2.0), (25.0, -0.8)),
    Patience.CLARIFIED: ((8.0, -1.5), (20.0, -0.5)),
    Patience.FOLLOW_UP: ((4.0, -1.2), (10.0, -0.6)),
    Patience.SHORT: ((8.0, 0.9), (15.0, 0.3)),
}
"""A turn shorter than so many seconds is less (or, where a word will do, more) likely to be over."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """The constants of the formula; seconds of silence after the last word."""

    needed: float = 2.7
    """Points it takes to speak: the one dial between dead air and cutting in, set with the trade-off curve."""
    pause_s: float = 0.5
    """Silence that everything starts from; shorter pauses are not judged."""
    tau_s: float = 0.6
    """Pauses grow rarer by e with every so many seconds: measured on 9,000 pauses in meetings."""
    shortest_s: float = 0.6
    """Never sooner, whatever was said: the utterance must close, and an instant answer is unnerving."""
    longest_s: float = 5.0
    """Never later, unless the candidate asked for time: the target for the slowest replies is half of it."""
    thinking_s: float = 18.0
    """'Let me think': as long as people can bear."""
    habit_weight: float = 12.0
    """So many pauses of the candidate's own count as much as everybody's `tau_s`."""
    habit_range_s: tuple[float, float] = (0.45, 1.1)
    """However fast or slow they are, their own tau stays within this."""
    caution_step: float = 0.5
    """Points added when the interviewer turns out to have cut in."""
    caution_limit: float = 1.5
    caution_decay: float = 0.2
    """Points taken off again at every turn that ended well."""


DEFAULT_ENDPOINTING = EndpointSettings()


@dataclass(frozen=True, slots=True)
class PauseEvidence:
    """All that is known about one pause."""

    completeness: Completeness
    vote: float | None
    """Of the prosody model, None when it has none (yet)."""
    patience: Patience
    turn_s: float
    """From the turn's first word to the pause."""


@dataclass(slots=True)
class PauseHabit:
    """How this candidate pauses inside turns, learned during the session; and how wrong the judge has been."""

    settings: EndpointSettings = DEFAULT_ENDPOINTING
    count: int = 0
    excess_s: float = 0.0
    """Sum of what the candidate's pauses lasted beyond `pause_s`."""
    caution: float = 0.0

    def add(self, pause_s: float) -> None:
        """A pause after which the candidate went on."""
        # Beyond 6 s something else happened: a look at notes, a sip of water.
        if self.settings.pause_s <= pause_s <= 6.0:
            self.count += 1
            self.excess_s += pause_s - self.settings.pause_s

    @property
    def tau_s(self) -> float:
        """The candidate's own tau, leaning on everybody's until much was heard of them."""
        settings = self.settings
        own = (settings.habit_weight * settings.tau_s + self.excess_s) / (settings.habit_weight + self.count)
        low_s, high_s = settings.habit_range_s
        return min(high_s, max(low_s, own))

    def cut_in(self) -> None:
        """The candidate was not finished after all."""
        self.caution = min(self.settings.caution_limit, self.caution + self.settings.caution_step)

    def judged_well(self) -> None:
        """A turn ended and the candidate let the interviewer speak."""
        self.caution = max(0.0, self.caution - self.settings.caution_decay)


def _early_points(patience: Patience, turn_s: float) -> float:
    for limit_s, points in EARLY_POINTS[patience]:
        if turn_s < limit_s:
            return points
    return 0.0


def _vote_points(vote: float | None) -> float:
    if vote is None:
        return 0.0
    return next(points for floor, points in VOTE_POINTS if vote >= floor)


def points(evidence: PauseEvidence) -> float:
    """How much speaks for the end of the turn, before any silence is counted."""
    closure = evidence.completeness.closure
    total = CLOSURE_POINTS[closure] + _vote_points(evidence.vote)
    if closure in ("said_so", "asked"):
        # Said in as many words: how long the turn was, or how it sounded, does not matter.
        return CLOSURE_POINTS[closure]
    return total + _early_points(evidence.patience, evidence.turn_s)


def required_silence_s(evidence: PauseEvidence, habit: PauseHabit) -> tuple[float, str]:
    """Seconds of silence after which this pause ends the turn, and the reason in words."""
    settings = habit.settings
    why = evidence.completeness.why
    if evidence.completeness.closure == "thinking":
        return settings.thinking_s, why
    missing = settings.needed + habit.caution - points(evidence)
    wait_s = settings.pause_s + habit.tau_s * missing
    if evidence.vote is not None:
        why = f"{why}, vote {evidence.vote:.2f}"
    return min(settings.longest_s, max(settings.shortest_s, wait_s)), why
