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
    listing.add_argument("--company", metavar="ID", help="only questions asked at this company")
    show = actions.add_parser("show", help="one question with all the interviewer knows: after an attempt")
    show.add_argument("question", metavar="ID", help="a question of the bank")
    show.add_argument("--folder", type=Path, help="another content folder")


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a check found something."""
    folder: Path = args.folder if args.folder is not None else content_dir()
    if not folder.is_dir():
        raise UsageError(f"no content folder {folder}")
    if args.action == "show":
        return _show(folder, args.question)
    return _check(folder) if args.action == "check" else _list(folder, args.type, args.company)


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


def _list(folder: Path, kind: str | None, company: str | None) -> int:
    everything = kind is None and company is None
    if everything:
        for framework in content_files.load_frameworks(folder):
            print(f"framework  {framework.id:16} {framework.name} ({framework.type})")
        for one in content_files.load_companies(folder):
            print(f"company    {one.id:16} {one.name}, {one.levels}")
    if company is not None:
        content_files.load_company(company, folder)  # a name that is not there is told
    questions = content_files.load_questions(folder)
    kinds = {question.type for question in questions}
    if kind is not None and kind not in kinds:
        raise UsageError(f"no questions of type '{kind}'", hint="there are " + ", ".join(sorted(kinds)))
    for question in questions:
        if kind in (None, question.type) and (company is None or company in question.companies):
            print(f"question   {question.id:40} {question.wording}")
    return 0


def _show(folder: Path, question_id: str) -> int:
    from rich.console import Console

    from voice_interviewer.render.question_view import question_view

    question = content_files.load_question(question_id, folder)
    framework = content_files.load_framework(question.framework, folder)
    Console().print(question_view(question, framework))
    return 0
