"""The journal survives what a crash does to it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from voice_interviewer.adapters.journal import ROOM_BYTES, Journal, read_header, read_lines
from voice_interviewer.core.commands import Say
from voice_interviewer.core.errors import JournalError
from voice_interviewer.core.events import SessionStarted, Tick

ROOT = Path(__file__).resolve().parent.parent


def written(path: Path) -> Path:
    with Journal(path, {"id": "x"}) as journal:
        journal.write(SessionStarted(0.0), 0.0)
        journal.write(Say(1, "Hällo <b>", "greeting"), 0.0)
        journal.write(Tick(1.5), 1.5)
        journal.note(dropped_blocks=0)
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.jsonl")
    assert read_header(path)["id"] == "x"
    lines = list(read_lines(path))
    assert [next(iter(line)) for line in lines] == ["event", "command", "event", "note"]
    assert lines[1]["text"] == "Hällo <b>"
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_last_line_cut_short_is_left_out(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path / "journal.jsonl")
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(list(read_lines(path))) == 3


def test_zeros_after_a_power_loss_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.jsonl")
    path.write_bytes(path.read_bytes() + b"\0" * 300 + b"\n")
    assert len(list(read_lines(path))) == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"rubbish\n" * 3, "line 1"),
        (b'{"other": 1}\n', "not a journal"),
        (b'{"journal": 99}\n', "newer version"),
        (b'{"journal": 1}\nrubbish\n{"event": "Tick", "at_s": 1}\n', "line 2"),
        (b'{"journal": 1}\n[1]\n{"event": "Tick", "at_s": 1}\n', "line 2"),
        (
            b'{"journal": 1}\n{"event": "Tick", "at_s": 1}\n{"event": "Tock"}\n',
            "line 3: unknown event 'Tock'",
        ),
        (b'{"journal": 1}\n{"event": "Tick", "at_s": NaN}\n', "line 2: a Tick line is damaged"),
        (b'{"journal": true}\n', "not a journal"),
        (b'{"journal": 1, "minutes": "long"}\n', "line 1: minutes: 'long' is no number"),
        (b'{"journal": 1, "models": []}\n', "line 1: models: "),
        (b'{"journal": 1, "follow_ups": [["a"]]}\n', "line 1: follow_ups: "),
        (b'{"journal": 1}\n{"note": 5}\n', "line 2: a note is not an object"),
        (b'{"journal": 1}\n{"note": {"duration_s": null}}\n', "line 2: duration_s: None is no number"),
        (b'{"journal": 1}\n{"note": {"vocal_fillers": [{"token": "um"}]}}\n', "line 2: vocal_fillers: "),
        (b'{"journal": 1}\n{"note": {"heard_again": [{"event": "Tick"}]}}\n', "line 2: a Tick line"),
    ],
)
def test_damage_names_the_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    with pytest.raises(JournalError, match=says):
        list(read_lines(path))


def test_a_missing_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot read"):
        read_header(tmp_path / "journal.jsonl")


def test_every_line_is_whole_as_soon_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, {}) as journal:
        journal.write(SessionStarted(0.0), 0.0)
        assert json.loads(path.read_text().splitlines()[-1])["event"] == "SessionStarted"


def test_lines_wait_until_there_is_room_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, room = os.write, [70]

    def full(descriptor: int, data: bytes) -> int:
        taken = min(room[0], len(data))
        room[0] -= taken
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, bytes(data[:taken]))

    path = tmp_path / "journal.jsonl"
    monkeypatch.setattr(os, "write", full)
    with Journal(path, {"id": "x"}) as journal:
        for at_s in range(10):
            journal.write(Tick(float(at_s)), float(at_s))
        assert not journal.is_whole and path.stat().st_size == 70
        room[0] = 10_000
        journal.write(Tick(10.0), 10.0)
        assert journal.is_whole
    assert [line["at_s"] for line in read_lines(path)] == list(range(11))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux sets room aside")
def test_room_is_set_aside_while_a_session_runs(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, {"id": "x"}):
        if path.stat().st_blocks * 512 < ROOM_BYTES:
            pytest.skip("this file system sets no room aside")
        assert path.stat().st_size < 100
    assert path.stat().st_blocks * 512 < 100_000


def test_a_journal_of_somebody_else_does_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(
        path, {"id": "x", "question": "Ring\x07 \x1b]0;title\x07 \x9b31m\x7f\n\u00fc\u201c\u00a0"}
    ) as log:
        log.note(notes=["\x1b[2J"])
        log.write(Say(1, "\x1b[31mWhy?", "follow_up"), 0.0)
    assert read_header(path)["question"] == "Ring? ?]0;title? ?31m?\n\u00fc\u201c\u00a0"
    note, said = read_lines(path)
    assert note == {"note": {"notes": ["?[2J"]}} and said["text"] == "?[31mWhy?"


FULL_DISK = """
import sys
from pathlib import Path
from voice_interviewer.adapters.journal import Journal, read_lines
from voice_interviewer.core.events import SpeechResumed

home = Path(sys.argv[1])
with Journal(home / "journal.jsonl", {"id": "x"}) as journal:
    with open(home / "filler", "wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError as error:
            print(error.strerror)
    for number in range(20_000):
        journal.write(SpeechResumed(float(number), number), float(number))
    print(journal.is_whole)
print(sum(1 for _ in read_lines(home / "journal.jsonl")), (home / "journal.jsonl").stat().st_size)
"""


def test_a_disk_that_is_really_full_costs_no_line(tmp_path: Path) -> None:
    here = f'mount -t tmpfs -o size=24m tmpfs "{tmp_path}" && exec "$0" -c "$1" "{tmp_path}"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", here, sys.executable, FULL_DISK]
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: a full disk is NOT tested")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip("no file system of one's own here: a full disk is NOT tested")
    assert done.returncode == 0, done.stderr
    told, whole, counted = done.stdout.splitlines()
    assert (told, whole) == ("No space left on device", "True")
    lines, size = map(int, counted.split())
    assert lines == 20_000 and size > 1_000_000
