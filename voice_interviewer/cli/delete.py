"""voice-interviewer delete: erase sessions."""

from __future__ import annotations

import argparse
from pathlib import Path


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
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.session_index import SessionIndex, erase
    from voice_interviewer.cli.history import confirmed

    root = args.sessions_dir or sessions_dir()
    folders = {folder.path: folder for folder in (session_folder.find(root, name) for name in args.sessions)}
    names = ", ".join(folder.id for folder in folders.values())
    if not args.yes and not confirmed(f"Erase {names} for good, recordings included?"):
        return 1
    index = SessionIndex(root)
    for folder in folders.values():
        erase(folder, index)
        print(f"{folder.id} erased")
    return 0
