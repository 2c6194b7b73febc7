"""Folders of every version of the format so far: an older one opens, a newer one says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from voice_interviewer.adapters import going_on, journal, loop_files, recovery, session_folder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.session_index import SessionIndex
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import JournalError, SessionError, UsageError
from voice_interviewer.core.interviewer import Interviewer
from voice_interviewer.reporting import make_report
from voice_interviewer.runtime.replay import replay

KEPT = Path(__file__).parent / "data" / "session-versions"
OLDER = sorted(path.name for path in KEPT.glob("v*"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of sessions, one of each version."""
    home = tmp_path / "sessions"
    shutil.copytree(KEPT, home)
    return home


def test_there_is_a_folder_of_every_version() -> None:
    versions = {journal.read_header(KEPT / name / "journal.jsonl")["journal"] for name in OLDER}
    assert versions == set(range(1, journal.VERSION + 1))


@pytest.mark.parametrize("name", OLDER)
def test_an_older_session_opens(name: str, home: Path) -> None:
    folder = SessionFolder(home / name)
    report = make_report(folder)
    said = " ".join(word.text for word in report.words)
    assert "students who are blind" in said
    assert report.fillers.vocal.count == 1 and report.pacing.words > 10
    assert report.delivery.pitch and report.delivery.pitch.median_hz > 50
    assert folder.report_html.stat().st_size > 10_000


@pytest.mark.parametrize("name", OLDER)
def test_an_older_session_is_whole(name: str, home: Path) -> None:
    folder = SessionFolder(home / name)
    before = folder.journal.read_bytes()
    recovery.recover(folder, lambda: pytest.fail("there was nothing to listen to"))
    assert folder.journal.read_bytes() == before
    with pytest.raises(UsageError, match="came to its end"):
        going_on.prepare(folder)


@pytest.mark.parametrize("name", OLDER)
def test_an_older_session_can_be_replayed(name: str, home: Path) -> None:
    """What the interviewer says may be another by now; that it understands the events may not."""
    folder = SessionFolder(home / name)
    setup = going_on.setup_of(journal.read_header(folder.journal), name)
    interviewer = Interviewer(setup)
    steps = replay(interviewer, journal.read_lines(folder.journal))
    assert len(steps) > 50


def test_a_newer_session_says_so_in_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = home / "newer-practice"
    for arguments in (
        ["report", str(newer)],
        ["report", "--recover", str(newer)],
        ["reanalyse", str(newer)],
        ["export", str(newer), "--out", str(home / "x.md")],
        ["retry", str(newer)],
        ["practice", "--resume", str(newer), "--candidate", "demo"],
    ):
        assert main([*arguments, "--sessions-dir", str(home)]) == 1, arguments
        error = capsys.readouterr().err
        assert "newer version (journal 2, known up to 1)" in error and "update" in error, error
        assert len(error.splitlines()) == 1
    assert not (newer / "report.json").exists()


def test_a_newer_session_does_not_hide_the_others(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in OLDER:
        make_report(SessionFolder(home / name))
    assert main(["history", "--sessions-dir", str(home)]) == 0
    shown = capsys.readouterr()
    assert "newer version" in shown.err
    assert len(SessionIndex(home).rows()) == len(OLDER)
    assert recovery.cut_short(home) == []


def test_a_newer_session_can_be_deleted(home: Path) -> None:
    assert main(["delete", str(home / "newer-practice"), "--yes", "--sessions-dir", str(home)]) == 0
    assert not (home / "newer-practice").exists()


def test_a_line_of_a_kind_unknown_here_is_told_with_its_place(home: Path) -> None:
    path = home / "newer-practice" / "journal.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"journal":2', '"journal":1'), encoding="utf-8")
    with pytest.raises(JournalError, match=r"journal\.jsonl, line 21: unknown event 'Teleported'"):
        session_folder.load_record(SessionFolder(path.parent))


def test_a_loop_of_a_newer_version_says_so(tmp_path: Path) -> None:
    path = tmp_path / "some-loop.json"
    path.write_text(json.dumps({"loop": loop_files.VERSION + 1, "id": "some-loop"}), encoding="utf-8")
    with pytest.raises(SessionError, match="newer version"):
        loop_files.load(path)
