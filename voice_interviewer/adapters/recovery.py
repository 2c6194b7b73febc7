"""What a crash left behind, made whole: tracks with their headers, a journal up to its last line, missing
words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice_interviewer.adapters import journal, recording, session_lock
from voice_interviewer.adapters.session_folder import SessionFolder, all_folders
from voice_interviewer.adapters.wav_span import read_wav_span
from voice_interviewer.core.codec import decode, encode
from voice_interviewer.core.commands import Finish
from voice_interviewer.core.errors import SessionBusyError
from voice_interviewer.core.events import Event, SessionCutShort, SessionResumed, Transcribed, UtteranceEnded
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import SAMPLE_RATE_HZ, Transcriber

PRE_ROLL_S, POST_ROLL_S = 0.25, 0.15
REST_ID_OFFSET = 1_000_000
"""Ids of utterances found after the journal's end: far from those it counted."""
UTTERANCE_GAP_S = 0.7


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done."""

    lines_dropped: int
    utterances_added: int
    tracks_mended: int


def cut_short(sessions_dir: Path) -> list[SessionFolder]:
    """Sessions that ended without a report and that nobody is holding now, oldest first."""
    return [
        folder
        for folder in all_folders(sessions_dir)
        if not folder.report_json.exists() and not session_lock.is_held(folder.path / session_lock.LOCK_NAME)
    ]


def recover(folder: SessionFolder, transcriber: Callable[[], Transcriber]) -> Recovered:
    """Mend a session's folder in place. Raises SessionBusyError, JournalError, ModelError."""
    if session_lock.is_held(folder.path / session_lock.LOCK_NAME):
        raise SessionBusyError(f"the session {folder.id} is still running", hint="end it first")
    mended = 0
    for track in (folder.candidate_track, folder.interviewer_track):
        if track.exists():
            mended += recording.recover(track).repaired
    dropped = _mend_journal(folder.journal)
    added = _add_missing_words(folder, transcriber)
    return Recovered(dropped, added, mended)


def _mend_journal(path: Path) -> int:
    """Cut a half-written end off, so that more can be appended; how many lines went."""
    whole = 1 + sum(1 for _ in journal.read_lines(path))
    pieces = path.read_bytes().split(b"\n")
    kept = b"\n".join(pieces[:whole]) + b"\n"
    lost = sum(1 for piece in pieces[whole:] if piece.strip(b"\0 "))
    if kept != path.read_bytes():
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(kept)
        part.chmod(0o600)
        part.replace(path)
    return lost


def _add_missing_words(folder: SessionFolder, transcriber: Callable[[], Transcriber]) -> int:
    """Transcribe what was recorded and not understood before the end."""
    spans: dict[int, UtteranceEnded] = {}
    known: set[int] = set()
    heard_to_s = last_s = 0.0
    ended = False
    for line in journal.read_lines(folder.journal):
        if "note" in line:
            continue
        event = decode({key: value for key, value in line.items() if key != "t"})
        if isinstance(event, Finish | SessionCutShort | SessionResumed):
            ended = not isinstance(event, SessionResumed)
        if isinstance(event, Event):
            last_s = max(last_s, event.at_s)
        if isinstance(event, UtteranceEnded):
            spans[event.utterance_id] = event
            heard_to_s = max(heard_to_s, event.end_s)
        elif isinstance(event, Transcribed):
            known.add(event.utterance_id)
    missing = [span for utterance_id, span in spans.items() if utterance_id not in known]
    rest_s = _length_s(folder) - heard_to_s
    if not missing and rest_s < UTTERANCE_GAP_S:
        return 0
    engine = transcriber()
    events: list[Event] = [] if ended else [SessionCutShort(last_s)]
    for span in missing:
        words = _transcribe(folder, engine, span.start_s - PRE_ROLL_S, span.end_s + POST_ROLL_S)
        events.append(Transcribed(span.at_s, span.utterance_id, span.start_s, span.end_s, words))
    if rest_s >= UTTERANCE_GAP_S:
        rest = _transcribe(folder, engine, heard_to_s + POST_ROLL_S, heard_to_s + rest_s)
        for number, words in enumerate(_grouped(rest), max([REST_ID_OFFSET, *(known | set(spans))]) + 1):
            start_s, end_s = words[0].start_s, words[-1].end_s
            events.append(UtteranceEnded(end_s, number, start_s, end_s))
            events.append(Transcribed(end_s, number, start_s, end_s, words))
    _append(folder.journal, events)
    return sum(isinstance(event, Transcribed) and bool(event.words) for event in events)


def _transcribe(folder: SessionFolder, engine: Transcriber, start_s: float, end_s: float) -> tuple[Word, ...]:
    start_s = max(0.0, start_s)
    first, last = round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)
    samples = read_wav_span(folder.candidate_track, first, last).astype(np.float32) / 32768.0
    return tuple(engine.transcribe(samples, start_s=start_s))


def _grouped(words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    groups: list[list[Word]] = []
    for word in words:
        if not groups or word.start_s - groups[-1][-1].end_s >= UTTERANCE_GAP_S:
            groups.append([])
        groups[-1].append(word)
    return [tuple(group) for group in groups]


def _length_s(folder: SessionFolder) -> float:
    try:
        size = folder.candidate_track.stat().st_size
    except OSError:
        return 0.0
    return max(0, size - 44) / 2 / SAMPLE_RATE_HZ


def _append(path: Path, events: list[Event]) -> None:
    import json

    with path.open("a", encoding="utf-8") as file:
        for event in events:
            file.write(json.dumps(encode(event), ensure_ascii=False, separators=(",", ":")) + "\n")
        if events:
            note = {"note": {"notes": ["The session was cut short and recovered from its recording."]}}
            file.write(json.dumps(note, separators=(",", ":")) + "\n")
