"""What was said, as plain data: phases, signals, substance, advice. Times are session seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from voice_interviewer.analysis.findings_speech import Span

PhaseStatus = Literal["skipped", "touched", "short", "within", "over"]


@dataclass(frozen=True, slots=True)
class Quote:
    """The candidate's own words, with where to hear them."""

    text: str
    start_s: float
    end_s: float
    words: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalFinding:
    """Something a good answer lets one hear: heard (with the words) or not."""

    id: str
    name: str
    value: float
    quotes: tuple[Quote, ...]

    @property
    def heard(self) -> bool:
        """Whether the candidate said something of the kind."""
        return bool(self.quotes)


@dataclass(frozen=True, slots=True)
class PhaseFinding:
    """Time spent in a phase against its budget, and what was heard in it."""

    id: str
    name: str
    budget_s: float
    spent_s: float
    budget_share: float
    spent_share: float
    group: str
    status: PhaseStatus
    spans: tuple[Span, ...]
    signals: tuple[SignalFinding, ...]


@dataclass(frozen=True, slots=True)
class PronounFigures:
    """'I' against 'we', without 'I mean' and 'I think'."""

    i: int
    we: int
    i_share: float | None
    i_quotes: tuple[Quote, ...]
    we_quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """The candidate's turns of ten words and more."""

    count: int
    median_s: float
    longest_s: float
    median_words: int


@dataclass(frozen=True, slots=True)
class RubricFinding:
    """A line of the rubric with what was heard for it. No score: only what can be pointed at."""

    id: str
    name: str
    anchors: tuple[str, ...]
    heard: tuple[SignalFinding, ...]
    not_heard: tuple[SignalFinding, ...]


@dataclass(frozen=True, slots=True)
class OpinionMark:
    """A language model's mark for a line of the rubric, with quotes that were really said."""

    id: str
    name: str
    mark: int
    """1 to 5."""
    anchor: str
    """What that mark stands for."""
    why: str
    """The model's reason, in its words."""
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a language model makes of the session: an opinion, not a measurement."""

    model: str
    used: str
    """Requests, tokens and cost, as a sentence."""
    marks: tuple[OpinionMark, ...]
    left_out: int
    """Marks without a quote that occurs in the transcript, or that make no sense."""


@dataclass(frozen=True, slots=True)
class Substance:
    """What was said."""

    covered: tuple[str, ...]
    skipped: tuple[str, ...]
    star_shares: Mapping[str, float] | None
    """Phase id -> share of the answer, for frameworks that are one monologue."""
    numbers: tuple[Quote, ...]
    vague: tuple[Quote, ...]
    """'a lot', 'significantly': places where a number would have been stronger."""
    pronouns: PronounFigures
    answers: AnswerFigures
    rubric: tuple[RubricFinding, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A few seconds to listen to."""

    start_s: float
    end_s: float
    quote: str
    why: str
    filler_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdviceItem:
    """A strength, or something to work on, with its best examples."""

    id: str
    title: str
    detail: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A strength first, then at most three things to work on; both empty when the recording cannot be
    judged.
    """

    strength: AdviceItem | None
    work_on: tuple[AdviceItem, ...]
    withheld: str = ""
    """Why there is none."""
