"""What a report says, as plain data. Times are session seconds; the field names are the keys of
`report.json`.

`docs/report.md` explains every key and `docs/report.schema.json` is the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.speech import Party

FillerCategory = Literal["vocal", "lexical"]
PauseKind = Literal["before_answer", "between_sentences", "between_clauses", "inside_clause", "break"]
PhaseStatus = Literal["skipped", "touched", "short", "within", "over"]
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
class FillerEvent:
    """One filler; `words` are the positions in the report's word list it covers, empty when only the audio
    has it.
    """

    id: str
    token: str
    category: FillerCategory
    start_s: float
    end_s: float
    confidence: float
    evidence: tuple[str, ...] = ()
    words: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FillerFigures:
    """Counts of one category."""

    count: int
    per_minute: float
    per_100_words: float


@dataclass(frozen=True, slots=True)
class Fillers:
    """All fillers; rates are per minute of the candidate's turns and per 100 of their words."""

    events: tuple[FillerEvent, ...]
    per_minute: float
    per_100_words: float
    by_token: Mapping[str, int]
    vocal: FillerFigures
    lexical: FillerFigures
    rejected: tuple[FillerEvent, ...] = ()
    """Found, but marked 'not one' by the user; counted nowhere."""


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """A hedge, a restart or a repeated word: reported apart from fillers."""

    token: str
    start_s: float
    end_s: float
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of one kind."""

    events: tuple[MarkedWords, ...]
    count: int
    per_minute: float
    by_token: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Words a minute in the window around `at_s`."""

    at_s: float
    wpm: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch spoken faster or slower than the fine range."""

    kind: Literal["fast", "slow"]
    start_s: float
    end_s: float
    wpm: float


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast. `speaking_s` is the time of the turns, pauses included; `phonation_s` the same less the
    pauses.
    """

    speech_rate_wpm: float
    articulation_rate_wpm: float
    speaking_s: float
    phonation_s: float
    words: int
    curve: tuple[CurvePoint, ...]
    window_s: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of 250 ms or more."""

    start_s: float
    end_s: float
    kind: PauseKind

    @property
    def length_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class PauseFigures:
    """Counts of one kind of pause."""

    count: int
    total_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Pauses:
    """All pauses."""

    events: tuple[Pause, ...]
    count: int
    total_s: float
    longest_s: float
    by_kind: Mapping[str, PauseFigures]


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
class Span:
    """From, to."""

    start_s: float
    end_s: float


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
class Percentiles:
    """Of a handful of durations, seconds; None where there were none."""

    p50: float | None
    p95: float | None
    longest: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How the interviewer kept up."""

    reply_gap_s: Percentiles
    dropped_blocks: int


@dataclass(frozen=True, slots=True)
class PitchFigures:
    """Variety of pitch over voiced speech."""

    median_hz: float
    sd_semitones: float
    voiced_s: float


@dataclass(frozen=True, slots=True)
class LoudnessFigures:
    """Variety of loudness over speech; levels in dB relative to full scale."""

    median_db: float
    sd_db: float
    range_db: float
    """From the 10th to the 90th percentile."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it was spoken, beyond words; None where it was not or could not be measured."""

    pitch: PitchFigures | None
    loudness: LoudnessFigures | None
    longest_monologue: Span | None
    talk_share: float | None
    """The candidate's turns against both parties' time, 0 to 1; None without an interviewer."""
    interruptions_by_candidate: tuple[float, ...]
    interruptions_by_interviewer: tuple[float, ...]
    """Session times at which one party began while the other was speaking."""
    time_to_first_word_s: Percentiles


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
class Range:
    """Values that are good and values that are fine, with where that comes from."""

    good_low: float
    good_high: float
    fine_low: float
    fine_high: float
    unit: str
    source: str


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
