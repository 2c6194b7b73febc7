"""Builds a practice session out of core, ports and adapters, holds it, and leaves its report behind."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from voice_interviewer import __version__
from voice_interviewer.adapters import acoustics_file, models, session_folder, session_lock
from voice_interviewer.adapters.audio_sources import Sound, choose_sound
from voice_interviewer.adapters.going_on import ShiftedMicrophone, joined
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.lazy_judge import LazyJudge
from voice_interviewer.adapters.paths import data_dir
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.core.content import Question
from voice_interviewer.core.endpointing import NEEDED, EndpointSettings
from voice_interviewer.core.errors import StorageFullError
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.turn_settings import TurnSettings
from voice_interviewer.ports import SAMPLE_RATE_HZ
from voice_interviewer.runtime.session import Observer
from voice_interviewer.stage_building import content_judge, live, simulated
from voice_interviewer.staging import SMART_TURN, VOICE, WHISPER, Parts, Practice, Stage, look_ahead

__all__ = ["VOICE", "WHISPER", "Practice", "Stage", "pick_question", "staged"]


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
        judge = content_judge()
        if judge is not None:
            stack.callback(judge.forget)
        header = None if again else _header(practice, folder, now, sound, judge)
        log = stack.enter_context(Journal(folder.journal, header))
        if again:
            log.note(resumed_at=now.isoformat(timespec="seconds"), resumed_at_s=round(again.at_s, 3))
            sound.microphone = ShiftedMicrophone(sound.microphone, round(again.at_s * SAMPLE_RATE_HZ))
        interviewer = again.interviewer if again else Interviewer(_setup(practice, sound, judge))
        voice = PiperVoice(weights[VOICE])
        tracks = (
            TrackRecorder(folder.candidate_track, keep=again is not None),
            TrackRecorder(folder.interviewer_track, voice.sample_rate_hz, keep=again is not None),
        )
        for track in tracks:
            stack.callback(track.close)
        parts = Parts(
            practice, folder, sound, interviewer, voice, tracks, log, observers, stack, weights, judge
        )
        stage = simulated(parts) if sound.simulated else live(parts)
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
        if not log.is_whole:
            raise StorageFullError(
                f"no room left on the disk for the end of {log.path}",
                hint=f"free some space, then: voice-interviewer report --recover {folder.id}",
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
    with contextlib.suppress(StorageFullError):  # then they are measured anew when the report is made
        acoustics_file.save(path, track)
    log.note(vocal_fillers=fillers)  # last: it says that nothing is left to do


def _setup(practice: Practice, sound: Sound, judge: LazyJudge | None) -> Setup:
    return Setup(
        practice.framework,
        practice.question,
        practice.minutes,
        practice.seed,
        practice.company,
        sound.duplex,
        writer=practice.writer is not None,
        only_phase=practice.only_phase,
        turns=TurnSettings(
            look_ahead=look_ahead(sound),
            judges_content=judge is not None,
            endpointing=EndpointSettings(needed=NEEDED[practice.sound.patience]),
        ),
    )


def _header(
    practice: Practice, folder: SessionFolder, now: datetime, sound: Sound, judge: LazyJudge | None
) -> dict[str, Any]:
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
        "look_ahead": look_ahead(sound),
        "judges_content": judge is not None,
        "patience": practice.sound.patience,
        "writer": practice.writer is not None,
        "models": models_used,
        "microphone": sound.microphone.name,
        **({"phase": practice.only_phase} if practice.only_phase else {}),
        **practice.extra,
    }


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
