"""How long to wait before a pause counts as the end of the turn: a table of named constants and their reasons."""

from __future__ import annotations

import bisect
import enum
from dataclasses import dataclass, field

from voice_interviewer.core.completeness import Completeness


class Patience(enum.Enum):
    """What the candidate was just asked decides how long an answer, and its pauses, may be."""

    QUESTION = "question"
    """The main question, or an invitation to a new phase: thinking first is normal."""
    FOLLOW_UP = "follow_up"
    """One thing was asked: an answer of a few sentences."""
    SHORT = "short"
    """Yes or no, a name, a number."""
    CLARIFIED = "clarified"
    """The candidate's own question was answered: they go on, often after a thought."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """Silence after the last word, in seconds, before the turn counts as over."""

    said_so_s: float = 0.6
    """'That's my answer': only the utterance's own end is awaited."""
    asked_s: float = 0.8
    """A question to the interviewer: silence here feels like not being heard."""
    complete_s: float = 1.0
    """A finished sentence and a vote for the end."""
    unclear_s: float = 2.5
    """Words or vote leave it open."""
    open_s: float = 4.5
    """A clause, a list or a filler hangs in the air: people come back from it."""
    thinking_s: float = 18.0
    """'Let me think.'"""
    likely_vote: float = 0.5
    unlikely_vote: float = 0.2
    question_factor: float = 1.4
    """Right after a main question people pause longer than later on."""
    question_floor_s: float = 15.0
    """An answer to a main question shorter than this is hardly one."""
    short_factor: float = 0.8
    habit_weight: float = 0.9
    """Times the candidate's own usual long pause: the wait is at least this."""
    habit_share: float = 0.9
    """The quantile that stands for their usual long pause."""
    habit_limit_s: float = 3.0
    """A slow thinker stretches the wait to this at most."""


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
    words: int
    habit_s: float
    """The candidate's usual long pause, 0 while unknown."""


@dataclass(slots=True)
class PauseHabit:
    """How long this candidate pauses inside turns; pauses under 0.45 s do not split utterances and are not seen."""

    settings: EndpointSettings = DEFAULT_ENDPOINTING
    pauses_s: list[float] = field(default_factory=list)

    def add(self, pause_s: float) -> None:
        """A pause after which the candidate went on."""
        bisect.insort(self.pauses_s, pause_s)

    @property
    def usual_long_s(self) -> float:
        """The quantile `habit_share` of what was seen, 0 while fewer than five pauses were."""
        if len(self.pauses_s) < 5:
            return 0.0
        return self.pauses_s[int(self.settings.habit_share * (len(self.pauses_s) - 1))]


def required_silence_s(evidence: PauseEvidence, settings: EndpointSettings = DEFAULT_ENDPOINTING) -> tuple[float, str]:
    """Seconds of silence after which this pause ends the turn, and the row of the table that says so."""
    closure = evidence.completeness.closure
    vote = evidence.vote
    if closure == "said_so":
        return settings.said_so_s, "said so"
    if closure == "thinking":
        return settings.thinking_s, "thinking"
    if closure == "asked":
        return settings.asked_s, "asked the interviewer"
    if closure == "open":
        return settings.open_s, f"left open ({evidence.completeness.why})"
    if closure == "complete" and vote is not None and vote >= settings.likely_vote:
        base_s, reason = settings.complete_s, "complete by words and vote"
    elif vote is not None and vote < settings.unlikely_vote:
        base_s, reason = settings.open_s, "the vote is against"
    else:
        base_s, reason = settings.unclear_s, "unclear"
    if evidence.patience is Patience.SHORT:
        base_s *= settings.short_factor
    elif evidence.patience is Patience.QUESTION and evidence.turn_s < settings.question_floor_s:
        base_s *= settings.question_factor
    habit_s = min(settings.habit_limit_s, settings.habit_weight * evidence.habit_s)
    return max(base_s, habit_s), reason
