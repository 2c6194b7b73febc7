"""voice-interviewer export: take sessions elsewhere."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from voice_interviewer.core.errors import UsageError

NAMES = ("markdown", "srt", "vtt", "csv", "words")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `export`."""
    parser.add_argument(
        "sessions", nargs="*", default=["last"], metavar="SESSION", help="the last one by default"
    )
    parser.add_argument(
        "--format",
        choices=NAMES,
        default="markdown",
        help="markdown, subtitles (srt, vtt), csv, or words as JSON",
    )
    parser.add_argument(
        "--out", type=Path, metavar="PATH", help="a file, or a folder for several; else it is printed"
    )
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def run(args: argparse.Namespace) -> int:
    """Write each session in the format asked for."""
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.analysis.report import build_report
    from voice_interviewer.render.exports import FORMATS

    root = args.sessions_dir or sessions_dir()
    folders = [session_folder.find(root, name) for name in args.sessions]
    if len(folders) > 1 and args.out is None:
        raise UsageError("several sessions need a folder to go to", hint="--out FOLDER")
    ending, writer = FORMATS[args.format]
    into_folder = args.out is not None and (len(folders) > 1 or args.out.is_dir())
    if into_folder:
        args.out.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        text = writer(build_report(session_folder.load_record(folder)))
        if args.out is None:
            sys.stdout.write(text)
            continue
        path = args.out / f"{folder.id}{ending}" if into_folder else args.out
        session_folder.write_private(path, text)
        print(path)
    return 0
