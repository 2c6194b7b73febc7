"""What history knows at a glance: one row a session, in SQLite. The folders are the truth; this can be
thrown away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path
from typing import Any

from voice_interviewer.adapters import journal, session_folder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.analysis.history import SessionRow, row_of
from voice_interviewer.core.errors import SessionError, VoiceInterviewerError

INDEX_NAME = "index.sqlite"
_VERSION = 1
"""Raised when rows get another shape; an index of another version is built anew."""
_COLUMNS = tuple(field.name for field in fields(SessionRow))

Rebuild = Callable[[SessionFolder], None]
"""Makes the report of a session that has none."""


class SessionIndex:
    """Rows of all sessions in a folder of sessions."""

    def __init__(self, sessions_dir: Path) -> None:
        self._sessions_dir = sessions_dir
        self.path = sessions_dir / INDEX_NAME

    def refresh(self) -> list[str]:
        """Take in new and changed sessions, drop erased ones; one line for each folder that cannot be read.

        Raises SessionError when the index can be neither read nor written.
        """
        folders = {folder.id: folder for folder in session_folder.all_folders(self._sessions_dir)}
        if not folders and not self.path.exists():
            return []
        problems: list[str] = []
        with self._open() as database:
            known = dict(database.execute("SELECT id, stamp FROM sessions"))
            for gone in known.keys() - folders.keys():
                database.execute("DELETE FROM sessions WHERE id = ?", (gone,))
            for folder in folders.values():
                stamp = _stamp(folder)
                if known.get(folder.id) == stamp:
                    continue
                try:
                    _store(database, read_row(folder), stamp)
                except VoiceInterviewerError as error:
                    database.execute("DELETE FROM sessions WHERE id = ?", (folder.id,))
                    problems.append(str(error))
        return problems

    def rebuild(self) -> list[str]:
        """Throw the index away and read every folder again."""
        self.path.unlink(missing_ok=True)
        return self.refresh()

    def rows(self) -> list[SessionRow]:
        """All sessions, oldest first."""
        if not self.path.exists():
            return []
        with self._open() as database:
            found = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM sessions ORDER BY started_at, id")
            return [SessionRow(*row) for row in found]

    def forget(self, session_id: str) -> None:
        """Drop one row."""
        if self.path.exists():
            with self._open() as database:
                database.execute("DELETE FROM sessions WHERE id = ?", (session_id,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = self._connected()
        except sqlite3.DatabaseError:
            self.path.unlink(missing_ok=True)  # damaged: the folders have it all
            try:
                database = self._connected()
            except sqlite3.Error as error:
                raise SessionError(f"cannot use {self.path}: {error}") from None
        try:
            with database:
                yield database
        except sqlite3.Error as error:
            raise SessionError(
                f"cannot use {self.path}: {error}", hint="history --rebuild makes it anew"
            ) from None
        finally:
            database.close()

    def _connected(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600, exist_ok=True)
        except OSError as error:
            raise SessionError(f"cannot use {self.path}: {error.strerror}") from None
        database = sqlite3.connect(self.path, timeout=10.0)
        database.execute("PRAGMA secure_delete = ON")  # a row that was erased leaves no copy in the file
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            database.execute("DROP TABLE IF EXISTS sessions")
            columns = ", ".join(f"{name} PRIMARY KEY" if name == "id" else name for name in _COLUMNS)
            database.execute(f"CREATE TABLE sessions ({columns}, stamp)")
            database.execute(f"PRAGMA user_version = {_VERSION}")
            database.commit()
        return database


def read_row(folder: SessionFolder) -> SessionRow:
    """A session's row from its report, or from its journal's first line where no report was made.

    Raises JournalError, SessionError when neither can be read.
    """
    if folder.report_json.is_file():
        return row_of(folder.id, read_report(folder))
    header = journal.read_header(folder.journal)
    session = {
        "kind": header.get("kind", "practice"),
        "started_at": header.get("started_at", ""),
        "framework": header.get("framework") or None,
        "question_id": header.get("question_id") or None,
        "question": header.get("question") or None,
        "company": header.get("company") or None,
    }
    return row_of(folder.id, {"session": session})


def read_report(folder: SessionFolder) -> Mapping[str, Any]:
    """`report.json` of a session. Raises SessionError."""
    try:
        report = json.loads(folder.report_json.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SessionError(
            f"session {folder.id} has no report", hint=f"voice-interviewer report {folder.id} makes it"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise SessionError(
            f"{folder.report_json} cannot be read: {error}",
            hint=f"voice-interviewer report {folder.id} makes it anew",
        ) from None
    if not isinstance(report, dict):
        raise SessionError(f"{folder.report_json} is no report")
    return report


def erased_before(rows: list[SessionRow], day: date) -> list[SessionRow]:
    """The sessions that began before a day."""
    return [row for row in rows if row.day and row.day < day]


def _store(database: sqlite3.Connection, row: SessionRow, stamp: str) -> None:
    marks = ", ".join("?" * (len(_COLUMNS) + 1))
    database.execute(
        f"INSERT OR REPLACE INTO sessions ({', '.join(_COLUMNS)}, stamp) VALUES ({marks})",
        (*astuple(row), stamp),
    )


def _stamp(folder: SessionFolder) -> str:
    """Changes when the report or the journal does."""
    parts = []
    for path in (folder.report_json, folder.journal):
        try:
            facts = path.stat()
            parts.append(f"{facts.st_mtime_ns}:{facts.st_size}")
        except OSError:
            parts.append("-")
    return " ".join(parts)
