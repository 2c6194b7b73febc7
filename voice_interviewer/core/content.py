"""What the interviewer knows: frameworks, questions, companies, as plain data.

The files under `content/` are read by `adapters.content_files`; the shapes here are what they become.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a good answer lets one hear in a phase: a segment named, a number, a lesson."""

    id: str
    """Unique within its framework, e.g. 'segment_named'."""
    name: str
    """For the report: 'names a user segment'."""
    value: float
    """How much the interviewer wants it, 0 to 1; the most valuable missing one is asked for."""
    patterns: tuple[str, ...]
    """Case-insensitive regular expressions; a match is the evidence."""
    follow_ups: tuple[str, ...]
    """Spoken wordings (25 words at most, one question) that ask for it when it is missing.

    `{quote}` may stand for a few of the candidate's own words, `{choice}` for what they said they would
    choose, build or solve; a wording with one is only used when there are some.
    """
    after: str = ""
    """The signal that the follow-ups take for granted ('that lesson'): only after it are they asked."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a framework."""

    id: str
    name: str
    purpose: str
    budget_s: float
    """Seconds at the framework's nominal length; scaled with the minutes asked for."""
    budget_group: str
    """Phases of one group share the sum of their budgets; '' is a group of its own."""
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    cues: tuple[str, ...]
    """Regular expressions by which a listener notices that the candidate is in this phase."""
    transitions: tuple[str, ...]
    """Regular expressions by which candidates open this phase ('next, pain points')."""
    examples: tuple[str, ...]
    """Spoken-style sentences typical of the phase, for matching by meaning."""
    invitations: tuple[str, ...]
    """Spoken wordings by which the interviewer moves on to this phase."""
    signals: tuple[Signal, ...]
    usual_share: float = 0.0
    """How much of a whole talk it usually takes, 0 to 1: where in a talk it is to be expected. 0 in all
    phases of a framework says nothing about that.
    """


@dataclass(frozen=True, slots=True)
class Framework:
    """A way to answer one type of question, as phases in order."""

    id: str
    name: str
    type: str
    """Interview type: product-design, metrics, technical, behavioural, strategy, ..."""
    summary: str
    phases: tuple[Phase, ...]
    monologue: bool = False
    """True where one long answer walks all phases (STAR): budgets are shares of the answer."""

    @property
    def nominal_s(self) -> float:
        """Sum of the phases' budgets, seconds."""
        return sum(phase.budget_s for phase in self.phases)

    def phase(self, phase_id: str) -> Phase:
        """The phase of that id; KeyError when there is none."""
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        raise KeyError(phase_id)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up written for one question."""

    phase: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """An interview question with all the interviewer needs to hold the conversation."""

    id: str
    type: str
    framework: str
    wording: str
    """As spoken."""
    difficulty: int
    """1 warm-up, 2 usual, 3 hard."""
    companies: tuple[str, ...] = ()
    principles: tuple[str, ...] = ()
    clarifications: Mapping[str, str] = field(default_factory=dict)
    """goal, users, platform, market, constraints, timeline, resources -> one spoken sentence."""
    points: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phase id -> points a strong answer is likely to make."""
    follow_ups: tuple[FollowUp, ...] = ()
    curve_ball: str = ""
    source: str = ""
    """The brief's own prompt that this one carries, '' where it is ours."""


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One thing an interview type is judged on."""

    id: str
    name: str
    anchors: tuple[str, str, str, str, str]
    """Observable behaviour at 1, 2, 3, 4, 5."""
    signals: tuple[str, ...]
    """Signal ids (framework.signal) whose presence speaks for it."""


@dataclass(frozen=True, slots=True)
class Round:
    """One interview of a company's loop."""

    name: str
    type: str
    framework: str
    minutes: int
    principles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Principle:
    """A leadership principle or value, with what an interviewer asks about it."""

    id: str
    name: str
    meaning: str
    questions: tuple[str, ...]
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Persona:
    """How a company's interviewer sounds."""

    tone: str
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    acknowledgements: tuple[str, ...]
    cuts_in: bool
    """Whether it politely interrupts a monologue far over budget."""


@dataclass(frozen=True, slots=True)
class Company:
    """A company's loop, criteria and manner."""

    id: str
    name: str
    levels: str
    summary: str
    criteria: tuple[str, ...]
    rounds: tuple[Round, ...]
    principles: tuple[Principle, ...]
    good: tuple[str, ...]
    """What good sounds like there."""
    persona: Persona
