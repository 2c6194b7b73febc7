"""What a crash left behind, made whole: tracks with their headers, a journal up to its last line, missing
words, fillers and pitch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from voice_interviewer.adapters import acoustics_file, journal, recording, session_lock
from voice_interviewer.adapters.acoustics import measure
from voice_interviewer.adapters.acoustics_track import TrackBuilder
from voice_interviewer.adapters.session_folder import SessionFolder, all_folders
from voice_interviewer.adapters.told import read_told
from voice_interviewer.adapters.wav_span import read_wav_span
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.core.codec import encode
from voice_interviewer.core.errors import JournalError, SessionBusyError
from voice_interviewer.core.events import Event, SessionCutShort, Transcribed, UtteranceEnded
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples, Transcriber

PRE_ROLL_S, POST_ROLL_S = 0.25, 0.15
REST_ID_OFFSET = 1_000_000
"""Ids of utterances found after the journal's end: far from those it counted."""
UTTERANCE_GAP_S = 0.7
CUT_SHORT = "The session was cut short and recovered from its recording."
LATE = "Some of what was said was transcribed after the interview, from its recording."


class Ear(Transcriber, Protocol):
    """A recogniser that also tells which fillers it heard."""

    def vocal_fillers(self) -> tuple[VocalFillerEvent, ...]:
        """Those in all that it was given so far, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done."""

    lines_dropped: int
    utterances_added: int
    tracks_mended: int


def cut_short(sessions_dir: Path) -> list[SessionFolder]:
    """Sessions that ended without a report of all there is, and that nobody is holding now, oldest first.

    One that ended before its journal's first line was written has nothing in it, and is not among them.
    """
    return [
        folder
        for folder in all_folders(sessions_dir)
        if _lacks_report(folder)
        and not session_lock.is_held(folder.path / session_lock.LOCK_NAME)
        and _has_begun(folder)
    ]


def _lacks_report(folder: SessionFolder) -> bool:
    """There is none, or one of what there was before the session went on and broke off again."""
    try:
        reported_at_ns = min(path.stat().st_mtime_ns for path in (folder.report_json, folder.report_html))
        if reported_at_ns >= folder.journal.stat().st_mtime_ns:
            return False
        return read_told(folder.journal).breaks_off
    except FileNotFoundError:
        return True
    except JournalError:
        return False


def _has_begun(folder: SessionFolder) -> bool:
    try:
        journal.read_header(folder.journal)
    except JournalError:
        return False
    return True


def recover(folder: SessionFolder, transcriber: Callable[[], Ear]) -> Recovered:
    """Mend a session's folder in place; doing it again changes nothing. `transcriber` is asked for only when
    there is something to listen to. Raises SessionBusyError, JournalError, ModelError, SessionError.
    """
    if session_lock.is_held(folder.path / session_lock.LOCK_NAME):
        raise SessionBusyError(f"the session {folder.id} is still running", hint="end it first")
    with session_lock.hold(folder.path / session_lock.LOCK_NAME, folder.id):
        tracks = [track for track in (folder.candidate_track, folder.interviewer_track) if track.exists()]
        mended = sum(recording.recover(track).repaired for track in tracks)
        dropped = _mend_journal(folder.journal)
        added = _add_what_is_missing(folder, transcriber)
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


def _add_what_is_missing(folder: SessionFolder, transcriber: Callable[[], Ear]) -> int:
    """Words that were recorded and not understood before the end, fillers, pitch; how many utterances."""
    told = read_told(folder.journal)
    missing, unheard = told.missing(), told.unheard()
    rest_s = _length_s(folder) - told.heard_to_s if told.breaks_off else 0.0
    events: list[Event] = [] if told.ended else [SessionCutShort(told.last_s)]
    fillers = list(told.fillers)
    to_do = bool(missing or unheard or rest_s >= UTTERANCE_GAP_S)
    if to_do:
        hearing = _Hearing(folder, transcriber())
        events += _words_of(hearing, missing)
        for one in unheard:
            hearing.words(one.start_s - PRE_ROLL_S, one.end_s + POST_ROLL_S)
        if rest_s >= UTTERANCE_GAP_S:
            first_id = max([REST_ID_OFFSET, *told.understood, *told.spans]) + 1
            rest = hearing.words(told.heard_to_s + POST_ROLL_S, told.heard_to_s + rest_s)
            events += _rest(rest, first_id)
        fillers = hearing.fillers(fillers)
    found = sum(isinstance(event, Transcribed) and bool(event.words) for event in events)
    settled = not to_do and not events and told.told_whole
    spans = [*told.spans.values(), *(one for one in events if isinstance(one, UtteranceEnded))]
    # Before the lines that say all is done: broken off in between, both are made again.
    if spans and folder.candidate_track.exists() and not (settled and _is_measured(folder)):
        _measure(folder, spans)
    if not settled:
        _append(folder.journal, events, fillers, LATE if told.ended else CUT_SHORT, _length_s(folder))
    return found


