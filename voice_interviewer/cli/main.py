"""The console command `voice-interviewer`: finds the subcommand's module, and turns errors into one line.

A subcommand's module is imported only when it is chosen, so `--help` costs no audio library.
"""

from __future__ import annotations

import argparse
import difflib
import errno
import importlib
import importlib.util
import io
import os
import sys
import textwrap
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Protocol, cast

from voice_interviewer import __version__
from voice_interviewer.adapters.memory import keep_together
from voice_interviewer.adapters.paths import cache_dir, settings_path
from voice_interviewer.adapters.settings import apply_settings
from voice_interviewer.core.errors import StorageFullError, UsageError, VoiceInterviewerError

PROGRAM = "voice-interviewer"
COMMANDS = {
    "practice": "hold an interview out loud; ends with a report",
    "review": "report on any recording, without an interview",
    "report": "show or rebuild the report of a session",
    "retry": "take one part of a session again, and see both takes side by side",
    "loop": "a company's whole interview loop, round by round",
    "plan": "the six-week plan: what is done, what is next, and starting it",
    "stories": "collect and rehearse the stories for behavioural rounds",
    "guides": "to read: frameworks, companies, the question bank, stories, mocks",
    "print": "worksheets, templates and the six-week checklist as PDF",
    "history": "past sessions and how the figures moved",
    "compare": "two sessions side by side",
    "export": "take sessions elsewhere",
    "reanalyse": "compute reports again from the recordings",
    "delete": "erase sessions",
    "trace": "what the interviewer makes of a written transcript, line by line",
    "content": "list and check questions, frameworks and companies",
    "models": "list, fetch and verify the weights",
    "devices": "list microphones and loudspeakers",
    "doctor": "check microphone, loudspeaker, models, disk and speed here",
}
_EXAMPLES = {
    "practice": "practice --type product-design --minutes 35",
    "review": "review answer.m4a --json report.json",
    "models": "models list",
    "doctor": "doctor --sound",
}
_EXIT_INTERRUPTED = 130
_EXIT_BROKEN_PIPE = 141
_WIDTH = 80


class CommandModule(Protocol):
    """What a module of `voice_interviewer.cli` offers."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the command's arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code. Raises VoiceInterviewerError."""
        ...


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without repeating the usage."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(message, hint=f"see {self.prog} --help")


def available_commands() -> dict[str, str]:
    """The commands that this installation has, in the order of the help."""
    return {
        name: about
        for name, about in COMMANDS.items()
        if importlib.util.find_spec(f"voice_interviewer.cli.{name}") is not None
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code: 0 done, 1 failed, 2 the line makes no sense, 130 interrupted."""
    # Before numpy is loaded. Its threads wait by spinning: with two of them a judgement on an answer took
    # four times the processor time, and on a busy machine a second instead of a twentieth.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    keep_together()
    _replace_unprintable()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except VoiceInterviewerError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted", _EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing more can be written, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _fail(str(StorageFullError("the disk is full", hint="make room and try again")), 1)
        return _unexpected(error)
    except Exception as error:  # a defect: one line for the user, the rest for whoever mends it
        return _unexpected(error)
    return code


def _dispatch(arguments: Sequence[str]) -> int:
    commands = available_commands()
    parser = _top_parser(commands)
    if not arguments:
        parser.print_help(sys.stderr)
        return 2
    if arguments[0].startswith("-"):
        try:
            parser.parse_args(arguments)
        except SystemExit as finished:  # --help and --version
            return finished.code if isinstance(finished.code, int) else 1
    name, rest = arguments[0], arguments[1:]
    if name not in commands:
        near = difflib.get_close_matches(name, commands, n=1)
        raise UsageError(
            f"there is no command {name}",
            hint=f"did you mean {near[0]}?" if near else f"see {PROGRAM} --help",
        )
    module = cast(CommandModule, importlib.import_module(f"voice_interviewer.cli.{name}"))
    command_parser = OneLineParser(prog=f"{PROGRAM} {name}", description=_about(commands[name]))
    module.add_arguments(command_parser)
    if not {"-h", "--help"} & set(rest):
        apply_settings(name, command_parser)
    try:
        args = command_parser.parse_args(rest)
    except SystemExit as finished:  # --help
        return finished.code if isinstance(finished.code, int) else 1
    return module.run(args)


def _about(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _top_parser(commands: dict[str, str]) -> argparse.ArgumentParser:
    longest = max(map(len, commands), default=0)
    lines = ["commands:"]
    for name, about in commands.items():
        first, *more = textwrap.wrap(about, _WIDTH - longest - 6)
        lines.append(f"  {name:{longest}}  {first}")
        lines.extend(" " * (longest + 4) + line for line in more)
    examples = [f"  {PROGRAM} {example}" for name, example in _EXAMPLES.items() if name in commands]
    if examples:
        lines += ["", "examples:", *examples]
    settings = str(settings_path()).replace(str(Path.home()), "~", 1)
    lines += ["", f"Each command has its own help: {PROGRAM} COMMAND --help"]
    lines += ["Your own defaults for options, a [table] for each command, go into", f"  {settings}"]
    parser = OneLineParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} COMMAND [ARGUMENTS]\n       {PROGRAM} --version",
        description="Practise product-manager interviews out loud, on your own machine.",
        epilog="\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def _fail(text: str, code: int) -> int:
    # One line, whatever a library put into its message.
    print(f"{PROGRAM}: {' '.join(text.split())}", file=sys.stderr)
    return code


def _unexpected(error: Exception) -> int:
    details = "".join(traceback.format_exception(error))
    if os.environ.get("VOICE_INTERVIEWER_DEBUG"):
        print(details, file=sys.stderr)
    try:
        log = cache_dir() / "last-error.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{PROGRAM} {__version__}\n{details}", encoding="utf-8")
        where = f"details are in {log}"
    except OSError:
        where = "set VOICE_INTERVIEWER_DEBUG=1 for details"
    return _fail(f"something broke inside: {type(error).__name__}: {error} - {where}", 1)


def _replace_unprintable() -> None:
    """A terminal that lacks a character shows '?' for it instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
