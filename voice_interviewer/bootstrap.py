"""Builds a practice session out of core, ports and adapters, holds it, and leaves its report behind."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from voice_interviewer import __version__
from voice_interviewer.adapters import acoustics_file, models, session_folder, session_lock
from voice_interviewer.adapters.audio_sources import Sound, SoundOptions, choose_sound
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.language_model import LitellmWriter
from voice_interviewer.adapters.paths import data_dir
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.smart_turn import SmartTurnVote
from voice_interviewer.adapters.vad import GatedVoiceActivity
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.core.content import Company, Framework, Question
from voice_interviewer.core.events import StopRequested
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.ports import MeaningScorer
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.crew import LiveCrew, SimulatedCrew
from voice_interviewer.runtime.inbox import LiveInbox, SampleCounterClock, SessionClock, SimulatedInbox
from voice_interviewer.runtime.jobs import Transcription, Voting, Writing
from voice_interviewer.runtime.listener import Listener
from voice_interviewer.runtime.session import Observer, SessionLoop
from voice_interviewer.runtime.speech import SpeechCache
from voice_interviewer.runtime.talker import Talker

WHISPER, VOICE, SMART_TURN = "whisper-base", "piper-en_US-joe-medium", "smart-turn-v3.2"
SIMULATED_DELAY_S = 0.4
"""How long a transcription takes on the sample counter: fixed, so that a fast run is the same everywhere."""
RETRY_HINT = "the journal and the recording are kept"


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
    scorer: Callable[[Framework], MeaningScorer | None] = lambda _framework: None
    language_model: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further facts for the journal's header."""


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


@contextmanager
def staged(practice: Practice, observers: list[Observer]) -> Iterator[Stage]:
    """Set everything up; on leaving, everything is closed and the journal is whole. Raises for missing
    parts.
    """
    weights = {model: models.model_path(model) for model in (WHISPER, VOICE)}
    with ExitStack() as stack:
        sound = choose_sound(practice.sound, weights[VOICE], seed=practice.seed)
        if sound.owns_microphone:
            stack.enter_context(session_lock.hold(data_dir() / "microphone.lock", "the microphone"))
        now = datetime.now().astimezone()
        folder = session_folder.create(practice.sessions_dir, now, practice.question.id)
        stack.enter_context(session_lock.hold(folder.path / session_lock.LOCK_NAME, folder.id))
        log = stack.enter_context(Journal(folder.journal, _header(practice, folder, now, sound)))
        interviewer = Interviewer(
            Setup(
                practice.framework,
                practice.question,
                practice.minutes,
                practice.seed,
                practice.company,
                sound.duplex,
                writer=practice.writer is not None,
            )
        )
        voice = PiperVoice(weights[VOICE])
        tracks = (
            TrackRecorder(folder.candidate_track),
            TrackRecorder(folder.interviewer_track, voice.sample_rate_hz),
        )
        for track in tracks:
            stack.callback(track.close)
        build = _simulated if sound.simulated else _live
        stage = build(practice, folder, sound, interviewer, voice, tracks, log, observers, stack, weights)
        yield stage
        if practice.writer is not None:
            log.note(notes=[practice.writer.usage.sentence(practice.language_model)])
        _keep_acoustics(stage, log)
        log.note(
            dropped_blocks=sound.microphone.dropped_blocks, duration_s=round(stage.listener.heard_to_s, 3)
        )


def _keep_acoustics(stage: Stage, log: Journal) -> None:
    """What the recogniser heard besides words: fillers with their evidence, pitch and level."""
    log.note(vocal_fillers=[asdict(event) for event in stage.transcriber.vocal_fillers()])
    acoustics_file.save(stage.folder.path / acoustics_file.ACOUSTICS_NAME, stage.transcriber.acoustics())


def _header(practice: Practice, folder: SessionFolder, now: datetime, sound: Sound) -> dict[str, Any]:
    models_used = {"recogniser": WHISPER, "voice": VOICE, "turns": SMART_TURN}
    if practice.language_model:
        models_used["language_model"] = practice.language_model
    return {
        "program": __version__,
        "id": folder.id,
        "kind": "practice",
        "started_at": now.isoformat(timespec="seconds"),
        "framework": practice.framework.id,
        "question_id": practice.question.id,
        "question": practice.question.wording,
        "company": practice.company.id if practice.company else "",
        "minutes": practice.minutes,
        "seed": practice.seed,
        "duplex": sound.duplex,
        "writer": practice.writer is not None,
        "models": models_used,
        "microphone": sound.microphone.name,
        **practice.extra,
    }


Tracks = tuple[TrackRecorder, TrackRecorder]


def _voting(weights: Path | None, buffer: AudioBuffer, clock: Any, put: Any) -> Voting | None:
    return Voting(SmartTurnVote(weights), buffer, clock, put) if weights is not None else None


def _smart_turn() -> Path | None:
    """Its weights are small and optional: without its vote the words and the pause decide."""
    try:
        return models.model_path(SMART_TURN)
    except Exception:
        return None


def _older(track: TrackRecorder) -> Callable[[int, int], Any]:
    from voice_interviewer.adapters.wav_span import read_wav_span

    return lambda first, last: read_wav_span(track.path, first, last)


