"""voice-interviewer print: worksheets, templates and the six-week checklist as PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from voice_interviewer.core.errors import UsageError

ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `print`."""
    parser.add_argument(
        "name", nargs="?", metavar="NAME|all", help="the sheet to print; without it they are listed"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path(),
        metavar="DIR|FILE.pdf",
        help="where to; here when not given",
    )
    parser.add_argument("--paper", choices=("a4", "us-letter"), default="a4", help="size of the paper")


def run(args: argparse.Namespace) -> int:
    """0; UsageError for an unknown sheet or a place that cannot be written to."""
    from voice_interviewer.adapters.printables import find_printable, printables, set_pdf

    if args.name is None:
        sheets = printables()
        longest = max(len(sheet.id) for sheet in sheets)
        for sheet in sheets:
            print(f"{sheet.id:{longest}}  {sheet.about}")
        print("\nMake a PDF with: voice-interviewer print NAME")
        return 0
    chosen = printables() if args.name == ALL else (find_printable(args.name),)
    one_file = args.output.suffix.lower() == ".pdf" and not args.output.is_dir()
    if one_file and len(chosen) > 1:
        raise UsageError("several sheets do not fit into one file", hint="give -o a folder")
    for sheet in chosen:
        target = args.output if one_file else args.output / f"{sheet.id}.pdf"
        set_pdf(sheet, target, args.paper)
        print(target)
    return 0
