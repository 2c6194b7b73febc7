"""What turn-taking concludes. The interviewer acts on these; `Issue` only has to be passed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.commands import Command
from voice_interviewer.core.hands_free import HandsFree
from voice_interviewer.core.speech import Utterance

AsideReason = Literal["noise", "back-channel", "half-duplex", "paused"]


@dataclass(frozen=True, slots=True)
class CandidateTurn:
    """What the candidate said before the floor changed."""

    start_s: float
    end_s: float
    utterances: tuple[Utterance, ...]
    """Those with words, in order; requests to the program ('repeat the question') are not among them."""
    reason: str
    """Which row of the endpointing table decided, in words."""
    judged_at_s: float
    provisional: frozenset[int] = frozenset()
    """Ids of utterances known from a quick look only; `UtteranceHeard` with their final words follows."""

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(utterance.text for utterance in self.utterances)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Anything turn-taking concludes."""


@dataclass(frozen=True, slots=True)
class Issue(Outcome):
    """Carry this command out as it is."""

    command: Command


@dataclass(frozen=True, slots=True)
class UtteranceHeard(Outcome):
    """The final words of an utterance; each utterance with words is reported once."""

    utterance: Utterance
    meanings: dict[str, float] = field(default_factory=dict)
    hands_free: HandsFree | None = None
    """A request to the program: to be acted on now; it is not part of any turn."""


@dataclass(frozen=True, slots=True)
class UtteranceGlimpsed(Outcome):
    """The last words of an utterance at a quick look, a second before its `UtteranceHeard`: good enough to
    choose a prompt by, not for the record.
    """

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class TurnLikelyEnding(Outcome):
    """The turn may be over soon: prepare what to say. At most once an utterance."""

    turn: CandidateTurn


@dataclass(frozen=True, slots=True)
class TurnEnded(Outcome):
    """The interviewer has the floor. After a `TurnReopened` it comes again, with all utterances."""

    turn: CandidateTurn


@dataclass(frozen=True, slots=True)
class TurnReopened(Outcome):
    """The candidate went on before the interviewer was heard: cancel the prompt, forget `TurnEnded`."""

    at_s: float


@dataclass(frozen=True, slots=True)
class LongSilence(Outcome):
    """Nobody has spoken since `since_s`: offer help, once, gently."""

    since_s: float


@dataclass(frozen=True, slots=True)
class BargeInDoubtful(Outcome):
    """Speech over the prompt: hold the playback."""

    at_s: float


@dataclass(frozen=True, slots=True)
class BargeInDismissed(Outcome):
    """It was a cough, a 'mm-hm' or the keyboard: go on with the prompt."""

    at_s: float


@dataclass(frozen=True, slots=True)
class BargedIn(Outcome):
    """The candidate took the floor: stop speaking."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Aside(Outcome):
    """An utterance that belongs to no turn."""

    utterance: Utterance
    reason: AsideReason


@dataclass(frozen=True, slots=True)
class LookAheadStale(Outcome):
    """Speech resumed: a look-ahead still queued for this utterance need not be transcribed."""

    utterance_id: int
