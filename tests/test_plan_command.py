from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from voice_interviewer.adapters.past_sessions import past_sessions
from voice_interviewer.cli.main import main

Run = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path))
    return tmp_path


def hold(sessions: Path, name: str, *, report: bool = True, **facts: object) -> Path:
    """A session's folder as a practice leaves it."""
    folder = sessions / name
    folder.mkdir(parents=True)
    header = {
        "journal": 1, "id": name, "kind": "practice", "started_at": "2026-11-02T10:00:00+01:00",
        "framework": "circles", "question_id": f"q-{name}", "company": "", "microphone": "USB", **facts,
    }  # fmt: skip
    lines = [header, {"event": "Tick", "at_s": 2000.0}, {"note": {"duration_s": 2100.0}}]
    (folder / "journal.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8"
    )
    if report:
        (folder / "report.json").write_text(json.dumps({"session": {"duration_s": 1900.5}}), encoding="utf-8")
    return folder


def test_sessions_are_read_from_their_folders_and_demonstrations_left_out(tmp_path: Path) -> None:
    hold(tmp_path, "1-mine", company="google", loop="g", loop_rounds=5)
    hold(tmp_path, "2-no-report", report=False, framework="star")
    hold(tmp_path, "3-demonstration", microphone="scripted candidate")
    hold(tmp_path, "4-review", kind="review")
    hold(tmp_path, "5-no-date", started_at="yesterday")
    (hold(tmp_path, "6-broken") / "journal.jsonl").write_text("rubbish\n", encoding="utf-8")
    (hold(tmp_path, "7-broken-report") / "report.json").write_text("{", encoding="utf-8")
    found = past_sessions(tmp_path)
    assert [one.id for one in found] == ["1-mine", "2-no-report", "7-broken-report"]
    assert found[0].type == "product-design" and found[0].duration_s == 1900.5
    assert (found[0].company, found[0].loop, found[0].loop_rounds) == ("google", "g", 5)
    assert found[1].type == "behavioural" and found[1].duration_s == 2100.0
    assert found[2].duration_s == 2100.0
    assert past_sessions(tmp_path / "absent") == ()


def test_plan_shows_what_the_history_covers(data: Path, capsys: Run) -> None:
    hold(data / "sessions", "a")
    hold(data / "sessions", "b", framework="star")
    assert main(["plan", "--begin", "2026-11-01", "--interview", "2027-11-01"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Study CIRCLES for product design and hold one round with it 1/1" in shown
    assert "Answer twenty product design questions, 35 minutes each" in shown and "1/20" in shown
    assert "interview 1 Nov" in shown and "365" in shown
    assert main(["plan"]) == 0, "what was told is remembered"
    assert "begun 1 Nov" in " ".join(capsys.readouterr().out.split())


def test_looking_changes_nothing(data: Path, capsys: Run) -> None:
    assert main(["plan"]) == 0
    assert "day 1 of 42" in capsys.readouterr().out
    assert not (data / "plan.json").exists()


def test_ticks_and_company_are_kept_and_can_be_taken_back(data: Path, capsys: Run) -> None:
    assert main(["plan", "--done", "questions-for-them", "--company", "amazon"]) == 0
    state = json.loads((data / "plan.json").read_text(encoding="utf-8"))
    assert state["ticked"] == ["questions-for-them"] and state["company"] == "amazon"
    assert main(["plan", "--undo", "questions-for-them", "--company", "none"]) == 0
    state = json.loads((data / "plan.json").read_text(encoding="utf-8"))
    assert state["ticked"] == [] and state["company"] == ""
    capsys.readouterr()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["--interview", "soon"], "'soon' is not a date"),
        (["--begin", "2027-01-02", "--interview", "2027-01-02"], "is not after the beginning"),
        (["--done", "nothing"], "there is no item nothing"),
        (["--company", "acme"], "no company 'acme'"),
        (["--", "--plain"], "go with --start"),
    ],
)
def test_mistakes_are_one_line(data: Path, capsys: Run, line: list[str], says: str) -> None:
    assert main(["plan", *line]) == 2
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1
    assert not (data / "plan.json").exists()


def test_a_damaged_state_is_one_line(data: Path, capsys: Run) -> None:
    (data / "plan.json").write_text("[]", encoding="utf-8")
    assert main(["plan"]) == 1
    assert "plan.json cannot be read" in capsys.readouterr().err


def test_start_begins_what_is_due_with_a_new_question(
    data: Path, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voice_interviewer.cli import practice

    begun: list[dict[str, object]] = []

    def run(args: argparse.Namespace) -> int:
        begun.append(dict(vars(args)))
        return 0

    monkeypatch.setattr(practice, "run", run)
    assert main(["plan", "--start", "--company", "google", "--", "--plain", "--loudspeaker", "none"]) == 0
    assert "Next on the plan: Study CIRCLES" in capsys.readouterr().err
    (args,) = begun
    assert args["minutes"] == 35 and args["plain"] is True and args["loudspeaker"] == "none"
    assert args["question"] and args["company"] == "google"
    assert args["sessions_dir"] == data / "sessions"
    assert (data / "plan.json").exists(), "beginning the plan fixes its first day"


def test_start_says_how_to_tick_what_cannot_be_seen(data: Path, capsys: Run) -> None:
    from voice_interviewer.adapters.plan_files import load_plan

    others = [item.id for stage in load_plan().stages for item in stage.items if item.id != "company-study"]
    for item_id in others:
        assert main(["plan", "--done", item_id]) == 0
    capsys.readouterr()
    assert main(["plan", "--start"]) == 0
    assert "plan --done company-study" in capsys.readouterr().out
    assert main(["plan", "--done", "company-study"]) == 0
    capsys.readouterr()
    assert main(["plan", "--start"]) == 0
    assert "Everything on the plan is done" in capsys.readouterr().out
