"""`voice-interviewer content`: lists and checks what the interviewer knows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from voice_interviewer.adapters import content_files
from voice_interviewer.adapters.content_check import check_content
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="check every content file; exit code 1 when something is wrong")
    check.add_argument("--folder", type=Path, help="another content folder")
    listing = actions.add_parser("list", help="list frameworks, questions, companies and rubrics")
    listing.add_argument("--folder", type=Path, help="another content folder")
    listing.add_argument("--type", help="only questions of this interview type")


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a check found something."""
    folder: Path = args.folder if args.folder is not None else content_dir()
    if not folder.is_dir():
        raise UsageError(f"no content folder {folder}")
    return _check(folder) if args.action == "check" else _list(folder, args.type)


def _check(folder: Path) -> int:
    checked = check_content(folder)
    for problem in checked.problems:
        print(problem, file=sys.stderr)
    counted = ", ".join(f"{count} {section}" for section, count in checked.counts.items())
    if checked.problems:
        problems = "1 problem" if len(checked.problems) == 1 else f"{len(checked.problems)} problems"
        print(f"content: {problems} in {counted}", file=sys.stderr)
        return 1
    print(f"content: {counted}, all in order")
    return 0


def _list(folder: Path, kind: str | None) -> int:
    for framework in content_files.load_frameworks(folder):
        print(f"framework  {framework.id:16} {framework.name} ({framework.type})")
    for company in content_files.load_companies(folder):
        print(f"company    {company.id:16} {company.name}, {company.levels}")
    questions = content_files.load_questions(folder)
    kinds = {question.type for question in questions}
    if kind is not None and kind not in kinds:
        raise UsageError(f"no questions of type '{kind}'", hint="there are " + ", ".join(sorted(kinds)))
    for question in questions:
        if kind in (None, question.type):
            print(f"question   {question.id:40} {question.wording}")
    return 0
