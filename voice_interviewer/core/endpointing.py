"""How long a pause must last before it ends the turn: points for what is known, and seconds for what is
missing.

Inside turns, pauses get rarer with their length by a constant factor a second (docs/turn-taking.md): each
further `tau_s` of silence makes 'the turn is over' e times as likely against 'a pause'. So silence and
evidence have one currency. Points are natural logarithms of likelihood ratios, `NEEDED` is what it takes to
speak, and every point that is missing costs `tau_s` of silence:

    wait_s = PAUSE_S + tau_s * (NEEDED + caution - points)        within [SHORTEST_S, LONGEST_S]
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from voice_interviewer.core.completeness import Closure, Completeness
from voice_interviewer.core.leaning import Leaning, Share


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
    "said_so": 6.0,  # 'that's my answer': in meetings it stands 50 times as often at an end as at a pause
    "asked": 3.5,  # a question to the interviewer, 11 times: and silence after it feels like not being heard
    "asking": 1.2,  # with 'you' or 'we', some way into an answer: 3 times
    "wondering": -1.0,  # without: people answer these themselves, a third as often at an end
    "closing": 2.0,  # 'so that's why ...', 8 times
    "complete": 0.6,  # twice; see COMPLETE_SHARES
    "unclear": -0.7,  # half as often
    "trailing": -1.0,  # 'so ...': as often a breath as an end
    "announced": -1.5,  # having said what comes next, people go on
    "listing": -1.8,
    "filler": -1.6,  # 'um' holds the floor
    "open": -2.2,  # nobody stops on 'the'
    "thinking": 0.0,  # has its own wait
}
"""What the last words are worth: logarithms of how much likelier they are at an end than at a pause. The last
five were set lower than meetings say, where others take over in mid-clause, as an interviewer should not."""

VOTE_FLOORS: tuple[tuple[float, str], ...] = (
    (0.8, "over"),
    (0.5, "likely"),
    (0.2, "hardly"),
    (0.015, "unlikely"),
    (0.0, "never"),
)
VOTE_SHARES: Mapping[str, Share] = {
    "over": Share(at_ends=0.58, at_pauses=0.158),
    "likely": Share(at_ends=0.12, at_pauses=0.066),
    "hardly": Share(at_ends=0.09, at_pauses=0.134),
    "unlikely": Share(at_ends=0.18, at_pauses=0.222),
    "never": Share(at_ends=0.03, at_pauses=0.42),
}
"""How the prosody model votes at the ends and the pauses of real telephone and interview speech; logarithms
of the ratios: 1.3, 0.6, -0.4, -0.2, -2.6. Under 0.015 it votes at two pauses in five, and at none of 41 ends.
The candidate's own votes move them."""
OVER = 0.2
"""A sentence with a lower vote does not sound finished."""

COMPLETE_SHARES: Mapping[str, Share] = {
    "complete": Share(at_ends=0.55, at_pauses=0.30),
    "incomplete": Share(at_ends=0.45, at_pauses=0.70),
}
"""Whose every pause reads like the end of a sentence ends no turn by it."""

JUDGED_CLOSURES: frozenset[Closure] = frozenset({"complete", "unclear", "closing", "asking", "wondering"})
"""Where the last words leave it open whether more follows, what was said before them tells more."""

CLARIFYING_S = 25.0
"""So long after the main question, and after a clarification, a question is one to the interviewer: people
clear things up before they answer.
"""

EARLY_POINTS: Mapping[Patience, tuple[tuple[float, float], ...]] = {
    Patience.QUESTION: ((12.0, -2.0), (25.0, -0.8)),
    Patience.CLARIFIED: ((8.0, -1.5), (20.0, -0.5)),
    Patience.FOLLOW_UP: ((4.0, -1.2), (10.0, -0.6)),
    Patience.SHORT: ((8.0, 2.0), (15.0, 0.8)),
}
"""A turn shorter than so many seconds is less (or, where a word will do, more) likely to be over."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """The constants of the formula; seconds of silence after the last word."""

    needed: float = 2.75
    """Points it takes to speak: the one dial between dead air and cutting in, set with the trade-off
    curve.
    """
    pause_s: float = 0.5
    """Silence that everything starts from; shorter pauses are not judged."""
    tau_s: float = 0.75
    """Pauses of 1 to 3 s grow rarer by e with every so many seconds: measured on 9,000 pauses in meetings."""
    shortest_s: float = 0.6
    """Never sooner, whatever was said: the utterance must close, and an instant answer is unnerving."""
    longest_s: float = 5.2
    """Never later, unless the candidate asked for time: the target for the slowest replies is half of it."""
    longest_whole_s: float = 4.8
    """Never later where the words could be an end. At 4.4 s our own answers, simulated, are cut into at 13 of
    191 pauses instead of 11; at 4.8 s at 11 as well.
    """
    thinking_s: float = 18.0
    """'Let me think': as long as people can bear."""
    usual_excess_s: float = 0.6
    """What a pause of `pause_s` and more lasts beyond it, on average, in the same meetings."""
    habit_weight: float = 8.0
    """So many pauses of the candidate's own count as much as everybody's."""
    habit_range: tuple[float, float] = (0.85, 1.5)
    """However fast or slow they are, `tau_s` is stretched by no more and no less than this."""
    caution_step: float = 0.5
    """Points added when the interviewer turns out to have cut in."""
    caution_limit: float = 1.5
    caution_decay: float = 0.1
    """Points taken off again at every turn that ended well."""


DEFAULT_ENDPOINTING = EndpointSettings()

NEEDED: Mapping[str, float] = {"brisk": 2.0, "usual": DEFAULT_ENDPOINTING.needed, "patient": 4.0}
"""`needed` by what the candidate prefers: to be answered sooner, or to be left to think."""


@dataclass(frozen=True, slots=True)
class PauseEvidence:
    """All that is known about one pause."""

    completeness: Completeness
    vote: float | None
    """Of the prosody model, None when it has none (yet)."""
    patience: Patience
    turn_s: float
    """From the turn's first word to the pause."""
    content: float = 0.0
    """Points for what was said, given the question; 0 when nobody judged it."""


