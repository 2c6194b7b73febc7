"""Loops as they are held: rounds in order, stopped and taken up again; one round with real parts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from voice_interviewer.adapters import journal, loop_files, session_folder
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.paths import data_dir
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.analysis.report import build_report
from voice_interviewer.bootstrap import Practice
from voice_interviewer.cli import holding
from voice_interviewer.cli.holding import Held
from voice_interviewer.cli.main import main
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.loop import LoopState


class Rounds:
    """Stands in for the holding of a session: writes what a session leaves behind, without sound."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.held: list[Practice] = []
        self.cut: set[int] = set()
        self.interrupt_before: int | None = None

    def perform(
        self, practice: Practice, *, plain: bool, began: Callable[[SessionFolder], None] = lambda _f: None
    ) -> Held:
        del plain
        number = len(self.held)
        if self.interrupt_before == number:
            raise KeyboardInterrupt
        self.held.append(practice)
        if practice.going_on is None:
            now = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=number)
            folder = session_folder.create(self.home, now, practice.question.id)
            header: dict[str, Any] | None = {
                "id": folder.id, "kind": "practice", "started_at": now.isoformat(), "seed": practice.seed,
                "framework": practice.framework.id, "question_id": practice.question.id,
                "minutes": practice.minutes, **practice.extra,
            }  # fmt: skip
            interviewer = Interviewer(
                Setup(practice.framework, practice.question, practice.minutes, practice.seed)
            )
            first: e.Event = e.SessionStarted(0.0)
        else:
            folder, header, interviewer = practice.going_on.folder, None, practice.going_on.interviewer
            first = e.SessionResumed(practice.going_on.at_s)
        began(folder)
        reason = "completed"
        with Journal(folder.journal, header) as log:
            self._feed(interviewer, log, first)
            at_s = first.at_s
            for prompt_id in range(1, 12):
                at_s += 1.0
                self._feed(interviewer, log, e.PromptStarted(at_s, prompt_id))
                self._feed(interviewer, log, e.PromptFinished(at_s + 0.5, prompt_id, "all of it"))
            end = e.StopRequested(at_s + 1.0) if number in self.cut else e.CommandGiven(at_s + 1.0, "end")
            for command in self._feed(interviewer, log, end):
                if isinstance(command, c.Say):
                    self._feed(
                        interviewer, log, e.PromptFinished(at_s + 2.0, command.prompt_id, command.text)
                    )
            if number in self.cut:
                reason = "stopped by the candidate"
        return Held(folder, reason, build_report(session_folder.load_record(folder)))

    @staticmethod
    def _feed(interviewer: Interviewer, log: Journal, event: e.Event) -> list[c.Command]:
        log.write(event, event.at_s)
        commands = interviewer.handle(event)
        for command in commands:
            log.write(command, event.at_s)
        return commands


@pytest.fixture
def rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    made = Rounds(tmp_path / "data" / "sessions")
    monkeypatch.setattr(holding, "perform", made.perform)
    monkeypatch.setattr("voice_interviewer.adapters.recovery.recover", lambda *_: None)
    return made


def loop(*arguments: str) -> int:
    return main(["loop", *arguments, "--candidate", "demo", "--pace", "fast", "--plain"])


def state_now() -> LoopState:
    return loop_files.all_loops(data_dir())[-1]


def test_a_whole_loop_ends_with_its_debrief(rounds: Rounds, capsys: pytest.CaptureFixture[str]) -> None:
    assert loop("google", "--seed", "3") == 0
    state = state_now()
    assert state.is_over
    assert [practice.question.id for practice in rounds.held] == [plan.question_id for plan in state.rounds]
    assert [practice.minutes for practice in rounds.held] == [45.0] * 5
    assert all(practice.company and practice.company.id == "google" for practice in rounds.held)
    assert "Debrief: Google" in capsys.readouterr().out
    folder = loop_files.debrief_folder(data_dir(), state.id)
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert [one["session"] for one in data["rounds"]] == list(state.sessions)
    page = (folder / "report.html").read_text(encoding="utf-8")
    link = page.split('href="', 1)[1].split('"', 1)[0]
    assert (folder / link).parent.resolve() == rounds.home / state.sessions[0]
    for session in state.sessions:
        header = journal.read_header(rounds.home / session / "journal.jsonl")
        assert (header["loop"], header["loop_rounds"]) == (state.id, 5)


def test_days_later_it_goes_on_where_it_was(rounds: Rounds, capsys: pytest.CaptureFixture[str]) -> None:
    assert loop("google", "--seed", "3", "--rounds", "2") == 0
    first = state_now()
    assert list(first.done) == [True, True, False, False, False]
    assert f"loop --resume {first.id}" in " ".join(capsys.readouterr().out.split())
    assert loop("--resume", "--rounds", "1") == 0
    assert loop("--resume", "google", "--rounds", "1") == 0
    assert loop("--resume", first.id) == 0
    assert state_now().is_over and len(rounds.held) == 5
    assert len({practice.question.id for practice in rounds.held}) == 5


