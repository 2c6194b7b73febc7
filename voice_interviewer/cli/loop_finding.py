"""Which loop is meant: one of those begun before, or a new one; and the list of them."""

from __future__ import annotations

import argparse
import secrets
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.core.loop import LoopState


def list_loops() -> int:
    """Show every loop, and where each is."""
    from rich.console import Console

    from voice_interviewer.adapters import content_files, loop_files
    from voice_interviewer.adapters.paths import data_dir
    from voice_interviewer.render.loop_view import loops_list

    states = loop_files.all_loops(data_dir())
    if not states:
        print("There are no loops yet. Begin one: voice-interviewer loop google")
        return 0
    names = {company.id: company.name for company in content_files.load_companies()}
    Console().print(loops_list(states, names))
    return 0


def existing(args: argparse.Namespace) -> LoopState:
    """The loop that is meant: by name, by company, or the last one."""
    from voice_interviewer.adapters import content_files, loop_files
    from voice_interviewer.adapters.paths import data_dir

    name = args.company or ""
    company = name if name in {one.id for one in content_files.load_companies()} else ""
    if args.debrief:
        loops = [one for one in loop_files.all_loops(data_dir()) if company in ("", one.company)]
        if loops and (company or name in ("", "last")):
            return loops[-1]
    return loop_files.find(data_dir(), "" if company else name, company)


def new(args: argparse.Namespace) -> LoopState:
    """A loop planned from the company's content; nothing is written yet."""
    from datetime import datetime

    from voice_interviewer.adapters import content_files, loop_files
    from voice_interviewer.adapters.paths import data_dir, sessions_dir
    from voice_interviewer.core import loop

    company = content_files.load_company(args.company)
    seed = args.seed if args.seed is not None else secrets.randbelow(2**31)
    earlier = [state for state in loop_files.all_loops(data_dir()) if state.company == company.id]
    # A seed that was given reproduces a loop, whatever was practised before.
    avoid = {plan.question_id for state in earlier for plan in state.rounds} if args.seed is None else set()
    try:
        rounds = loop.plan_loop(
            company,
            content_files.load_questions(),
            content_files.load_frameworks(),
            seed,
            minutes_scale=args.minutes_scale,
            avoid=avoid,
        )
    except ValueError as error:
        raise UsageError(str(error), hint="see: voice-interviewer content list") from None
    now = datetime.now().astimezone()
    home = (args.sessions_dir or sessions_dir()).absolute()
    loop_id = loop_files.new_id(company.id, now)
    return loop.new_loop(loop_id, company.id, now.isoformat(timespec="seconds"), seed, rounds, str(home))
