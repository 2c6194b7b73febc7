"""voice-interviewer report: show or rebuild the report of a session."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import JournalError

if TYPE_CHECKING:
    from voice_interviewer.adapters.session_folder import SessionFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report`."""
    parser.add_argument(
        "session", nargs="?", default="last", help="a session's name or folder; the last one by default"
    )
    parser.add_argument("--recover", action="store_true", help="mend what a crash left behind first")
    parser.add_argument(
        "--reject",
        action="append",
        default=[],
        metavar="FILLER",
        help="mark a filler as none, as the page names it: um@12340; the ones given replace earlier marks",
    )
    parser.add_argument("--reject-none", action="store_true", help="undo all marks")
    parser.add_argument(
        "--corrections", type=Path, metavar="FILE", help="take over a corrections.json that the page offered"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the report's data there too")
    parser.add_argument(
        "--llm", metavar="MODEL", help="ask this litellm model for marks by the rubric; shown as its opinion"
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def _recover(folder: SessionFolder) -> None:
    from voice_interviewer.adapters import recovery
    from voice_interviewer.cli.recogniser import usual_recogniser

    try:
        done = recovery.recover(folder, usual_recogniser)
    except JournalError as error:
        if error.hint or not folder.candidate_track.is_file():
            raise
        hint = f"the recording can still be heard: voice-interviewer review {folder.candidate_track}"
        raise JournalError(error.message, hint=hint) from None
    print(f"Recovered {folder.id}: {done.utterances_added} utterances transcribed that were not before.")


def _correct(folder: SessionFolder, args: argparse.Namespace) -> None:
    """Keep what the user marked on the page as 'not a filler'."""
    if not (args.reject or args.reject_none or args.corrections):
        return
    from voice_interviewer.adapters.corrections_file import load_corrections, save_corrections
    from voice_interviewer.analysis.corrections import parse_filler_id

    rejected = {parse_filler_id(name) for name in args.reject}
    if args.corrections:
        rejected |= load_corrections(args.corrections, session_id=folder.id)
    save_corrections(folder, rejected)


def run(args: argparse.Namespace) -> int:
    """Rebuild the report from the session's folder."""
    from rich.console import Console

    from voice_interviewer import reporting
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.paths import sessions_dir

    folder = session_folder.find(args.sessions_dir or sessions_dir(), args.session)
    if args.recover:
        _recover(folder)
    _correct(folder, args)
    report = reporting.make_report(folder, console=Console())
    if args.llm:
        report = reporting.add_opinion(folder, report, args.llm, Console())
    if args.json:
        reporting.export_json(report, args.json)
    if args.open:
        import webbrowser

        webbrowser.open(folder.report_html.as_uri())
    return 0
