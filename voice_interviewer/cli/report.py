"""voice-interviewer report: show or rebuild the report of a session."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report`."""
    parser.add_argument(
        "session", nargs="?", default="last", help="a session's name or folder; the last one by default"
    )
    parser.add_argument("--recover", action="store_true", help="mend what a crash left behind first")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the report's data there too")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def run(args: argparse.Namespace) -> int:
    """Rebuild the report from the session's folder."""
    from rich.console import Console

    from voice_interviewer import reporting
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.recording import recover

    folder = session_folder.find(args.sessions_dir or sessions_dir(), args.session)
    if args.recover:
        for track in (folder.candidate_track, folder.interviewer_track):
            if track.exists():
                recover(track)
    report = reporting.make_report(folder, console=Console())
    if args.json:
        reporting.export_json(report, args.json)
    if args.open:
        import webbrowser

        webbrowser.open(folder.report_html.as_uri())
    return 0
