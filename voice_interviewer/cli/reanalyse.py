"""voice-interviewer reanalyse: compute reports again from the recordings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.cli.recogniser import add_recogniser
from voice_interviewer.core.errors import UsageError, VoiceInterviewerError

if TYPE_CHECKING:
    from voice_interviewer.adapters.session_folder import SessionFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `reanalyse`."""
    parser.add_argument("sessions", nargs="*", metavar="SESSION", help="names or folders")
    parser.add_argument("--all", action="store_true", help="every session")
    parser.add_argument(
        "--listen",
        action="store_true",
        help="listen to the recordings again first, for words, fillers and pitch (slow)",
    )
    add_recogniser(parser)
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def run(args: argparse.Namespace) -> int:
    """Make each report again with today's analysis; 1 when one could not be made."""
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.session_index import SessionIndex

    if bool(args.sessions) == args.all:
        raise UsageError("which sessions?", hint="name some, or say --all")
    root = args.sessions_dir or sessions_dir()
    folders = (
        session_folder.all_folders(root)
        if args.all
        else [session_folder.find(root, name) for name in args.sessions]
    )
    failed = 0
    for folder in folders:
        try:
            _again(folder, args.recogniser if args.listen else "")
        except VoiceInterviewerError as error:
            if len(folders) == 1:
                raise
            failed += 1
            print(f"voice-interviewer: {folder.id}: {' '.join(str(error).split())}", file=sys.stderr)
    SessionIndex(root).refresh()
    return 1 if failed else 0


def _again(folder: SessionFolder, recogniser: str) -> None:
    """The report anew; heard by `recogniser` first, where one is named."""
    from voice_interviewer import reporting

    if recogniser:
        _listen(folder, recogniser)
    report = reporting.make_report(folder)
    fillers = report.fillers
    print(
        f"{folder.id}: {fillers.vocal.per_minute:.1f} ums and {fillers.lexical.per_minute:.1f} filler "
        f"words a minute, {report.pacing.speech_rate_wpm:.0f} words a minute"
    )


def _listen(folder: SessionFolder, recogniser: str) -> None:
    """Hear the candidate's track again: words, fillers and pitch are renewed."""
    from voice_interviewer.adapters.second_look import listen_again
    from voice_interviewer.cli.recogniser import careful_listener

    if not folder.candidate_track.is_file():  # before a model is loaded for nothing
        raise UsageError(f"session {folder.id} has no recording to listen to", hint="leave --listen out")
    listen_again(folder, careful_listener(recogniser))
