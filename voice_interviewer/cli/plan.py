"""voice-interviewer plan: six weeks to the interview, ticked off by what was really practised."""

from __future__ import annotations

import argparse
import importlib
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.core.plan import ItemProgress, PastSession, Plan, PlanState, Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `plan`."""
    parser.add_argument("--start", action="store_true", help="begin what comes next")
    parser.add_argument("--company", metavar="ID", help="the company you prepare for; 'none' for no one")
    parser.add_argument("--interview", metavar="DATE", help="day of the interview, such as 2027-02-15")
    parser.add_argument(
        "--begin", metavar="DATE", help="first day of the plan; today unless you say otherwise"
    )
    parser.add_argument("--done", metavar="ITEM", help="tick an item the program cannot see")
    parser.add_argument("--undo", metavar="ITEM", help="take a tick back")
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")
    parser.add_argument(
        "options", nargs="*", metavar="-- OPTIONS", help="with --start: passed on, such as -- --plain"
    )


def run(args: argparse.Namespace) -> int:
    """0, or what the started command returns. Raises UsageError, SessionError."""
    from voice_interviewer.adapters.paths import data_dir, sessions_dir
    from voice_interviewer.adapters.plan_files import load_plan, load_state, save_state

    if args.options and not args.start:
        raise UsageError(f"what is {args.options[0]} for?", hint="options to pass on go with --start")
    plan = load_plan()
    known = load_state(data_dir())
    folder = args.sessions_dir or sessions_dir()
    held = _held(folder)
    state = _changed(args, plan, known)
    if state != known and (args.start or known is not None or _told(args)):
        save_state(data_dir(), state)
    progress = _progress(plan, state, held)
    if args.start:
        return _start(progress, held, folder, args.options)
    _show(progress)
    return 0


def _told(args: argparse.Namespace) -> bool:
    return any((args.company, args.interview, args.begin, args.done, args.undo))


def _held(folder: Path) -> tuple[PastSession, ...]:
    from voice_interviewer.adapters.past_sessions import past_sessions

    return past_sessions(folder)


def _changed(args: argparse.Namespace, plan: Plan, known: PlanState | None) -> PlanState:
    """The state after what the command line says; a plan begins today unless a date is given."""
    from voice_interviewer.adapters.content_files import load_company
    from voice_interviewer.adapters.plan_files import ticked
    from voice_interviewer.core.plan import PlanState

    state = known or PlanState(_today())
    if args.begin:
        state = replace(state, begun_on=_date(args.begin))
    if args.interview:
        state = replace(state, interview_on=_date(args.interview))
    if state.interview_on is not None and state.interview_on <= state.begun_on:
        raise UsageError(
            f"the interview on {state.interview_on} is not after the beginning on {state.begun_on}",
            hint="give --begin as well",
        )
    if args.company:
        state = replace(state, company="" if args.company == "none" else load_company(args.company).id)
    for item_id, done in ((args.done, True), (args.undo, False)):
        if item_id:
            try:
                state = ticked(state, plan.item(item_id), done=done)
            except KeyError:
                ids = ", ".join(item.id for stage in plan.stages for item in stage.items)
                raise UsageError(f"there is no item {item_id} in the plan", hint=f"there are {ids}") from None
    return state


def _today() -> date:
    from datetime import datetime

    return datetime.now().astimezone().date()


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a date", hint="write it as 2027-02-15") from None


def _progress(plan: Plan, state: PlanState, held: Sequence[PastSession]) -> Progress:
    from voice_interviewer.adapters.paths import data_dir
    from voice_interviewer.adapters.story_files import count_stories
    from voice_interviewer.core.plan_progress import follow

    return follow(plan, state, held, count_stories(data_dir()), _today())


def _show(progress: Progress) -> None:
    from rich.console import Console

    from voice_interviewer.render.plan_view import plan_view

    console = Console(highlight=False)
    if console.width > 100:
        console = Console(width=100, highlight=False)
    console.print(plan_view(progress))


def _start(progress: Progress, held: Sequence[PastSession], folder: Path, options: Sequence[str]) -> int:
    from voice_interviewer.core.plan_progress import next_up

    following = next_up(progress)
    if following is None:
        print("Everything on the plan is done. Rest before the interview.")
        return 0
    item = following.item
    print(f"Next on the plan: {item.title}", file=sys.stderr)
    if item.kind == "tick":
        if item.guide:
            _command("guides", [item.guide])
        print(f"When you have done it: voice-interviewer plan --done {item.id}")
        return 0
    if item.kind == "stories":
        return _command("stories", ["tell", *options])
    if item.kind == "loop":
        company = progress.state.company
        if not company:
            raise UsageError("which company's loop?", hint="voice-interviewer plan --company google")
        return _command("loop", [company, *options])
    if item.kind == "study" and item.guide and sys.stdout.isatty():
        print(f"Its guide: voice-interviewer guides {item.guide}", file=sys.stderr)
    return _command("practice", [*_practice_options(progress, following, held, folder), *options])


def _practice_options(
    progress: Progress, following: ItemProgress, held: Sequence[PastSession], folder: Path
) -> list[str]:
    from voice_interviewer.adapters.content_files import load_companies, load_questions
    from voice_interviewer.core.plan_progress import choose_question

    item = following.item
    seed = secrets.randbelow(2**31)
    company = progress.state.company
    if not company and item.kind in ("mock", "company"):
        companies = [one.id for one in load_companies()]
        company = companies[seed % len(companies)]
    question = choose_question(following, load_questions(), held, company=company, seed=seed)
    if question is None:
        raise UsageError("the bank has no question for it", hint="see: voice-interviewer content list")
    chosen = ["--question", question.id, "--minutes", f"{item.minutes:g}", "--seed", str(seed)]
    if company and (item.kind in ("mock", "company") or company in question.companies):
        chosen += ["--company", company]
    return [*chosen, "--sessions-dir", str(folder)]


def _command(name: str, arguments: list[str]) -> int:
    """Run another command as if it had been typed."""
    from voice_interviewer.cli.main import OneLineParser, available_commands

    if name not in available_commands():
        raise UsageError(f"this installation has no command {name}")
    module = importlib.import_module(f"voice_interviewer.cli.{name}")
    parser = OneLineParser(prog=f"voice-interviewer {name}")
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(arguments)))
