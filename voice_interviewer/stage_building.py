"""Builds the moving parts of a session: on threads for a live one, inline for a simulated one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from types import FrameType
from typing import Any, cast

from voice_interviewer.adapters import models
from voice_interviewer.adapters.audio_sources import Sound
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.lazy_judge import LazyJudge
from voice_interviewer.adapters.paths import cache_dir
from voice_interviewer.adapters.piper import SENTENCE_GAP_S, PiperVoice
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.smart_turn import SmartTurnVote
from voice_interviewer.adapters.spoken_store import SpokenStore
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.core import wording
from voice_interviewer.core.commands import Command
from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.events import Event, PromptStarted, SessionResumed, StopRequested, Transcribed
from voice_interviewer.core.fragments import LookAhead
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.crew import LiveCrew, SimulatedCrew
from voice_interviewer.runtime.inbox import LiveInbox, SampleCounterClock, SessionClock, SimulatedInbox
from voice_interviewer.runtime.jobs import Judging, Transcription, Voting, Writing
from voice_interviewer.runtime.listener import Listener
from voice_interviewer.runtime.loading import load
from voice_interviewer.runtime.session import Observer, SessionLoop
from voice_interviewer.runtime.speech import SpeechCache
from voice_interviewer.runtime.talker import Talker
from voice_interviewer.staging import (
    JUDGE,
    SIMULATED_DELAY_S,
    SMART_TURN,
    VOICE,
    WHISPER,
    Parts,
    Practice,
    Stage,
    look_ahead,
)


def live(parts: Parts) -> Stage:
    """Devices, threads, and the clock on the wall."""
    practice, sound, stack = parts.practice, parts.sound, parts.stack
    clock = SessionClock()
    inbox = LiveInbox(clock)
    buffer = AudioBuffer(older=_older(parts.tracks[0]))
    transcriber = WhisperTranscriber(parts.weights[WHISPER])
    speech = _speech(parts.voice, practice)
    judge, vote = parts.judge, _smart_turn()
    listener = _listener(parts, buffer, inbox.put)
    stack.callback(sound.playback.stop)
    crew = LiveCrew(
        Transcription(
            transcriber, practice.understanding(), buffer, clock, inbox.put, glimpse=transcriber.quick
        ),
        Voting(vote, buffer, clock, inbox.put) if vote is not None else None,
        Talker(lambda: speech, sound.playback, parts.tracks[1], clock, inbox.put),
        lambda: speech,
        Writing(practice.writer, clock, inbox.put) if practice.writer is not None else None,
        clock,
        inbox.put,
        Judging(judge, clock, inbox.put) if judge is not None else None,
    )
    stack.enter_context(crew)
    sound.microphone.start()
    stack.callback(sound.microphone.stop)
    clock.start(practice.begins_at_s)
    _listen(listener, stack)
    slow = [part for part in (parts.voice, transcriber, vote, judge, practice.writer) if part is not None]
    parts = replace(parts, observers=[load_while_speaking([part.warm_up for part in slow]), *parts.observers])

    def idle(refresh: Callable[[], None]) -> None:
        def both() -> None:
            crew.check()
            refresh()

        inbox.idle = both

    idle(lambda: None)
    return _stage(parts, listener, inbox, clock, crew, transcriber, idle)


def simulated(parts: Parts) -> Stage:
    """Everything inline, on the sample counter."""
    practice, sound = parts.practice, parts.sound
    clock = SampleCounterClock()
    clock.advance_to(practice.begins_at_s)
    buffer = AudioBuffer(older=_older(parts.tracks[0]))
    listener: Listener

    def step() -> None:
        if not listener.step() and listener.ended:
            clock.advance_to(clock.now_s() + 0.02)
        clock.advance_to(listener.heard_to_s)

    inbox = SimulatedInbox(clock, step)
    listener = _listener(parts, buffer, inbox.put)
    transcriber = WhisperTranscriber(parts.weights[WHISPER])
    judge, vote = parts.judge, _smart_turn()
    crew = SimulatedCrew(
        Transcription(
            transcriber, practice.understanding(), buffer, clock, inbox.put, delay_s=SIMULATED_DELAY_S
        ),
        Voting(vote, buffer, clock, inbox.put) if vote is not None else None,
        SpeechCache(parts.voice),
        parts.tracks[1],
        clock,
        inbox.put,
        inbox.withdraw,
        Writing(practice.writer, clock, inbox.put) if practice.writer is not None else None,
        Judging(judge, clock, inbox.put) if judge is not None else None,
    )
    sound.microphone.start()
    parts.stack.callback(sound.microphone.stop)
    return _stage(parts, listener, inbox, clock, crew, transcriber, lambda _refresh: None)


def _listener(parts: Parts, buffer: AudioBuffer, put: Callable[[Event], None]) -> Listener:
    listener = Listener(
        parts.sound.microphone,
        parts.sound.activity,
        Segmenter(),
        buffer,
        parts.tracks[0],
        _renumbered(put, parts.practice),
    )
    listener.heard_to_s = parts.practice.begins_at_s
    return listener


def _listen(listener: Listener, stack: ExitStack) -> None:
    stopping = threading.Event()
    ear = threading.Thread(target=listener.run, args=(stopping,), daemon=True, name="listener")
    ear.start()
    stack.callback(ear.join, 3.0)
    stack.callback(stopping.set)


def _stage(
    parts: Parts,
    listener: Listener,
    inbox: LiveInbox | SimulatedInbox,
    clock: SessionClock | SampleCounterClock,
    crew: LiveCrew | SimulatedCrew,
    transcriber: WhisperTranscriber,
    idle: Callable[[Callable[[], None]], None],
) -> Stage:
    sound = parts.sound
    observers = [_note_fillers(transcriber, parts.log, look_ahead(sound)), *parts.observers]
    if sound.observe is not None:
        observers.append(sound.observe)
    resumed = _resumed(parts.practice, sound)
    loop = SessionLoop(parts.interviewer, inbox, clock, crew, parts.log, observers, resumed)
    _on_interrupt(lambda: inbox.put(StopRequested(clock.now_s())), parts.stack)
    return Stage(
        parts.practice, parts.folder, sound, parts.interviewer, listener, loop, idle, clock, transcriber
    )


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


def load_while_speaking(warm_ups: Sequence[Callable[[], object]]) -> Observer:
    """What the greeting can do without loads when it has begun: together with it they would hold it up."""
    waiting = list(warm_ups)

    def when_speaking(event: Event | None, _commands: Sequence[Command]) -> None:
        if isinstance(event, PromptStarted):
            load(*waiting)
            waiting.clear()

    return when_speaking


def _smart_turn() -> SmartTurnVote | None:
    """Its weights are small and optional: without its vote the words and the pause decide."""
    try:
        return SmartTurnVote(models.model_path(SMART_TURN))
    except VoiceInterviewerError:
        return None


def content_judge() -> LazyJudge | None:
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
