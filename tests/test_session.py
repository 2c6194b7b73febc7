"""A whole session with the real recogniser and the real voice, as fast as the machine can: the
demonstration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voice_interviewer.adapters import content_files, journal
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.cli.main import main
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.turn_settings import TurnSettings
from voice_interviewer.runtime.replay import replay


@pytest.fixture(scope="module")
def session(short_session: SessionFolder) -> SessionFolder:
    return short_session


@pytest.fixture(scope="module")
def report(session: SessionFolder) -> Any:
    return json.loads(session.report_json.read_text(encoding="utf-8"))


@pytest.mark.timeout(240)
def test_the_report_holds_what_was_said(report: Any) -> None:
    heard = " ".join(word["text"].lower().strip(",.?!") for word in report["words"])
    for words in ("students who are blind", "new places every week", "train station"):
        assert words in heard
    assert report["fillers"]["by_token"].get("um", 0) >= 1
    assert report["session"]["framework"] == "circles"
    assert {turn["by"] for turn in report["turns"]} == {"candidate", "interviewer"}


def test_the_clarifying_question_got_its_fact(report: Any) -> None:
    said = [turn["text"] for turn in report["turns"] if turn["by"] == "interviewer"]
    fact = content_files.load_question("design-product-for-the-blind").clarifications["users"]
    assert any(fact in text for text in said)


def test_time_in_phases_is_the_time_of_the_interview(report: Any) -> None:
    spent = sum(phase["spent_s"] for phase in report["phases"])
    assert 30 < spent <= report["session"]["duration_s"]
    assert sum(phase["budget_s"] for phase in report["phases"]) == pytest.approx(90, abs=0.5)


def test_a_replay_of_the_journal_brings_out_the_same_commands(session: SessionFolder) -> None:
    header = journal.read_header(session.journal)
    interviewer = Interviewer(
        Setup(
            content_files.load_framework(header["framework"]),
            content_files.load_question(header["question_id"]),
            header["minutes"],
            header["seed"],
            duplex=header["duplex"],
            turns=TurnSettings(judges_content=header["judges_content"]),
        )
    )
    steps = replay(interviewer, journal.read_lines(session.journal))
    assert len(steps) > 50
    assert [step for step in steps if not step.same] == []


def test_the_folder_is_private(session: SessionFolder) -> None:
    assert session.path.stat().st_mode & 0o077 == 0
    for file in session.path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name


def test_the_report_can_be_made_again(session: SessionFolder, capsys: pytest.CaptureFixture[str]) -> None:
    before = json.loads(session.report_json.read_text(encoding="utf-8"))
    session.report_json.unlink()
    assert main(["report", str(session.path)]) == 0
    assert json.loads(session.report_json.read_text(encoding="utf-8")) == before
    assert "report.html" in capsys.readouterr().out


def test_the_page_carries_no_address_but_its_own(session: SessionFolder) -> None:
    page = session.report_html.read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org/", "") and "https://" not in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--question", "no-such-question"], "no-such-question"),
        (["--framework", "no-such-framework"], "no-such-framework"),
        (["--type", "no-such-type"], "no-such-type"),
        (["--company", "no-such-company"], "no-such-company"),
        (["--candidate", "no-such-file.wav"], "no-such-file.wav"),
        (["--candidate", "no-such-script.toml"], "no-such-script.toml"),
        (["--mic", "no-such-file.wav", "--pace", "fast"], "no-such-file.wav"),
        (["--mic", "no such microphone"], "microphone"),
        (["--minutes", "0"], "minutes"),
        (["--minutes", "soon"], "soon"),
        (["--candidate", "demo", "--mic", "x.wav"], "--candidate"),
        (["--mic", "usb", "--pace", "fast"], "--pace fast"),
    ],
)
def test_mistakes_are_one_clear_line(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["practice", *arguments, "--plain", "--sessions-dir", str(tmp_path)])
    captured = capsys.readouterr()
    assert code != 0
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1 and says in lines[0], captured.err
    assert "Traceback" not in captured.err
