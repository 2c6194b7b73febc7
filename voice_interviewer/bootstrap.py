"""Builds a practice session out of core, ports and adapters, holds it, and leaves its report behind."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, cast

from voice_interviewer import __version__
from voice_interviewer.adapters import acoustics_file, finished, models, session_folder, session_lock
from voice_interviewer.adapters.audio_sources import Sound, SoundOptions, choose_sound
from voice_interviewer.adapters.going_on import GoingOn, ShiftedMicrophone, joined
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.language_model import LitellmWriter
from voice_interviewer.adapters.lazy_judge import LazyJudge
from voice_interviewer.adapters.paths import cache_dir, data_dir
from voice_interviewer.adapters.piper import SENTENCE_GAP_S, PiperVoice
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.signal_heads import understanding_of
from voice_interviewer.adapters.smart_turn import SmartTurnVote
from voice_interviewer.adapters.spoken_store import SpokenStore
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.core import wording
from voice_interviewer.core.commands import Command
from voice_interviewer.core.content import Company, Framework, Question
from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.events import Event, SessionResumed, StopRequested, Transcribed
from voice_interviewer.core.fragments import LookAhead
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.turn_settings import TurnSettings
from voice_interviewer.ports import SAMPLE_RATE_HZ, MeaningScorer
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.crew import LiveCrew, SimulatedCrew
from voice_interviewer.runtime.inbox import LiveInbox, SampleCounterClock, SessionClock, SimulatedInbox
from voice_interviewer.runtime.jobs import Judging, Transcription, Voting, Writing
from voice_interviewer.runtime.listener import Listener
from voice_interviewer.runtime.session import Observer, SessionLoop
from voice_interviewer.runtime.speech import SpeechCache
from voice_interviewer.runtime.talker import Talker

WHISPER, VOICE, SMART_TURN = "whisper-base", "piper-en_US-joe-medium", "smart-turn-v3.2"
JUDGE = finished.MODEL_ID
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
    scorer: Callable[[Framework], MeaningScorer | None] = understanding_of
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
        again = practice.going_on
        folder = (
            again.folder if again else session_folder.create(practice.sessions_dir, now, practice.question.id)
        )
        stack.enter_context(session_lock.hold(folder.path / session_lock.LOCK_NAME, folder.id))
        header = None if again else _header(practice, folder, now, sound)
        log = stack.enter_context(Journal(folder.journal, header))
        if again:
            log.note(resumed_at=now.isoformat(timespec="seconds"), resumed_at_s=round(again.at_s, 3))
            sound.microphone = ShiftedMicrophone(sound.microphone, round(again.at_s * SAMPLE_RATE_HZ))
        interviewer = again.interviewer if again else Interviewer(_setup(practice, sound))
        voice = PiperVoice(weights[VOICE])
        tracks = (
            TrackRecorder(folder.candidate_track, keep=again is not None),
            TrackRecorder(folder.interviewer_track, voice.sample_rate_hz, keep=again is not None),
        )
        for track in tracks:
            stack.callback(track.close)
        build = _simulated if sound.simulated else _live
        stage = build(practice, folder, sound, interviewer, voice, tracks, log, observers, stack, weights)
        yield stage
        before = again.notes if again else {}
        if practice.writer is not None:
            used = practice.writer.usage.sentence(practice.language_model)
            log.note(notes=[*before.get("notes", ()), used])
        _keep_acoustics(stage, log)
        log.note(
            dropped_blocks=sound.microphone.dropped_blocks + int(before.get("dropped_blocks", 0)),
            duration_s=round(stage.listener.heard_to_s, 3),
        )


def _keep_acoustics(stage: Stage, log: Journal) -> None:
    """What the recogniser heard besides words: fillers with their evidence, pitch and level."""
    fillers = [asdict(event) for event in stage.transcriber.vocal_fillers()]
    path = stage.folder.path / acoustics_file.ACOUSTICS_NAME
    track = stage.transcriber.acoustics()
    again = stage.practice.going_on
    if again:
        fillers = [*again.notes.get("vocal_fillers", ()), *fillers]
        track = joined(acoustics_file.load(path), track, again.at_s)
    log.note(vocal_fillers=fillers)
    acoustics_file.save(path, track)


def _note_fillers(transcriber: WhisperTranscriber, log: Journal, look_ahead: LookAhead) -> Observer:
    """Writes an utterance's fillers down as soon as they are known, so that a crash does not cost them."""

    def note(event: Event | None, _commands: Sequence[Command]) -> None:
        if isinstance(event, Transcribed) and (event.final or look_ahead == "full"):
            heard = [
                asdict(one)
                for one in transcriber.vocal_fillers()
                if event.start_s <= one.start_s < event.end_s
            ]
            log.note(utterance=event.utterance_id, heard_fillers=heard)

    return note


def _setup(practice: Practice, sound: Sound) -> Setup:
    return Setup(
        practice.framework,
        practice.question,
        practice.minutes,
        practice.seed,
        practice.company,
        sound.duplex,
        writer=practice.writer is not None,
        only_phase=practice.only_phase,
        turns=TurnSettings(look_ahead=_look_ahead(sound), judges_content=_judge() is not None),
    )


