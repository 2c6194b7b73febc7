"""The console command itself: help that is true, errors in one line, exit codes."""

from __future__ import annotations

import argparse
import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from voice_interviewer import __version__
from voice_interviewer.cli import main as cli
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import DeviceError, UsageError


def install_command(monkeypatch: pytest.MonkeyPatch, run: Callable[[argparse.Namespace], int]) -> None:
    """Put a command in the place of `models`."""

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--count", type=int)

    module = SimpleNamespace(add_arguments=add_arguments, run=run)
    monkeypatch.setattr("importlib.import_module", lambda name: module)


def test_help_names_the_commands_that_exist_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    folder = Path(cli.__file__).parent
    for name in cli.COMMANDS:
        assert (f"\n  {name} " in shown) == (folder / f"{name}.py").exists()
    assert {"models", "doctor"} <= set(cli.available_commands())


def test_every_command_module_is_in_the_table() -> None:
    modules = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    with_run = {
        name
        for name in modules - {"__init__", "main"}
        if "\ndef run(" in (Path(cli.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
    }
    assert with_run <= set(cli.COMMANDS)


@pytest.mark.parametrize("command", ["", *cli.available_commands()])
def test_help_fits_80_columns(command: str) -> None:
    done = run_program(*filter(None, [command]), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: voice-interviewer")
    assert max(map(len, done.stdout.splitlines())) <= 80


def run_program(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voice_interviewer", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
        cwd=Path(__file__).resolve().parents[1],
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"voice-interviewer {__version__}\n"


def test_help_loads_no_audio_library_and_no_model() -> None:
    heavy = "sounddevice faster_whisper ctranslate2 onnxruntime piper litellm av numpy rich"
    script = (
        "import sys; from voice_interviewer.cli.main import main; main(['--help']); "
        f"print([name for name in '{heavy}'.split() if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["modls"], "there is no command modls - did you mean models?"),
        (["xyzzy"], "there is no command xyzzy - see voice-interviewer --help"),
        (["--frobnicate"], "unrecognized arguments: --frobnicate - see voice-interviewer --help"),
        (
            ["models", "list", "--frobnicate"],
            "unrecognized arguments: --frobnicate - see voice-interviewer models --help",
        ),
        (["models", "fetch", "no-such-model"], "no model is called no-such-model - one of whisper-base,"),
        (["models", "fetch", "--from", "/no/such/folder"], "there is no folder /no/such/folder"),
    ],
)
def test_a_line_that_makes_no_sense_is_answered_in_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"voice-interviewer: {line}")
    assert shown.err.count("\n") == 1


def test_no_command_shows_the_help_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (DeviceError("no microphone", hint="connect one"), 1, "no microphone - connect one"),
        (DeviceError("several\nlines  of\ntext"), 1, "several lines of text"),
        (UsageError("what?"), 2, "what?"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "the disk is full - make room and try again"),
    ],
)
def test_errors_become_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    line: str,
) -> None:
    def run(args: argparse.Namespace) -> int:
        raise error

    install_command(monkeypatch, run)
    assert main(["models"]) == code
    assert capsys.readouterr().err == f"voice-interviewer: {line}\n"


def test_a_defect_is_one_line_and_its_details_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run(args: argparse.Namespace) -> int:
        return 1 // int(args.count)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("VOICE_INTERVIEWER_DEBUG", raising=False)
    install_command(monkeypatch, run)
    assert main(["models", "--count", "0"]) == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "something broke inside: ZeroDivisionError" in shown
    (log,) = tmp_path.rglob("last-error.txt")
    assert str(log) in shown
    assert "Traceback" in log.read_text()


def test_the_exit_code_of_a_command_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    install_command(monkeypatch, lambda args: int(args.count))
    assert main(["models", "--count", "7"]) == 7


def test_a_reader_who_has_had_enough_is_no_error() -> None:
    command = (
        f'"{sys.executable}" -m voice_interviewer models list --json | head -c 1; echo " ${{PIPESTATUS[0]}}"'
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.split()[-1] in ("0", "141")


def test_characters_the_terminal_lacks_do_not_end_the_program() -> None:
    script = "from voice_interviewer.cli import main as m; m._replace_unprintable(); print('≥ ü')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=True)
    assert done.stdout.split() == [b"?", b"?"]
