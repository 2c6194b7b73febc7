"""voice-interviewer loop: a company's whole interview loop, round by round."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.cli.loop_debrief import show_debrief
from voice_interviewer.cli.loop_finding import existing, list_loops, new
from voice_interviewer.cli.practice import add_sound_arguments, opinion_of
from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.adapters.audio_sources import SoundOptions
    from voice_interviewer.adapters.session_folder import SessionFolder
    from voice_interviewer.bootstrap import Practice
    from voice_interviewer.cli.holding import Held
    from voice_interviewer.core.content import Company
    from voice_interviewer.core.loop import LoopState, RoundPlan

BREAK_MINUTES = 10.0
COMPLETED = "completed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `loop`."""
    parser.add_argument(
        "company",
        nargs="?",
        help="google, amazon, microsoft, openai or anthropic; with --resume a loop's name",
    )
    parser.add_argument("--resume", action="store_true", help="go on with the last unfinished loop")
    parser.add_argument("--list", action="store_true", help="the loops so far, and where each is")
    parser.add_argument("--debrief", action="store_true", help="show a loop's debrief, as far as it is")
    parser.add_argument("--round", type=int, metavar="N", help="hold this round only, again if need be")
    parser.add_argument("--rounds", type=int, metavar="N", help="stop after so many rounds")
    parser.add_argument("--seed", type=int, help="the same seed plans the same loop")
    parser.add_argument(
        "--minutes-scale", type=_scale, default=1.0, metavar="X", help="0.5 makes every round half as long"
    )
    parser.add_argument(
        "--break-minutes", type=_break, default=BREAK_MINUTES, metavar="M", help="between rounds; Enter skips"
    )
    add_sound_arguments(parser)


