"""voice-interviewer delete: erase sessions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import VoiceInterviewerError

if TYPE_CHECKING:
    from voice_interviewer.adapters.erasure import Erased


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `delete`."""
    parser.add_argument(
        "sessions", nargs="+", metavar="SESSION", help="names or folders; 'last' is the newest"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def run(args: argparse.Namespace) -> int:
    """Erase each session for good: journal, recordings, reports, and its line in the history."""
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.erasure import erase
    from voice_interviewer.adapters.paths import data_dir, sessions_dir
    from voice_interviewer.adapters.session_index import SessionIndex
    from voice_interviewer.cli.history import confirmed

    root = args.sessions_dir or sessions_dir()
    folders = {folder.path: folder for folder in (session_folder.find(root, name) for name in args.sessions)}
    names = ", ".join(folder.id for folder in folders.values())
    if not args.yes and not confirmed(f"Erase {names} for good, recordings included?"):
        return 1
    index = SessionIndex(root)
    for folder in folders.values():
        erased = erase(folder, index, data_dir())
        print(f"{folder.id} erased")
        tell(erased)
    _tell_of_stories({folder.id for folder in folders.values()})
    return 0


def tell(erased: Erased) -> None:
    """What went besides the session."""
    for name in erased.comparisons:
        print(f"  and the page of two takes in {name}, which quoted it")
    for name in erased.loops:
        print(f"  and the loop {name}, of which nothing was left")
    for name in erased.debriefs:
        print(f"  and the debrief of {name}; without it: voice-interviewer loop --debrief {name}")


def _tell_of_stories(sessions: set[str]) -> None:
    """Stories are the candidate's own collection: they stay, and that is said."""
    from voice_interviewer.adapters import story_files
    from voice_interviewer.adapters.paths import data_dir

    try:
        kept = [story.id for story in story_files.load_stories(data_dir()) if story.source in sessions]
    except VoiceInterviewerError:
        return
    if kept:
        print(f"Stories taken from there stay: {', '.join(kept)} (voice-interviewer stories delete NAME)")
