"""Erasing a session for good: its folder, its row in the index, and what other files quote of it."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

from voice_interviewer.adapters import journal, loop_files, session_lock
from voice_interviewer.adapters.session_folder import TAKES_HTML, SessionFolder, all_folders
from voice_interviewer.adapters.session_index import SessionIndex
from voice_interviewer.core.errors import SessionBusyError, SessionError, VoiceInterviewerError
from voice_interviewer.core.loop import LoopState


@dataclass(frozen=True, slots=True)
class Erased:
    """What went besides the session's own folder."""

    loops: tuple[str, ...] = ()
    """Loops of which nothing is left."""
    debriefs: tuple[str, ...] = ()
    """Loops that go on without the session; their debrief quoted it."""
    comparisons: tuple[str, ...] = ()
    """Sessions whose page of two takes quoted it."""


def erase(folder: SessionFolder, index: SessionIndex, data_dir: Path) -> Erased:
    """Remove a session with all that is in it and all that quotes it. What quotes it goes first, so that a
    failure leaves something to try again with. Raises SessionError, SessionBusyError.
    """
    if folder.path.is_symlink() or not folder.journal.is_file():
        raise SessionError(f"{folder.path} is no session's folder", hint="nothing was erased")
    if session_lock.is_held(folder.path / session_lock.LOCK_NAME):
        raise SessionBusyError(f"the session {folder.id} is still running", hint="end it first")
    try:
        loops, debriefs = _forget_in_loops(folder, data_dir)
        comparisons = _erase_comparisons(folder)
        _remove(folder)
    except OSError as error:
        raise SessionError(f"cannot erase {folder.path}: {error.strerror}") from None
    index.forget(folder.id)
    return Erased(tuple(loops), tuple(debriefs), tuple(comparisons))


def _remove(folder: SessionFolder) -> None:
    """The journal last: without it nobody would find what a crash left of the rest."""
    for path in sorted(folder.path.iterdir(), key=folder.journal.__eq__):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    folder.path.rmdir()


def _forget_in_loops(folder: SessionFolder, data_dir: Path) -> tuple[list[str], list[str]]:
    """A debrief is made of reports: it goes. A loop stays while another of its rounds does."""
    gone, shortened = [], []
    for state in _loops_with(folder.id, data_dir):
        at_home = Path(state.sessions_dir).absolute() == folder.path.parent.absolute()
        if folder.id not in state.sessions or not at_home:
            continue
        page = loop_files.state_path(data_dir, state.id).with_suffix("")
        if page.is_dir() and not page.is_symlink():
            shutil.rmtree(page)
        left = tuple("" if session == folder.id else session for session in state.sessions)
        if any(left):
            loop_files.save(data_dir, dataclasses.replace(state, sessions=left))
            shortened.append(state.id)
        else:
            loop_files.state_path(data_dir, state.id).unlink()
            gone.append(state.id)
    return gone, shortened


def _loops_with(session_id: str, data_dir: Path) -> list[LoopState]:
    """A loop's file that cannot be read matters only where it names the session."""
    paths = (data_dir / loop_files.FOLDER).glob("*.json")
    naming = (path for path in paths if session_id in path.read_text(encoding="utf-8", errors="replace"))
    return [loop_files.load(path) for path in sorted(naming)]


def _erase_comparisons(folder: SessionFolder) -> list[str]:
    """The page of two takes lies with the later one and quotes the earlier."""
    found = []
    for other in all_folders(folder.path.parent):
        page = other.path / TAKES_HTML
        if other.id != folder.id and page.is_file() and _quotes(other, page, folder.id):
            page.unlink()
            found.append(other.id)
    return found


def _quotes(other: SessionFolder, page: Path, session_id: str) -> bool:
    try:
        if journal.read_header(other.journal).get("retry_of") == session_id:
            return True
    except VoiceInterviewerError:
        pass  # a damaged journal does not tell; the page does
    return session_id in page.read_text(encoding="utf-8", errors="replace")
