"""What a report says, as plain data. Times are session seconds; the field names are the keys of
`report.json`.

`docs/report.md` explains every key and `docs/report.schema.json` is the contract. How it was spoken is in
`findings_speech`, what was said in `findings_substance`; both are to be had from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.analysis.findings_speech import (
    CurvePoint,
    Delivery,
    FillerCategory,
    FillerEvent,
    FillerFigures,
    Fillers,
    LoudnessFigures,
    MarkedWords,
    Marks,
    Pacing,
    Pause,
    PauseFigures,
    PauseKind,
    Pauses,
    Percentiles,
    PitchFigures,
    Span,
    Stretch,
)
from voice_interviewer.analysis.findings_substance import (
    Advice,
    AdviceItem,
    AnswerFigures,
    Example,
    Opinion,
    OpinionMark,
    PhaseFinding,
    PhaseStatus,
    PronounFigures,
    Quote,
    RubricFinding,
    SignalFinding,
    Substance,
)
from voice_interviewer.core.speech import Party

__all__ = [
    "Advice",
    "AdviceItem",
    "AnswerFigures",
    "CurvePoint",
    "Delivery",
    "Example",
    "FillerCategory",
    "FillerEvent",
    "FillerFigures",
    "Fillers",
    "Latency",
    "LoudnessFigures",
    "MarkedWords",
    "Marks",
    "Opinion",
    "OpinionMark",
    "Pacing",
    "Pause",
    "PauseFigures",
    "PauseKind",
    "Pauses",
    "Percentiles",
    "PhaseFinding",
    "PhaseStatus",
    "PitchFigures",
    "PronounFigures",
    "Quality",
    "Quote",
    "Range",
    "Report",
    "ReportTurn",
    "ReportWord",
    "RubricFinding",
    "SessionInfo",
    "SignalFinding",
    "Span",
    "Stretch",
    "Substance",
    "Verdict",
]

Verdict = Literal["good", "fair", "poor", "none"]


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """Which session this is."""

    id: str
    kind: Literal["practice", "review"]
    started_at: str
    framework: str | None
    framework_name: str | None
    interview_type: str | None
    question_id: str | None
    question: str | None
    company: str | None
    duration_s: float
    models: Mapping[str, str]
    recording: str | None = None
    """Name of the file that was reviewed; None for an interview."""


@dataclass(frozen=True, slots=True)
class ReportTurn:
    """One party speaking until the floor changes; a candidate's turn runs from its first word to its last."""

    id: int
    by: Party
    start_s: float
    end_s: float
    text: str
    phase: str
    kind: str = ""
    """What the interviewer's prompt was for (question, follow_up, nudge, ...); '' for the candidate."""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ReportWord:
    """One recognised word of the candidate."""

    text: str
    start_s: float
    end_s: float
    probability: float
    turn_id: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How the interviewer kept up."""

    reply_gap_s: Percentiles
    dropped_blocks: int


@dataclass(frozen=True, slots=True)
class Range:
    """Values that are good and values that are fine, with where that comes from."""

    good_low: float
    good_high: float
    fine_low: float
    fine_high: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether the recording is good enough to judge anybody by."""

    verdict: Verdict
    reasons: tuple[str, ...]
    mean_probability: float | None
    """Of the recognised words."""
    signal_to_noise_db: float | None
    covered_share: float | None
    """Share of the heard speech that the recogniser's words cover."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says about one session."""

    session: SessionInfo
    turns: tuple[ReportTurn, ...]
    words: tuple[ReportWord, ...]
    fillers: Fillers
    hedges: Marks
    restarts: Marks
    repeats: Marks
    pacing: Pacing
    pauses: Pauses
    phases: tuple[PhaseFinding, ...]
    latency: Latency
    delivery: Delivery
    substance: Substance
    advice: Advice
    quality: Quality
    thresholds: Mapping[str, Range]
    notes: tuple[str, ...] = ()
    tracks: Mapping[str, str] = field(default_factory=dict)
    """'candidate', 'interviewer' -> audio file beside the report."""
    opinion: Opinion | None = None
    """A language model's marks, where the user asked for them."""