def _look_ahead(sound: Sound) -> LookAhead:
    """Live, a quick look at how a clause ends is there before the whole utterance's words are."""
    return "full" if sound.simulated else "quick"


def _resumed(practice: Practice, sound: Sound) -> SessionResumed | None:
    if practice.going_on is None:
        return None
    return SessionResumed(practice.begins_at_s, sound.duplex, practice.writer is not None)


def _renumbered(put: Callable[[Event], None], practice: Practice) -> Callable[[Event], None]:
    """The segmenter counts from 1; utterances of a session that goes on are numbered after its earlier
    ones.
    """
    offset = practice.going_on.first_utterance_id - 1 if practice.going_on else 0
    if not offset:
        return put

    def shifted(event: Event) -> None:
        number = getattr(event, "utterance_id", None)
        put(event if number is None else replace(cast(Any, event), utterance_id=number + offset))

    return shifted


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
        "look_ahead": _look_ahead(sound),
        "judges_content": _judge() is not None,
        "writer": practice.writer is not None,
        "models": models_used,
        "microphone": sound.microphone.name,
        **({"phase": practice.only_phase} if practice.only_phase else {}),
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


def _judge() -> LazyJudge | None:
    """The small language model is optional too: without it the last words decide alone."""
    try:
        return LazyJudge(models.model_path(JUDGE))
    except VoiceInterviewerError:
        return None


def _older(track: TrackRecorder) -> Callable[[int, int], Any]:
    from voice_interviewer.adapters.wav_span import read_wav_span

    return lambda first, last: read_wav_span(track.path, first, last)


def _speech(voice: PiperVoice, practice: Practice) -> SpeechCache:
    """What is the same in every session is kept as sound: the greeting need not wait for the voice."""
    persona = practice.company.persona if practice.company else None
    fixed = {*wording.FIXED, practice.question.wording, *(persona.openings if persona else ())}
    return SpeechCache(voice, SpokenStore(cache_dir() / "spoken", f"{VOICE} {SENTENCE_GAP_S}"), fixed)


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
    speech = _speech(voice, practice)
    put = _renumbered(inbox.put, practice)
    listener = Listener(sound.microphone, sound.activity, Segmenter(), buffer, tracks[0], put)
    listener.heard_to_s = practice.begins_at_s
    talker = Talker(lambda: speech, sound.playback, tracks[1], clock, inbox.put)
    stack.callback(sound.playback.stop)
    writing = Writing(practice.writer, clock, inbox.put) if practice.writer is not None else None
    scorer = practice.scorer(practice.framework)
    judge = _judge()
    crew = LiveCrew(
        Transcription(transcriber, scorer, buffer, clock, inbox.put, glimpse=transcriber.quick),
        _voting(_smart_turn(), buffer, clock, inbox.put),
        talker,
        lambda: speech,
        writing,
        clock,
        inbox.put,
        Judging(judge, clock, inbox.put) if judge is not None else None,
    )
    stack.enter_context(crew)
    if practice.writer is not None:
        # The import takes seconds; the first follow-up is minutes away.
        threading.Thread(target=_quietly(practice.writer.warm_up), daemon=True, name="model loader").start()
    # The greeting needs the voice at once; the recogniser loads while it is spoken.
    threading.Thread(target=_quietly(voice.warm_up), daemon=True, name="voice loader").start()
    sound.microphone.start()
    stack.callback(sound.microphone.stop)
    clock.start(practice.begins_at_s)
    threading.Thread(target=_quietly(transcriber.warm_up), daemon=True, name="recogniser loader").start()
    if judge is not None:
        threading.Thread(target=_quietly(judge.warm_up), daemon=True, name="judge loader").start()
    stopping = threading.Event()
    ear = threading.Thread(target=listener.run, args=(stopping,), daemon=True, name="listener")
    ear.start()
    stack.callback(ear.join, 3.0)
    stack.callback(stopping.set)
    everybody = [_note_fillers(transcriber, log, _look_ahead(sound)), *_with_stand_in(sound, observers)]
    loop = SessionLoop(interviewer, inbox, clock, crew, log, everybody, _resumed(practice, sound))
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
    clock.advance_to(practice.begins_at_s)
    buffer = AudioBuffer(older=_older(tracks[0]))
    listener: Listener

    def step() -> None:
        if not listener.step() and listener.ended:
            clock.advance_to(clock.now_s() + 0.02)
        clock.advance_to(listener.heard_to_s)

    inbox = SimulatedInbox(clock, step)
    put = _renumbered(inbox.put, practice)
    listener = Listener(sound.microphone, sound.activity, Segmenter(), buffer, tracks[0], put)
    listener.heard_to_s = practice.begins_at_s
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
        Judging(judge, clock, inbox.put) if (judge := _judge()) is not None else None,
    )
    sound.microphone.start()
    stack.callback(sound.microphone.stop)
    everybody = [_note_fillers(transcriber, log, _look_ahead(sound)), *_with_stand_in(sound, observers)]
    loop = SessionLoop(interviewer, inbox, clock, crew, log, everybody, _resumed(practice, sound))
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
