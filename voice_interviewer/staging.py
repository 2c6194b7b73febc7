"""What is to be practised, and a session that is set up for it: the types that building one goes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voice_interviewer.adapters import finished
from voice_interviewer.adapters.audio_sources import Sound, SoundOptions
from voice_interviewer.adapters.content_files import load_framework
from voice_interviewer.adapters.going_on import GoingOn
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.language_model import LitellmWriter
from voice_interviewer.adapters.lazy_judge import LazyJudge
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.signal_heads import understanding_of
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.core.content import Company, Framework, Question
from voice_interviewer.core.fragments import LookAhead
from voice_interviewer.core.interviewer import Interviewer
from voice_interviewer.ports import MeaningScorer
from voice_interviewer.runtime.inbox import SampleCounterClock, SessionClock
from voice_interviewer.runtime.listener import Listener
from voice_interviewer.runtime.session import Observer, SessionLoop

WHISPER, VOICE, SMART_TURN = "whisper-base", "piper-en_US-joe-medium", "smart-turn-v3.2"
JUDGE = finished.MODEL_ID
SIMULATED_DELAY_S = 0.4
"""How long a transcription takes on the sample counter: fixed, so that a fast run is the same everywhere."""


@dataclass(frozen=True, slots=True)
class Practice:
    """What is to be practised, and how."""

    framework: Framework
    question: Question
    minutes: float
    sessions_dir: Path
    seed: int
    company: Company | None = None
    sound: SoundOptions = field(default_factory=SoundOptions)
    writer: LitellmWriter | None = None
    scorer: Callable[[Framework, Question], MeaningScorer | None] = understanding_of
    language_model: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further facts for the journal's header."""
    live_figures: bool = False
    """Show words a minute and ums so far while the candidate speaks."""
    only_phase: str = ""
    """Id of the one phase to be taken again; '' for a whole interview."""
    going_on: GoingOn | None = None
    """A session that was broken off and goes on, in place of a new one."""

    @property
    def begins_at_s(self) -> float:
        """Session time at which this run begins."""
        return self.going_on.at_s if self.going_on else 0.0

    def understanding(self) -> MeaningScorer | None:
        """What tells meanings in this framework, None where its weights are missing."""
        # The weights are those of a whole framework, also where one phase of it is taken again.
        whole = load_framework(self.framework.id) if self.only_phase else self.framework
        return self.scorer(whole, self.question)


@dataclass(slots=True)
class Stage:
    """A session that is set up and not yet begun; the screen looks at it."""

    practice: Practice
    folder: SessionFolder
    sound: Sound
    interviewer: Interviewer
    listener: Listener
    loop: SessionLoop
    idle: Callable[[Callable[[], None]], None]
    clock: SessionClock | SampleCounterClock
    transcriber: WhisperTranscriber


Tracks = tuple[TrackRecorder, TrackRecorder]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a live and a simulated session have in common."""

    practice: Practice
    folder: SessionFolder
    sound: Sound
    interviewer: Interviewer
    voice: PiperVoice
    tracks: Tracks
    """The candidate's and the interviewer's."""
    log: Journal
    observers: Sequence[Observer]
    stack: ExitStack
    """Closes everything when the session is over."""
    weights: Mapping[str, Path]
    judge: LazyJudge | None
    """Tells from what was said whether an answer is finished; None without its weights."""


def look_ahead(sound: Sound) -> LookAhead:
    """Live, a quick look at how a clause ends is there before the whole utterance's words are."""
    return "full" if sound.simulated else "quick"
