"""Loops on disk: `loops/<id>.json` in the data folder, one a loop, readable by the user alone."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from voice_interviewer.adapters.session_folder import write_private
from voice_interviewer.core.errors import SessionError, UsageError
from voice_interviewer.core.loop import LoopState, Probe, RoundPlan

VERSION = 1
FOLDER = "loops"
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,80}$")


def new_id(company: str, now: datetime) -> str:
    """A name by company and day that sorts by time."""
    return f"{now:%Y-%m-%d}-{company}-{secrets.token_hex(2)}"


def state_path(data_dir: Path, loop_id: str) -> Path:
    """Where a loop is kept. Raises UsageError for what is no loop's name."""
    if not _ID.match(loop_id):
        raise UsageError(f"{loop_id!r} is not a loop's name", hint="voice-interviewer loop --list shows them")
    return data_dir / FOLDER / f"{loop_id}.json"


def debrief_folder(data_dir: Path, loop_id: str) -> Path:
    """Where the loop's page and data are written, private; made when it is not there. Raises SessionError."""
    folder = state_path(data_dir, loop_id).with_suffix("")
    _make_private(folder)
    return folder


def save(data_dir: Path, state: LoopState) -> None:
    """Write it, whole or not at all. Raises SessionError, StorageFullError."""
    path = state_path(data_dir, state.id)
    _make_private(path.parent)
    write_private(path, json.dumps({"loop": VERSION, **asdict(state)}, ensure_ascii=False, indent=1) + "\n")


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SessionError(f"cannot make {folder}: {error.strerror}") from None


def load(path: Path) -> LoopState:
    """Read one. Raises SessionError when it is damaged or from a newer version."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        version = data.pop("loop")
        if not isinstance(version, int) or version > VERSION:
            raise SessionError(
                f"{path} was written by a newer version (loop {version}, known up to {VERSION})",
                hint="update the program",
            )
        state = _state(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SessionError(f"{path} cannot be read: {error}", hint="mend or remove the file") from None
    if not len(state.rounds) == len(state.sessions) == len(state.done) or state.id != path.stem:
        raise SessionError(f"{path} makes no sense", hint="mend or remove the file")
    return state


def _state(data: dict[str, Any]) -> LoopState:
    rounds = tuple(
        RoundPlan(
            **{
                **one,
                "minutes": float(one["minutes"]),
                "principles": tuple(map(str, one["principles"])),
                "probes": tuple(Probe(**probe) for probe in one["probes"]),
            }
        )
        for one in data["rounds"]
    )
    sessions, done = tuple(map(str, data["sessions"])), tuple(map(bool, data["done"]))
    return LoopState(**{**data, "rounds": rounds, "sessions": sessions, "done": done})


def all_loops(data_dir: Path) -> list[LoopState]:
    """Every loop, oldest first. Raises SessionError for a damaged one."""
    folder = data_dir / FOLDER
    if not folder.is_dir():
        return []
    found = [load(path) for path in folder.glob("*.json") if _ID.match(path.stem)]
    return sorted(found, key=lambda state: (state.begun_at, state.id))


def find(data_dir: Path, name: str = "", company: str = "") -> LoopState:
    """The loop of that name or beginning of one; without a name the last unfinished one, of that company if
    one is given. Raises UsageError.
    """
    loops = [state for state in all_loops(data_dir) if company in ("", state.company)]
    if name and name != "last":
        matches = [state for state in loops if state.id == name] or [
            state for state in loops if state.id.startswith(name)
        ]
    else:
        matches = [state for state in loops if not state.is_over][-1:]
    if len(matches) != 1:
        what = f"{len(matches)} loops" if matches else "no unfinished loop" if not name else "no loop"
        called = f" named {name!r}" if name else f" of {company}" if company else ""
        raise UsageError(f"{what}{called}", hint="voice-interviewer loop --list shows them")
    return matches[0]
