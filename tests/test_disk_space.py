"""What a session will take is said beforehand, and one that does not fit is not begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_interviewer.adapters import disk_space
from voice_interviewer.adapters.disk_space import SPARE_BYTES, free_bytes, room_for, session_bytes
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import StorageFullError

PRACTICE = ["practice", "--candidate", "demo", "--pace", "fast", "--plain", "--minutes", "35"]


def set_free(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(disk_space, "free_bytes", lambda _folder: count)


def test_both_tracks_and_the_page_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert session_bytes(60) == pytest.approx(350e6, rel=0.1)
    set_free(monkeypatch, 5_300_000_000)
    assert (
        room_for(35, tmp_path) == f"Recording to {tmp_path}: 35 minutes take up to 204 MB; 5.3 GB are free."
    )


def test_a_folder_that_is_not_there_yet_lies_where_its_parent_does(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.5)


@pytest.mark.parametrize(("missing", "fits"), [(0, True), (1, False)])
def test_what_just_fits_is_begun(
    missing: int, fits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_free(monkeypatch, session_bytes(35) + SPARE_BYTES - missing)
    if fits:
        assert "35 minutes" in room_for(35, tmp_path)
    else:
        with pytest.raises(StorageFullError):
            room_for(35, tmp_path)


@pytest.mark.parametrize("arguments", [PRACTICE, ["loop", "google", *PRACTICE[1:6], "--seed", "1"]])
def test_what_does_not_fit_is_one_clear_line_and_leaves_nothing_behind(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    set_free(monkeypatch, 120_000_000)
    assert main([*arguments, "--sessions-dir", str(tmp_path / "sessions")]) == 1
    error = capsys.readouterr().err
    assert (
        "minutes take up to" in error
        and "50 MB to spare" in error
        and "120 MB free" in error
        and "--sessions-dir" in error
    )
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "sessions").exists() and not (tmp_path / "data" / "loops").exists()


def test_a_session_takes_no_more_than_was_said(short_session: SessionFolder) -> None:
    taken = sum(path.stat().st_size for path in short_session.path.iterdir())
    assert taken <= session_bytes(1.5)
