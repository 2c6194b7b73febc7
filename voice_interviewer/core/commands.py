"""What the interviewer wants done, in the imperative. Commands go down; their outcome comes back as an
event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PromptKind = Literal[
    "greeting",  # opens the session
    "question",  # the interview question itself, also when repeated
    "clarification",  # answers the candidate's question
    "follow_up",  # asks for something missing
    "push_back",  # doubts a weak claim, once
    "nudge",  # the phase's budget is used up
    "invitation",  # moves on to the next phase
    "time_check",  # says how much time is left
    "acknowledgement",  # 'Okay.'
    "hold",  # 'Take your time.' and help after a long silence
    "warning",  # two minutes left
    "closing",  # thanks and ends
]


@dataclass(frozen=True, slots=True)
class Command:
    """Anything the session loop carries out."""


@dataclass(frozen=True, slots=True)
class Say(Command):
    """Speak a prompt. Replaces nothing: prompts queue in order."""

    prompt_id: int
    text: str
    kind: PromptKind


@dataclass(frozen=True, slots=True)
class Prepare(Command):
    """Synthesise these texts ahead; they may be said soon."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interrupt(Command):
    """Stop speaking at once; whatever was queued is dropped and reported as unsaid."""


@dataclass(frozen=True, slots=True)
class Duck(Command):
    """Hold the playback while it is unclear whether the candidate barges in."""


@dataclass(frozen=True, slots=True)
class Unduck(Command):
    """Go on with the held playback."""


@dataclass(frozen=True, slots=True)
class Transcribe(Command):
    """Transcribe the sound between two session times."""

    utterance_id: int
    start_s: float
    end_s: float
    final: bool = True
    """False: a look ahead at a pause, dropped when speech resumes."""
    context: str = ""
    """Text that came before, for the recogniser."""


@dataclass(frozen=True, slots=True)
class DropLookAhead(Command):
    """Speech resumed: a look ahead still queued for this utterance is pointless."""

    utterance_id: int


@dataclass(frozen=True, slots=True)
class VoteTurn(Command):
    """Ask the prosody model about the turn that began at `start_s` and paused at `end_s`."""

    utterance_id: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class JudgeAnswer(Command):
    """Ask how finished the answer reads up to the pause after an utterance."""

    utterance_id: int
    end_s: float
    question: str
    """What is being answered; '' when that is not known."""
    answer: str
    """The turn so far."""


@dataclass(frozen=True, slots=True)
class AskFollowUp(Command):
    """Have the language model word a prompt the core has already decided on."""

    request_id: int
    intent: str
    """What the prompt is to do, in one line."""
    facts: tuple[str, ...]
    """All it may draw on."""
    fallback: str
    """The bank's own wording."""
    manner: str = ""
    """How this company's interviewer speaks; '' for no one in particular."""


@dataclass(frozen=True, slots=True)
class Notice(Command):
    """One line for the screen and the journal."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish(Command):
    """The interview is over: write the report."""

    reason: str


@dataclass(frozen=True, slots=True)
class MarkPhase(Command):
    """For the record: the candidate was taken to be in this phase during this utterance."""

    utterance_id: int
    phase_id: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class MarkTurn(Command):
    """For the record: the candidate's turn was judged finished, and why."""

    turn_id: int
    start_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class MarkBudgets(Command):
    """For the record: the phases' budgets, and when the candidate's time began."""

    budgets_s: dict[str, float]