class _Hearing:
    """Listens to stretches of a session's track."""

    def __init__(self, folder: SessionFolder, ear: Ear) -> None:
        self._folder = folder
        self._ear = ear
        self._spans: list[tuple[float, float]] = []

    def words(self, start_s: float, end_s: float) -> tuple[Word, ...]:
        """What is said between two session times. Raises ModelError."""
        start_s = max(0.0, start_s)
        self._spans.append((start_s, end_s))
        return tuple(self._ear.transcribe(_samples(self._folder, start_s, end_s), start_s=start_s))

    def fillers(self, known: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those known, and in place of those in what was listened to the ones heard now.

        The ear may have heard other sessions before: what lies elsewhere is theirs.
        """
        heard = [asdict(event) for event in self._ear.vocal_fillers() if self._listened_at(event.start_s)]
        return [one for one in known if not self._listened_at(float(one["start_s"]))] + heard

    def _listened_at(self, at_s: float) -> bool:
        return any(start_s <= at_s < end_s for start_s, end_s in self._spans)


def _words_of(hearing: _Hearing, spans: Iterable[UtteranceEnded]) -> list[Event]:
    return [
        Transcribed(
            span.at_s,
            span.utterance_id,
            span.start_s,
            span.end_s,
            hearing.words(span.start_s - PRE_ROLL_S, span.end_s + POST_ROLL_S),
        )
        for span in spans
    ]


def _rest(words: tuple[Word, ...], first_id: int) -> list[Event]:
    """What was said after the last utterance that the journal knows."""
    events: list[Event] = []
    for number, group in enumerate(_grouped(words), first_id):
        start_s, end_s = group[0].start_s, group[-1].end_s
        events.append(UtteranceEnded(end_s, number, start_s, end_s))
        events.append(Transcribed(end_s, number, start_s, end_s, group))
    return events


def _is_measured(folder: SessionFolder) -> bool:
    return bool(acoustics_file.load(folder.path / acoustics_file.ACOUSTICS_NAME).f0_hz)


def _measure(folder: SessionFolder, spans: Iterable[UtteranceEnded]) -> None:
    """Pitch and level of all that was said, as a session that ends by itself keeps them."""
    track = TrackBuilder()
    for span in spans:
        start_s = max(0.0, span.start_s - PRE_ROLL_S)
        samples = _samples(folder, start_s, span.end_s + POST_ROLL_S)
        if samples.size:
            track.place(start_s, measure(samples))
    acoustics_file.save(folder.path / acoustics_file.ACOUSTICS_NAME, track.track())


def _samples(folder: SessionFolder, start_s: float, end_s: float) -> Samples:
    first, last = round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)
    samples: Samples = read_wav_span(folder.candidate_track, first, last).astype(np.float32) / 32768.0
    return samples


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


def _append(
    path: Path, events: list[Event], fillers: list[dict[str, Any]], why: str, recovered_to_s: float
) -> None:
    """What was found, at the journal's end; the later note about fillers is the one that counts."""
    lines = [encode(event) for event in events]
    if events:
        lines.append({"note": {"notes": [why]}})
    fillers.sort(key=lambda entry: float(entry["start_s"]))
    lines.append({"note": {"vocal_fillers": fillers, "recovered_to_s": round(recovered_to_s, 3)}})
    journal.append(path, lines)
