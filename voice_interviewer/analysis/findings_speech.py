"""How it was spoken, as plain data: fillers, pace, pauses, delivery. Times are session seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FillerCategory = Literal["vocal", "lexical"]
PauseKind = Literal["before_answer", "between_sentences", "between_clauses", "inside_clause", "break"]


@dataclass(frozen=True, slots=True)
class Span:
    """From, to."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of a handful of durations, seconds; None where there were none."""

    p50: float | None
    p95: float | None
    longest: float | None
    count: int


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