@dataclass(slots=True)
class PauseHabit:
    """How this candidate pauses inside turns, learned during the session; and how wrong the judge has
    been.
    """

    settings: EndpointSettings = DEFAULT_ENDPOINTING
    count: int = 0
    excess_s: float = 0.0
    """Sum of what the candidate's pauses lasted beyond `pause_s`."""
    caution: float = 0.0
    votes: Leaning = field(default_factory=lambda: Leaning(VOTE_SHARES))
    sentences: Leaning = field(default_factory=lambda: Leaning(COMPLETE_SHARES))

    def add(self, pause_s: float, evidence: PauseEvidence | None = None) -> None:
        """A pause after which the candidate went on, and what had spoken for the end of the turn."""
        if evidence is not None and pause_s >= self.settings.pause_s:
            self.sentences.seen_at_pause(_sentence(evidence))
            if evidence.vote is not None:
                self.votes.seen_at_pause(_vote(evidence.vote))
        # Beyond 6 s something else happened: a look at notes, a sip of water.
        if self.settings.pause_s <= pause_s <= 6.0:
            self.count += 1
            self.excess_s += pause_s - self.settings.pause_s

    @property
    def tau_s(self) -> float:
        """`tau_s` stretched to this candidate's pauses, as far as they are known."""
        settings = self.settings
        known_s = settings.habit_weight * settings.usual_excess_s
        mean_s = (known_s + self.excess_s) / (settings.habit_weight + self.count)
        low, high = settings.habit_range
        return settings.tau_s * min(high, max(low, mean_s / settings.usual_excess_s))

    def cut_in(self) -> None:
        """The candidate was not finished after all."""
        self.caution = min(self.settings.caution_limit, self.caution + self.settings.caution_step)

    def judged_well(self, evidence: PauseEvidence | None = None) -> None:
        """A turn ended and the candidate let the interviewer speak; `evidence` is that of its end."""
        self.caution = max(0.0, self.caution - self.settings.caution_decay)
        if evidence is not None:
            self.sentences.seen_at_end(_sentence(evidence))
            if evidence.vote is not None:
                self.votes.seen_at_end(_vote(evidence.vote))


def _early_points(patience: Patience, turn_s: float) -> float:
    for limit_s, points in EARLY_POINTS[patience]:
        if turn_s < limit_s:
            return points
    return 0.0


def _vote(vote: float) -> str:
    return next(name for floor, name in VOTE_FLOORS if vote >= floor)


def _sentence(evidence: PauseEvidence) -> str:
    return "complete" if evidence.completeness.closure == "complete" else "incomplete"


def _clarifies(evidence: PauseEvidence) -> bool:
    if evidence.vote is not None and evidence.vote < OVER:
        return False
    may_ask = evidence.patience in (Patience.QUESTION, Patience.CLARIFIED) and evidence.turn_s < CLARIFYING_S
    return may_ask and evidence.completeness.closure in ("asking", "wondering")


def points(evidence: PauseEvidence, habit: PauseHabit) -> float:
    """How much speaks for the end of the turn, before any silence is counted."""
    closure = "asked" if _clarifies(evidence) else evidence.completeness.closure
    total = CLOSURE_POINTS[closure]
    if closure in ("said_so", "asked"):
        # Said in as many words: how long the turn was, or how it sounded, does not matter.
        return total
    if closure == "complete":
        total = habit.sentences.points("complete")
    if closure in JUDGED_CLOSURES:
        total += evidence.content
    if evidence.vote is not None:
        total += habit.votes.points(_vote(evidence.vote))
    return total + _early_points(evidence.patience, evidence.turn_s)


def required_silence_s(evidence: PauseEvidence, habit: PauseHabit) -> tuple[float, str]:
    """Seconds of silence after which this pause ends the turn, and the reason in words."""
    settings = habit.settings
    why = evidence.completeness.why
    if evidence.completeness.closure == "thinking":
        return settings.thinking_s, why
    missing = settings.needed + habit.caution - points(evidence, habit)
    wait_s = settings.pause_s + habit.tau_s * missing
    if evidence.vote is not None:
        why = f"{why}, vote {evidence.vote:.2f}"
    if evidence.content:
        why = f"{why}, content {evidence.content:+.1f}"
    whole = evidence.completeness.closure in JUDGED_CLOSURES
    longest_s = settings.longest_whole_s if whole else settings.longest_s
    return min(longest_s, max(settings.shortest_s, wait_s)), why
