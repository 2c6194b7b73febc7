"""A session's folder: journal, both tracks, report. Made private to the user, found again by its id."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from voice_interviewer.adapters import acoustics_file, content_files, journal
from voice_interviewer.adapters.journal import JOURNAL_NAME
from voice_interviewer.analysis.corrections import parse_corrections
from voice_interviewer.analysis.from_journal import build_record
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.core.content import Company, FollowUp, Framework, Question, RubricLine
from voice_interviewer.core.errors import SessionError, StorageFullError, UsageError, VoiceInterviewerError
from voice_interviewer.core.one_phase import only_phase

CANDIDATE_TRACK = "candidate.wav"
INTERVIEWER_TRACK = "interviewer.wav"
REPORT_JSON = "report.json"
REPORT_HTML = "report.html"
CORRECTIONS = "corrections.json"
TAKES_HTML = "takes.html"
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """One session on disk."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def journal(self) -> Path:
        """Append-only log."""
        return self.path / JOURNAL_NAME

    @property
    def candidate_track(self) -> Path:
        """The candidate's sound, 16 kHz mono."""
        return self.path / CANDIDATE_TRACK

    @property
    def interviewer_track(self) -> Path:
        """The interviewer's sound on the same timeline."""
        return self.path / INTERVIEWER_TRACK

    @property
    def report_json(self) -> Path:
        """The report as data."""
        return self.path / REPORT_JSON

    @property
    def report_html(self) -> Path:
        """The report as a page."""
        return self.path / REPORT_HTML


def create(sessions_dir: Path, now: datetime, slug: str) -> SessionFolder:
    """A new private folder named by time and subject. Raises SessionError, StorageFullError."""
    slug = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-")[:50]
    stem = f"{now:%Y-%m-%dT%H-%M-%S}-{slug}"
    try:
        sessions_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        for suffix in ("", *(f"-{secrets.token_hex(2)}" for _ in range(8))):
            path = sessions_dir / f"{stem}{suffix}"
            try:
                path.mkdir(mode=0o700)
                return SessionFolder(path)
            except FileExistsError:
                continue
    except OSError as error:
        raise _os_error(sessions_dir, error) from None
    raise SessionError(f"cannot make a folder for the session in {sessions_dir}")


def find(sessions_dir: Path, name: str) -> SessionFolder:
    """The session of that id, unambiguous beginning of one, path of its folder, or 'last'."""
    direct = Path(name)
    if direct.is_dir() and (direct / JOURNAL_NAME).exists():
        return SessionFolder(direct)
    folders = all_folders(sessions_dir)
    if name == "last" and folders:
        return folders[-1]
    if not _ID.match(name):
        raise UsageError(f"{name!r} is not a session's name", hint="voice-interviewer history lists them")
    exact = [folder for folder in folders if folder.id == name]
    matches = exact or [folder for folder in folders if folder.id.startswith(name)]
    if len(matches) != 1:
        what = "no session" if not matches else f"{len(matches)} sessions"
        raise UsageError(
            f"{what} named {name!r} in {sessions_dir}", hint="voice-interviewer history lists them"
        )
    return matches[0]


def all_folders(sessions_dir: Path) -> list[SessionFolder]:
    """Every session, oldest first; none when the folder does not exist."""
    if not sessions_dir.is_dir():
        return []
    paths = [path for path in sessions_dir.iterdir() if (path / JOURNAL_NAME).is_file()]
    return [SessionFolder(path) for path in sorted(paths, key=lambda path: path.name)]


def load_record(folder: SessionFolder | Path) -> SessionRecord:
    """The facts of a session, from its journal. Raises JournalError, SessionError."""
    folder = folder if isinstance(folder, SessionFolder) else SessionFolder(folder)
    header = journal.read_header(folder.journal)
    framework, question = content_of(header)
    tracks = {"candidate": folder.candidate_track, "interviewer": folder.interviewer_track}
    record = build_record(
        header,
        journal.read_lines(folder.journal),
        framework=framework,
        question=question,
        files={party: path.name for party, path in tracks.items() if path.exists()},
        rejected_fillers=read_corrections(folder),
        acoustics=acoustics_file.load(folder.path / acoustics_file.ACOUSTICS_NAME),
    )
    return replace(record, rubric=_rubric_of(framework))


def content_of(header: dict[str, Any]) -> tuple[Framework | None, Question | None]:
    """The framework and question of a session; its own wording where the bank no longer has it.

    Cut down to the phase where only one was taken, with the follow-ups the session was given.
    """
    framework, question = _whole_content_of(header)
    if question is not None and "follow_ups" in header:
        own = tuple(FollowUp(str(phase), str(text)) for phase, text in header["follow_ups"])
        question = dataclasses.replace(question, follow_ups=own)
    phase_id = str(header.get("phase", ""))
    if framework is not None and question is not None and phase_id in {p.id for p in framework.phases}:
        return only_phase(framework, question, phase_id)
    return framework, question


def company_of(header: dict[str, Any]) -> Company | None:
    """The company of a session; None where there was none or the content no longer has it."""
    company_id = str(header.get("company", ""))
    try:
        return content_files.load_company(company_id) if company_id else None
    except VoiceInterviewerError:
        return None


def _whole_content_of(header: dict[str, Any]) -> tuple[Framework | None, Question | None]:
    framework: Framework | None = None
    question: Question | None = None
    framework_id, question_id = str(header.get("framework", "")), str(header.get("question_id", ""))
    try:
        framework = content_files.load_framework(framework_id) if framework_id else None
    except VoiceInterviewerError:
        framework = None
    try:
        question = content_files.load_question(question_id) if question_id else None
    except VoiceInterviewerError:
        wording = str(header.get("question", ""))
        if wording and framework is not None:
            question = Question(question_id, framework.type, framework.id, wording, 2)
    return framework, question


def _rubric_of(framework: Framework | None) -> tuple[RubricLine, ...]:
    """What this type of interview is judged on; empty where the content has nothing."""
    try:
        return content_files.load_rubrics().get(framework.type, ()) if framework else ()
    except VoiceInterviewerError:
        return ()


def read_corrections(folder: SessionFolder) -> frozenset[tuple[str, int]]:
    """Fillers the user marked as 'not one': (token, start in ms). Raises SessionError when unreadable."""
    path = folder.path / CORRECTIONS
    if not path.exists():
        return frozenset()
    try:
        return parse_corrections(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError, SessionError) as error:
        why = error.message if isinstance(error, SessionError) else str(error)
        raise SessionError(f"{path} cannot be read: {why}", hint="mend or remove the file") from None


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by the user alone. Raises SessionError, StorageFullError."""
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _os_error(path, error) from None


def _os_error(path: Path, error: OSError) -> SessionError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFullError(f"no room left on the disk for {path}", hint="free some space and try again")
    return SessionError(f"cannot write {path}: {error.strerror}", hint="choose another --sessions-dir")
