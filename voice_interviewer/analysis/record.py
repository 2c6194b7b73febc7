"""What a report is computed from: one session's facts, however they were obtained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.content import Framework, Question, RubricLine
from voice_interviewer.core.speech import Utterance


@dataclass(frozen=True, slots=True)
class PromptSpan:
    """A prompt as it was heard."""

    id: int
    start_s: float
    end_s: float
    text: str
    kind: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """The interviewer took the candidate to be in this phase."""

    phase_id: str
    start_s: float
    end_s: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class GivenSignal:
    """A signal that words gave by their meaning, as the interviewer hears it."""

    signal_id: str
    start_s: float
    end_s: float
    """Of the words that give it."""
    probability: float


@dataclass(frozen=True, slots=True)
class GivenOpinion:
    """A language model's marks as it gave them, not checked yet."""

    model: str
    used: str
    """Requests, tokens and cost, as a sentence."""
    marks: tuple[Mapping[str, object], ...]
    """Each with 'id', 'mark', 'why', 'quotes'."""


@dataclass(frozen=True, slots=True)
class VocalFillerEvent:
    """An um, uh, er or hmm found in the audio, by whatever evidence."""

    token: str
    start_s: float
    end_s: float
    confidence: float
    evidence: tuple[str, ...] = ()
    """Names of what spoke for it: 'recogniser', 'flat vowel', 'uncovered speech', 'second look'."""


@dataclass(frozen=True, slots=True)
class AcousticTrack:
    """Frame-wise measurements of the candidate's audio at a fixed hop; empty when not measured."""

    hop_s: float = 0.01
    f0_hz: tuple[float, ...] = ()
    """Fundamental frequency, 0 where unvoiced."""
    level_db: tuple[float, ...] = ()
    """RMS level, dBFS."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """Everything a report is computed from. Times are session seconds."""

    id: str
    kind: Literal["practice", "review"]
    started_at: str
    """ISO 8601 with offset."""
    duration_s: float
    utterances: tuple[Utterance, ...]
    """The candidate's, in order."""
    prompts: tuple[PromptSpan, ...] = ()
    phase_spans: tuple[PhaseSpan, ...] = ()
    given: tuple[GivenSignal, ...] = ()
    """Surest first; empty where nothing told meanings."""
    framework: Framework | None = None
    question: Question | None = None
    rubric: tuple[RubricLine, ...] = ()
    """What this type of interview is judged on; empty when there is none for it."""
    opinion: GivenOpinion | None = None
    company: str = ""
    recording: str = ""
    """Name of the file that was reviewed; '' for an interview."""
    budgets_s: Mapping[str, float] = field(default_factory=dict)
    """Phase id -> budget after scaling to the minutes asked for."""
    vocal_fillers: tuple[VocalFillerEvent, ...] = ()
    speech_spans: tuple[tuple[float, float], ...] = ()
    """Where the voice-activity detector heard the candidate, (start_s, end_s)."""
    reply_gaps_s: tuple[float, ...] = ()
    dropped_blocks: int = 0
    models: Mapping[str, str] = field(default_factory=dict)
    acoustics: AcousticTrack = field(default_factory=AcousticTrack)
    rejected_fillers: frozenset[tuple[str, int]] = frozenset()
    """(token, start in ms) the user marked as 'not one'."""
    notes: tuple[str, ...] = ()
    """What the reader must know: gaps in the recording, a missing worker, poor audio."""
    files: Mapping[str, str] = field(default_factory=dict)
    """'candidate', 'interviewer' -> file name inside the session folder."""
