"""voice-interviewer history: past sessions and how the figures moved."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.adapters.session_index import SessionIndex
    from voice_interviewer.analysis.history import SessionRow

MAX_SHOWN = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `history`."""
    parser.add_argument("--framework", default="", metavar="ID", help="this framework or interview type only")
    parser.add_argument("--company", default="", metavar="ID", help="this company only")
    parser.add_argument(
        "--question", default="", metavar="TEXT", help="this question only: its id, or words of it"
    )
    parser.add_argument(
        "--kind", default="", choices=["practice", "review"], help="interviews or recordings only"
    )
    parser.add_argument(
        "--all", action="store_true", help=f"list every session, not the last {MAX_SHOWN} alone"
    )
    parser.add_argument("--html", type=Path, metavar="OUT", help="write a page with charts there")
    parser.add_argument("--rebuild", action="store_true", help="read every session's folder anew")
    parser.add_argument(
        "--erase-before",
        type=_day,
        metavar="DATE",
        help="erase sessions held before that day (2026-01-31) for good",
    )
    parser.add_argument("--yes", action="store_true", help="erase without asking")
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-01-31") from None


def run(args: argparse.Namespace) -> int:
    """Show, write or erase."""
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.session_index import SessionIndex
    from voice_interviewer.analysis.history import chosen

    folder = args.sessions_dir or sessions_dir()
    index = SessionIndex(folder)
    for problem in index.rebuild() if args.rebuild else index.refresh():
        print(f"voice-interviewer: {problem}", file=sys.stderr)
    rows = chosen(
        index.rows(), framework=args.framework, company=args.company, question=args.question, kind=args.kind
    )
    if args.erase_before:
        return _erase(folder, index, rows, args.erase_before, sure=args.yes)
    if args.html:
        _write_page(rows, args.html)
        return 0
    _show(rows, everything=args.all)
    return 0


def _show(rows: Sequence[SessionRow], *, everything: bool) -> None:
    from rich.console import Console

    from voice_interviewer.analysis.history import trends
    from voice_interviewer.render.history_table import history_table

    if not rows:
        print("no session yet; `voice-interviewer practice` holds one")
        return
    shown = rows if everything else rows[-MAX_SHOWN:]
    Console().print(history_table(shown, trends(rows)))
    if len(shown) < len(rows):
        print(f"{len(rows) - len(shown)} earlier ones: --all")


def _write_page(rows: Sequence[SessionRow], path: Path) -> None:
    from voice_interviewer.adapters.session_folder import write_private
    from voice_interviewer.analysis.history import trends
    from voice_interviewer.render.history_page import render_history

    write_private(path, render_history(rows, trends(rows)))
    print(path)


def _erase(folder: Path, index: SessionIndex, rows: Sequence[SessionRow], day: date, *, sure: bool) -> int:
    from voice_interviewer.adapters.erasure import erase
    from voice_interviewer.adapters.paths import data_dir
    from voice_interviewer.adapters.session_folder import find
    from voice_interviewer.adapters.session_index import erased_before
    from voice_interviewer.cli.delete import tell

    doomed = erased_before(list(rows), day)
    if not doomed:
        print(f"no session was held before {day}")
        return 0
    if not sure and not confirmed(f"Erase {len(doomed)} sessions held before {day}, recordings included?"):
        return 1
    for row in doomed:
        tell(erase(find(folder, row.id), index, data_dir()))
    print(f"{len(doomed)} sessions erased")
    return 0


def confirmed(question: str) -> bool:
    """Ask on the terminal. Raises UsageError where nobody can answer."""
    if not sys.stdin.isatty():
        raise UsageError("this erases recordings for good", hint="add --yes when you are sure")
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
