"""voice-interviewer compare: two sessions side by side."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `compare`."""
    parser.add_argument("first", help="a session's name or folder")
    parser.add_argument("second", nargs="?", default="last", help="the other one; the newest by default")
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def run(args: argparse.Namespace) -> int:
    """Show both sessions' figures and what changed."""
    from rich.console import Console

    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.session_index import read_report
    from voice_interviewer.analysis.history import compare
    from voice_interviewer.render.history_table import comparison_table

    root = args.sessions_dir or sessions_dir()
    first, second = session_folder.find(root, args.first), session_folder.find(root, args.second)
    rows = compare(read_report(first), read_report(second))
    Console().print(comparison_table(first.id, second.id, rows))
    return 0
