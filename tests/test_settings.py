"""The user's settings: defaults for any option, refused when they make no sense."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from voice_interviewer.adapters.settings import apply_settings
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import UsageError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("VOICE_INTERVIEWER_SETTINGS", str(path))
    return path


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int)
    parser.add_argument("--pace", choices=("real", "fast"))
    parser.add_argument("--sessions-dir", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--from", dest="folders", action="append", default=[], type=Path)
    apply_settings("practice", parser)
    return parser.parse_args(arguments)


def test_settings_are_defaults_and_the_command_line_wins(settings: Path) -> None:
    settings.write_text(
        '[practice]\nminutes = 20\npace = "fast"\nsessions_dir = "/data"\nplain = true\nfrom = ["/usb"]\n'
        "[review]\nanything = 1\n"
    )
    args = parse("--minutes", "30")
    assert (args.minutes, args.pace, args.sessions_dir) == (30, "fast", Path("/data"))
    assert (args.plain, args.folders) == (True, [Path("/usb")])


def test_without_a_file_or_a_table_nothing_changes(settings: Path) -> None:
    assert parse().minutes is None
    settings.write_text("[review]\nminutes = 5\n")
    assert parse().minutes is None
    settings.write_text("[practice]\nplain = false\n")
    assert parse().plain is False


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("practice = 3", "must be a table"),
        ("[practice]\nminute = 3", r"practice has no option minute - did you mean minutes\?"),
        ("[practice]\nhelp = true", "has no option help"),
        ("[practice]\nminutes = 'ten'", r"practice\.minutes: invalid literal"),
        ("[practice]\nminutes = true", r"practice\.minutes can't be True"),
        ("[practice]\npace = 'slow'", r"practice\.pace can't be 'slow' - one of real, fast"),
        ("[practice]\nplain = 'yes'", r"practice\.plain must be true or false"),
        ("[practice", "can't be read"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(settings: Path, text: str, complaint: str) -> None:
    settings.write_text(text)
    with pytest.raises(UsageError, match=complaint) as caught:
        parse()
    assert str(settings) in str(caught.value)


def test_help_works_whatever_the_settings_say(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text("[models]\nnonsense = 1\n")
    assert main(["models", "--help"]) == 0
    assert main(["models", "list"]) == 2
    assert "models has no option nonsense" in capsys.readouterr().err