def _number(text: str, low: float, high: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{what} between {low:g} and {high:g}, not {text}")
    return value


def _scale(text: str) -> float:
    return _number(text, 0.01, 4.0, "a scale")


def _break(text: str) -> float:
    return _number(text, 0.0, 24 * 60.0, "a number of minutes")


def run(args: argparse.Namespace) -> int:
    """Hold the rounds that are due; 0, also when the rest is left for another day."""
    if args.list:
        return list_loops()
    _check(args)
    state = existing(args) if args.resume or args.debrief else None
    if args.debrief and state is not None:
        return show_debrief(state)
    if state is None:
        state = new(args)
    return _Loop(args, state).hold()


def _check(args: argparse.Namespace) -> None:
    opinion_of(args)
    if not args.company and not args.resume and not args.debrief:
        raise UsageError("which company?", hint="for example voice-interviewer loop google")
    if args.rounds is not None and args.rounds < 1:
        raise UsageError(f"--rounds {args.rounds}: at least 1")
    if args.round is not None and args.rounds is not None:
        raise UsageError("--round holds one round, --rounds so many", hint="give one of them")


class _Loop:
    """Holds rounds one after the other and keeps the state on disk true at every moment."""

    def __init__(self, args: argparse.Namespace, state: LoopState) -> None:
        from rich.console import Console

        from voice_interviewer.adapters import content_files
        from voice_interviewer.adapters.keyboard import EnterKey

        self._args = args
        self._state = state
        self._company: Company = content_files.load_company(state.company)
        self._console = Console()
        self._key = EnterKey()
        self._plain = args.plain or not sys.stdout.isatty()
        self._held: list[SessionFolder] = []

    def hold(self) -> int:
        from voice_interviewer.adapters.disk_space import room_for
        from voice_interviewer.cli.holding import hear_again, wants_second_look
        from voice_interviewer.cli.practice import sound_options
        from voice_interviewer.core.loop import rounds_to_hold
        from voice_interviewer.render.loop_view import loop_overview

        try:
            due = list(rounds_to_hold(self._state, self._args.round, self._args.rounds))
        except ValueError as error:
            raise UsageError(str(error), hint=f"this loop has {len(self._state.rounds)}") from None
        if not due:
            return show_debrief(self._state)
        sound, _ = sound_options(self._args)
        room = room_for(sum(plan.minutes for plan in due), Path(self._state.sessions_dir))
        self._save()
        self._console.print(loop_overview(self._state, self._company.name))
        print(room)
        try:
            for index, plan in enumerate(due):
                if index:
                    self._break(plan)
                if not self._hold(plan, sound):
                    return self._stopped(f"round {plan.number} was cut short")
        except KeyboardInterrupt:
            return self._stopped("stopped between rounds")
        if wants_second_look(self._args.second_look, sound):
            hear_again(self._held)
        self._give_marks()
        if self._state.is_over:
            return show_debrief(self._state)
        return self._stopped(f"{sum(self._state.done)} of {len(self._state.rounds)} rounds held")

    def _give_marks(self) -> None:
        """A language model's opinion of each round held now, where it was asked for."""
        from voice_interviewer.cli.holding import give_marks

        give_marks(self._held, opinion_of(self._args))

    def _hold(self, plan: RoundPlan, sound: SoundOptions) -> bool:
        """One round; whether it came to its end."""
        from voice_interviewer.adapters.memory import give_back
        from voice_interviewer.cli.holding import perform
        from voice_interviewer.core import loop
        from voice_interviewer.render.loop_view import announcement

        self._console.print(announcement(plan, len(self._state.rounds), self._company.name))

        def began(folder: SessionFolder) -> None:
            if not self._state.done[plan.number - 1]:
                self._state = loop.began(self._state, plan.number, folder.id)
                self._save()

        held: Held = perform(self._practice(plan, sound), plain=self._plain, began=began)
        give_back()
        if held.reason != COMPLETED and not _said_all(held):
            return False
        self._held.append(held.folder)
        self._state = loop.ended(self._state, plan.number, held.folder.id)
        self._save()
        return True

    def _practice(self, plan: RoundPlan, sound: SoundOptions) -> Practice:
        """A new session for the round, or the one that was broken off."""
        from voice_interviewer import bootstrap
        from voice_interviewer.adapters import content_files, going_on, session_folder
        from voice_interviewer.cli.practice import resumed, writer_for
        from voice_interviewer.core.loop import with_probes

        home = Path(self._state.sessions_dir)
        number = plan.number - 1
        llm = self._args.llm or ""
        if self._state.sessions[number] and not self._state.done[number]:
            folder = session_folder.SessionFolder(home / self._state.sessions[number])
            if folder.journal.is_file() and going_on.can_go_on(folder):
                return resumed(folder, sound, llm)
        question = with_probes(content_files.load_question(plan.question_id), plan)
        return bootstrap.Practice(
            content_files.load_framework(plan.framework),
            question,
            plan.minutes,
            home,
            self._state.seed + plan.number,
            self._company,
            dataclasses.replace(sound, framework=sound.framework or plan.framework),
            writer=writer_for(llm),
            language_model=llm,
            extra={
                "loop": self._state.id,
                "loop_round": plan.number,
                "loop_rounds": len(self._state.rounds),
                "principles": list(plan.principles),
                "follow_ups": [[one.phase, one.text] for one in question.follow_ups],
            },
        )

    def _break(self, following: RoundPlan) -> None:
        """Announced; Enter skips it. Nobody waits at fast pace."""
        minutes = self._args.break_minutes
        if self._args.pace == "fast" or minutes <= 0:
            return
        print(
            f"Break: {minutes:g} minutes, then round {following.number}, {following.name}. "
            "Enter goes on at once, Ctrl-C leaves the rest for another day.",
            flush=True,
        )
        self._key.wait(minutes * 60.0)

    def _stopped(self, why: str) -> int:
        print(f"{why}. Go on: voice-interviewer loop --resume {self._state.id}")
        return 0

    def _save(self) -> None:
        from voice_interviewer.adapters import loop_files
        from voice_interviewer.adapters.paths import data_dir

        loop_files.save(data_dir(), self._state)


def _said_all(held: Held) -> bool:
    """Stopped while the closing words were spoken: nothing is left of the round."""
    from voice_interviewer.adapters import going_on

    return not going_on.can_go_on(held.folder)