def _live(
    practice: Practice,
    folder: SessionFolder,
    sound: Sound,
    interviewer: Interviewer,
    voice: PiperVoice,
    tracks: Tracks,
    log: Journal,
    observers: list[Observer],
    stack: ExitStack,
    weights: dict[str, Path],
) -> Stage:
    clock = SessionClock()
    inbox = LiveInbox(clock)
    buffer = AudioBuffer(older=_older(tracks[0]))
    transcriber = WhisperTranscriber(weights[WHISPER])
    speech = SpeechCache(voice)
    listener = Listener(sound.microphone, GatedVoiceActivity(), Segmenter(), buffer, tracks[0], inbox.put)
    talker = Talker(lambda: speech, sound.playback, tracks[1], clock, inbox.put)
    stack.callback(sound.playback.stop)
    writing = Writing(practice.writer, clock, inbox.put) if practice.writer is not None else None
    scorer = practice.scorer(practice.framework)
    crew = LiveCrew(
        Transcription(transcriber, scorer, buffer, clock, inbox.put),
        _voting(_smart_turn(), buffer, clock, inbox.put),
        talker,
        lambda: speech,
        writing,
        clock,
        inbox.put,
    )
    stack.enter_context(crew)
    if practice.writer is not None:
        # The import takes seconds; the first follow-up is minutes away.
        threading.Thread(target=_quietly(practice.writer.warm_up), daemon=True, name="model loader").start()
    # The greeting needs the voice at once; the recogniser loads while it is spoken.
    threading.Thread(target=_quietly(voice.warm_up), daemon=True, name="voice loader").start()
    sound.microphone.start()
    stack.callback(sound.microphone.stop)
    clock.start()
    threading.Thread(target=_quietly(transcriber.warm_up), daemon=True, name="recogniser loader").start()
    stopping = threading.Event()
    ear = threading.Thread(target=listener.run, args=(stopping,), daemon=True, name="listener")
    ear.start()
    stack.callback(ear.join, 3.0)
    stack.callback(stopping.set)
    loop = SessionLoop(interviewer, inbox, clock, crew, log, _with_stand_in(sound, observers))
    _on_interrupt(lambda: inbox.put(StopRequested(clock.now_s())), stack)

    def idle(refresh: Callable[[], None]) -> None:
        def both() -> None:
            crew.check()
            refresh()

        inbox.idle = both

    idle(lambda: None)
    return Stage(practice, folder, sound, interviewer, listener, loop, idle, clock, transcriber)


def _simulated(
    practice: Practice,
    folder: SessionFolder,
    sound: Sound,
    interviewer: Interviewer,
    voice: PiperVoice,
    tracks: Tracks,
    log: Journal,
    observers: list[Observer],
    stack: ExitStack,
    weights: dict[str, Path],
) -> Stage:
    clock = SampleCounterClock()
    buffer = AudioBuffer(older=_older(tracks[0]))
    listener: Listener

    def step() -> None:
        if not listener.step() and listener.ended:
            clock.advance_to(clock.now_s() + 0.02)
        clock.advance_to(listener.heard_to_s)

    inbox = SimulatedInbox(clock, step)
    listener = Listener(sound.microphone, GatedVoiceActivity(), Segmenter(), buffer, tracks[0], inbox.put)
    transcriber = WhisperTranscriber(weights[WHISPER])
    transcription = Transcription(
        transcriber,
        practice.scorer(practice.framework),
        buffer,
        clock,
        inbox.put,
        delay_s=SIMULATED_DELAY_S,
    )
    writing = Writing(practice.writer, clock, inbox.put) if practice.writer is not None else None
    crew = SimulatedCrew(
        transcription,
        _voting(_smart_turn(), buffer, clock, inbox.put),
        SpeechCache(voice),
        tracks[1],
        clock,
        inbox.put,
        inbox.withdraw,
        writing,
    )
    sound.microphone.start()
    stack.callback(sound.microphone.stop)
    loop = SessionLoop(interviewer, inbox, clock, crew, log, _with_stand_in(sound, observers))
    _on_interrupt(lambda: inbox.put(StopRequested(clock.now_s())), stack)
    return Stage(
        practice, folder, sound, interviewer, listener, loop, lambda _refresh: None, clock, transcriber
    )


def _with_stand_in(sound: Sound, observers: list[Observer]) -> list[Observer]:
    return [*observers, sound.observe] if sound.observe is not None else observers


def _quietly(load: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            load()
        except Exception:
            # The worker that needs it meets the same error and reports it in one line.
            return

    return run


def _on_interrupt(stop: Callable[[], None], stack: ExitStack) -> None:
    """Ctrl-C ends the interview politely; a second one ends the program."""
    if threading.current_thread() is not threading.main_thread():
        return
    asked = False

    def handler(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        stop()

    previous = signal.signal(signal.SIGINT, handler)
    terminated = signal.signal(signal.SIGTERM, handler)
    stack.callback(signal.signal, signal.SIGINT, previous)
    stack.callback(signal.signal, signal.SIGTERM, terminated)


def pick_question(
    questions: tuple[Question, ...], seed: int, *, type_id: str = "", framework: str = "", company: str = ""
) -> Question | None:
    """One of the bank's that fits, by seed; None when none fits."""
    fitting = [
        question
        for question in questions
        if (not type_id or question.type == type_id)
        and (not framework or question.framework == framework)
        and (not company or company in question.companies)
    ]
    return random.Random(seed).choice(sorted(fitting, key=lambda q: q.id)) if fitting else None
