"""The journal: one JSON object a line, appended and flushed, so that a crash costs at most the line being
written.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from voice_interviewer.adapters.journal_check import check_header, check_line
from voice_interviewer.core.codec import encode
from voice_interviewer.core.commands import Command
from voice_interviewer.core.errors import JournalError, SessionError, StorageFullError
from voice_interviewer.core.events import Event, Tick

JOURNAL_NAME = "journal.jsonl"
VERSION = 1
SYNC_EVERY_S = 1.0
ROOM_BYTES = 16_000_000
"""Set aside while a session runs: more than the journal of three hours."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_STEERING = re.compile(rb"\\u00|\x7f|\xc2[\x80-\x9f]", re.IGNORECASE)
"""Bytes that a control sign may be behind: escaped, or as it is."""
_UNSAID = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "?") | {ord("\n"): "\n", ord("\t"): "\t"}


class Journal:
    """Append-only. A full disk is no reason to stop: lines wait until there is room, and at first there is
    some, set aside for them alone.
    """

    def __init__(self, path: Path, header: dict[str, Any] | None) -> None:
        """Begin a journal with its header; None goes on with the one that is there."""
        self.path = path
        self._descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._waiting = bytearray()
        self._synced_at_s = 0.0
        _set_room_aside(self._descriptor)
        if header is not None:
            self._line({"journal": VERSION, **header})
        self._sync()

    @property
    def is_whole(self) -> bool:
        """False while lines wait for room."""
        return not self._waiting

    def write(self, item: Event | Command, at_s: float) -> None:
        """Append one event or command. Ticks are left out: a replay makes its own from the deadlines."""
        line = encode(item)
        if isinstance(item, Command):
            line["t"] = round(at_s, 4)
        elif isinstance(item, Tick):
            line = {"event": "Tick", "at_s": round(at_s, 4)}
        self._line(line)
        if at_s - self._synced_at_s >= SYNC_EVERY_S:
            self._synced_at_s = at_s
            self._sync()

    def note(self, **values: Any) -> None:
        """Append a line that is neither: a fact for the report."""
        self._line({"note": values})

    def close(self) -> None:
        """Put everything on the disk and close; never raises, may be called twice."""
        if self._descriptor < 0:
            return
        with contextlib.suppress(SessionError, OSError):
            self._drain()
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size)  # the room set aside
        self._sync()
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = -1

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _line(self, content: dict[str, Any]) -> None:
        self._waiting += _written(content).encode("utf-8", errors="replace")
        self._drain()

    def _drain(self) -> None:
        """Write what waits; what finds no room goes on waiting. Raises SessionError when the disk fails."""
        try:
            while self._waiting:
                del self._waiting[: os.write(self._descriptor, self._waiting)]
        except OSError as error:
            if error.errno not in _FULL:
                raise SessionError(f"cannot write {self.path.name}: {error.strerror}") from None

    def _sync(self) -> None:
        # A disk that fails here fails the next write too, which reports it.
        with contextlib.suppress(OSError):
            os.fsync(self._descriptor)


def _set_room_aside(descriptor: int) -> None:
    """Blocks behind the file's end that nobody else can take, where the system has such a thing (Linux)."""
    if not sys.platform.startswith("linux") or sys.maxsize < 2**32:
        return
    with contextlib.suppress(OSError, AttributeError):
        keep_size = 1
        end = ctypes.c_int64(os.fstat(descriptor).st_size)
        ctypes.CDLL(None).fallocate(
            ctypes.c_int(descriptor), ctypes.c_int(keep_size), end, ctypes.c_int64(ROOM_BYTES)
        )


def append_note(path: Path, note: Mapping[str, object]) -> None:
    """One note at a journal's end; the later one wins. See `append`."""
    append(path, [{"note": note}])


def append(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines to a journal that nobody is writing. A last line that a crash cut short is void and goes; of
    what a crash cuts short here, the whole lines count. Raises SessionError, StorageFullError.
    """
    data = "".join(map(_written, lines)).encode("utf-8")
    try:
        with path.open("r+b", buffering=0) as file:
            whole = file.read().rfind(b"\n") + 1
            file.truncate(whole)
            file.seek(whole)
            while data:
                data = data[file.write(data) :]
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError(f"no room left on the disk for {path}", hint="free some space") from None
        raise SessionError(f"cannot write {path}: {error.strerror}") from None


def _written(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_header(path: Path) -> dict[str, Any]:
    """The first line. Raises JournalError when it is missing, damaged or from a newer version."""
    for number, line in _lines(path):
        version = line.get("journal")
        if not isinstance(version, int) or isinstance(version, bool):
            raise JournalError(f"{path}, line {number}: this is not a journal")
        if version > VERSION:
            raise JournalError(
                f"{path} was written by a newer version (journal {version}, known up to {VERSION})",
                hint="update the program",
            )
        _checked(path, number, line, check_header)
        return line
    raise JournalError(f"{path} is empty", hint="nothing was recorded in this session")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line after the header, each an event, a command or a note. A last line cut short is left
    out; damage elsewhere, or what no version wrote, raises JournalError naming file and line.
    """
    read_header(path)
    for number, line in _lines(path):
        if number > 1:
            _checked(path, number, line, check_line)
            yield line


def _checked(path: Path, number: int, line: dict[str, Any], check: Callable[[dict[str, Any]], None]) -> None:
    try:
        check(line)
    except JournalError as error:
        raise JournalError(f"{path}, line {number}: {error.message}", hint=error.hint) from None


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}") from None
    pieces = raw.split(b"\n")
    whole, rest = pieces[:-1], pieces[-1]
    for number, piece in enumerate(whole, 1):
        try:
            line = json.loads(piece)
        except (ValueError, RecursionError):
            # Power loss can leave a block of zeros at the end of a file: everything after it is void as well.
            if not piece.strip(b"\0") or not any(p.strip(b"\0 ") for p in whole[number:]):
                return
            raise JournalError(f"{path}, line {number}: damaged") from None
        if not isinstance(line, dict):
            raise JournalError(f"{path}, line {number}: not an object")
        yield number, _harmless(line) if _STEERING.search(piece) else line
    del rest


def _harmless(value: Any) -> Any:
    """A value without signs that steer a terminal: a journal may come from others."""
    if isinstance(value, str):
        return value.translate(_UNSAID)
    if isinstance(value, list):
        return [_harmless(one) for one in value]
    if isinstance(value, dict):
        return {_harmless(key): _harmless(one) for key, one in value.items()}
    return value