def test_a_round_that_was_cut_short_goes_on_first(rounds: Rounds) -> None:
    rounds.cut = {1}
    assert loop("microsoft", "--seed", "3") == 0
    state = state_now()
    assert list(state.done) == [True, False, False, False] and state.sessions[1]
    assert loop("--resume", "--rounds", "1") == 0
    again = rounds.held[2].going_on
    assert again is not None and again.folder.id == state.sessions[1]
    assert list(state_now().done) == [True, True, False, False]
    assert state_now().sessions[:2] == state.sessions[:2]


def test_ctrl_c_between_rounds_leaves_the_rest(rounds: Rounds, capsys: pytest.CaptureFixture[str]) -> None:
    rounds.interrupt_before = 1
    assert loop("google", "--seed", "3") == 0
    assert list(state_now().done) == [True, False, False, False, False]
    said = " ".join(capsys.readouterr().out.split())
    assert "stopped between rounds" in said and f"loop --resume {state_now().id}" in said


def test_one_round_can_be_held_alone_and_again(rounds: Rounds) -> None:
    assert loop("google", "--seed", "3", "--round", "4") == 0
    assert list(state_now().done) == [False, False, False, True, False]
    first = state_now().sessions[3]
    assert loop("--resume", "--round", "4") == 0
    assert state_now().sessions[3] != first and state_now().done[3]
    rounds.cut = {2}
    kept = state_now()
    assert loop("--resume", "--round", "4") == 0
    assert state_now() == kept, "a repetition that is cut short takes nothing away"


def test_the_debrief_so_far_and_the_list(rounds: Rounds, capsys: pytest.CaptureFixture[str]) -> None:
    assert loop("--list") == 0
    assert "no loops yet" in capsys.readouterr().out
    assert loop("google", "--seed", "3", "--rounds", "1") == 0
    assert loop("--debrief") == 0
    assert "Not held" in capsys.readouterr().out
    assert loop("--list") == 0
    assert "1 of 5 rounds" in capsys.readouterr().out
    assert len(rounds.held) == 1


def test_a_break_is_announced_and_skipped_with_enter(
    rounds: Rounds, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    # Real pace, but no sound is made here: only the breaks are real.
    arguments = [
        "loop",
        "google",
        "--seed",
        "3",
        "--rounds",
        "3",
        "--candidate",
        "demo",
        "--plain",
        "--no-second-look",
    ]
    assert main(arguments) == 0
    assert capsys.readouterr().out.count("Enter goes on at once") == 2
    assert len(rounds.held) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "which company"),
        (["nokia"], "nokia"),
        (["google", "--rounds", "0"], "--rounds"),
        (["google", "--round", "1", "--rounds", "1"], "--round"),
        (["google", "--round", "9"], "no round 9"),
        (["google", "--minutes-scale", "0"], "scale"),
        (["google", "--minutes-scale", "x"], "x"),
        (["google", "--break-minutes", "-1"], "minutes"),
        (["--resume"], "no unfinished loop"),
        (["nothing", "--resume"], "no loop"),
    ],
)
def test_mistakes_are_one_clear_line(
    arguments: list[str], says: str, rounds: Rounds, capsys: pytest.CaptureFixture[str]
) -> None:
    assert loop(*arguments) == 2
    error = capsys.readouterr().err
    assert says in error and len(error.strip().splitlines()) == 1
    assert not rounds.held


# -- with real parts --------------------------------------------------------------------------------

STORY = """
name = "Story"
minutes = 1
answers = ["In my last job I led the launch of a new search page, and I cut the loading time by half."]
spare = ["End the interview."]
"""


@pytest.mark.timeout(300)
def test_a_behavioural_round_asks_about_its_principles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    (tmp_path / "story.toml").write_text(STORY, encoding="utf-8")
    sound = ["--candidate", str(tmp_path / "story.toml"), "--pace", "fast", "--plain"]
    arguments = ["loop", "amazon", "--seed", "5", "--round", "1", "--minutes-scale", "0.05"]
    assert main([*arguments, *sound]) == 0
    state = state_now()
    assert list(state.done) == [True] + [False] * 5
    folder = SessionFolder(Path(state.sessions_dir) / state.sessions[0])
    header = journal.read_header(folder.journal)
    assert header["company"] == "amazon" and header["minutes"] == 3.0
    plan = state.rounds[0]
    assert header["principles"] == list(plan.principles)
    record = session_folder.load_record(folder)
    assert record.question is not None
    assert [f.text for f in record.question.follow_ups][: len(plan.probes)] == [p.text for p in plan.probes]
    assert any("search" in utterance.text for utterance in record.utterances)
    capsys.readouterr()
    assert main(["loop", "--debrief"]) == 0
    assert "Customer Obsession" in capsys.readouterr().out
