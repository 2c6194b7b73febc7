"""One part of a session taken again: cut out purely, compared side by side, and held with real parts."""

from __future__ import annotations

import dataclasses
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tests import report_samples
from voice_interviewer.adapters import journal, session_folder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.analysis.part import merged_signals, part_of, take_of, weakest_phase
from voice_interviewer.analysis.record import PhaseSpan
from voice_interviewer.analysis.report import build_report
from voice_interviewer.cli.main import main
from voice_interviewer.render.takes_view import figures, render_takes, takes_view

INTERVIEW = report_samples.interview()
PHASES = [phase.id for phase in report_samples.CIRCLES.phases]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PHASES), st.floats(1.0, 90.0)), max_size=8))
def test_every_utterance_belongs_to_one_part_at_most(stretches: list[tuple[str, float]]) -> None:
    spans, at_s = [], 0.0
    for phase, length_s in stretches:
        spans.append(PhaseSpan(phase, at_s, at_s + length_s))
        at_s += length_s + 1.0
    record = dataclasses.replace(INTERVIEW, phase_spans=tuple(spans))
    parts = [part_of(record, phase) for phase in PHASES]
    ids = [utterance.id for part in parts for utterance in part.utterances]
    assert len(ids) == len(set(ids))
    middles = [(u.start_s + u.end_s) / 2 for u in INTERVIEW.utterances]
    assert len(ids) == sum(any(s.start_s <= m <= s.end_s for s in spans) for m in middles)


def test_a_part_keeps_its_times_and_its_phase_alone() -> None:
    whole = build_report(INTERVIEW)
    for finding in whole.phases:
        take = take_of(INTERVIEW, finding.id)
        assert [phase.id for phase in take.report.phases] == [finding.id]
        assert take.spans == finding.spans and take.spent_s == finding.spent_s
        words = {(word.text, word.start_s) for word in take.report.words}
        assert words <= {(word.text, word.start_s) for word in whole.words}
        # What was said of it in other parts of the interview does not count here.
        assert {s.id for s in take.signals if s.heard} <= {s.id for s in finding.signals if s.heard}


def test_a_phase_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no phase nonsense"):
        take_of(INTERVIEW, "nonsense")
    with pytest.raises(ValueError, match="no phase"):
        part_of(report_samples.recording(), PHASES[0])


def test_what_was_skipped_is_the_weakest() -> None:
    report = build_report(INTERVIEW)
    name = weakest_phase(report)
    statuses = {phase.id: phase.status for phase in report.phases}
    if "skipped" in statuses.values():
        assert statuses[name] == "skipped"
    changed = tuple(
        dataclasses.replace(phase, status="short" if phase.id == PHASES[2] else "within")
        for phase in report.phases
    )
    assert weakest_phase(dataclasses.replace(report, phases=changed)) == PHASES[2]
    assert weakest_phase(dataclasses.replace(report, phases=())) == ""


def test_two_takes_side_by_side() -> None:
    phase = next(p.id for p in build_report(INTERVIEW).phases if any(s.heard for s in p.signals))
    first, second = take_of(INTERVIEW, phase), take_of(report_without_words(), phase)
    rows = {row.name: (row.first, row.second) for row in figures(first, second)}
    assert rows["Words"][0] != "0" and rows["Words"][1] == "0"
    assert rows["Words a minute"][1] == "–"
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(takes_view(first, second, "The phase"))
    text = console.export_text()
    assert "not heard" in text and "nothing was said in this phase" in text
    page = render_takes(
        first, second, "<b>phase</b>", "Why?",
        audio=({"candidate": "../a/candidate.wav"}, {"candidate": "candidate.wav"}),
        links=("../a/report.html", "report.html"),
    )  # fmt: skip
    assert "<b>phase" not in page
    assert re.search(r'src="\.\./a/candidate\.wav#t=[\d.]+,[\d.]+"', page)
    policy = html.unescape(page)
    assert "default-src 'none'" in policy and "media-src 'self' blob: data: file:" in policy
    names = [name for name, _, _ in merged_signals(first.signals, second.signals)]
    assert len(names) == len(set(names)) == len(first.signals)


def report_without_words() -> Any:
    return dataclasses.replace(INTERVIEW, utterances=(), prompts=(), speech_spans=(), vocal_fillers=())


# -- with real parts --------------------------------------------------------------------------------

WHOLE = """
name = "Short"
question = "design-product-for-the-blind"
minutes = 1
answers = ["I would focus on students who are blind, because they travel to new places every week."]
spare = ["End the interview."]
"""
AGAIN = """
name = "Again"
question = "design-product-for-the-blind"
minutes = 1
answers = ["I weigh cost against impact. The trade off is that the belt is expensive, so I build the app."]
spare = ["End the interview."]
"""


@pytest.mark.timeout(300)
def test_one_part_is_held_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "sessions"
    (tmp_path / "whole.toml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "again.toml").write_text(AGAIN, encoding="utf-8")
    fast = ["--pace", "fast", "--plain", "--seed", "2", "--sessions-dir", str(home)]
    assert main(["practice", "--candidate", str(tmp_path / "whole.toml"), *fast]) == 0
    (first,) = session_folder.all_folders(home)
    capsys.readouterr()
    again = ["--phase", "evaluate", "--minutes", "1", "--candidate", str(tmp_path / "again.toml")]
    assert main(["retry", first.id, *again, *fast]) == 0
    shown = capsys.readouterr().out
    assert "Two takes" in shown and "This take" in shown

    (path,) = [folder.path for folder in session_folder.all_folders(home) if folder.id != first.id]
    second = SessionFolder(path)
    header = journal.read_header(second.journal)
    assert header["retry_of"] == first.id and header["phase"] == "evaluate"
    report = json.loads(second.report_json.read_text(encoding="utf-8"))
    assert [phase["id"] for phase in report["phases"]] == ["evaluate"]
    assert report["phases"][0]["budget_s"] == pytest.approx(60.0, abs=0.1)
    said = [turn["text"] for turn in report["turns"] if turn["by"] == "interviewer"]
    assert any("blind" in text for text in said), "the question is recalled"
    heard = " ".join(word["text"].lower() for word in report["words"])
    assert "expensive" in heard and "students" not in heard
    page = (path / "takes.html").read_text(encoding="utf-8")
    assert "candidate.wav#t=" in page and "expensive" in page
    assert (path / "takes.html").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["last", "--phase", "nonsense"], "no phase nonsense"),
        (["nothing"], "no session named"),
        (["last", "--minutes", "0"], "minutes"),
    ],
)
def test_mistakes_are_one_clear_line(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "2026-01-01T00-00-00-x"
    folder.mkdir()
    header = {
        "journal": 1, "id": folder.name, "kind": "practice", "framework": "circles", "minutes": 5,
        "question_id": "design-product-for-the-blind",
    }  # fmt: skip
    (folder / "journal.jsonl").write_text(json.dumps(header) + "\n", encoding="utf-8")
    code = main(["retry", *arguments, "--mic", "x.wav", "--sessions-dir", str(tmp_path)])
    error = capsys.readouterr().err
    assert code == 2 and says in error and len(error.strip().splitlines()) == 1


def test_a_review_has_nothing_to_take_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "2026-01-01T00-00-00-x"
    folder.mkdir()
    header = {"journal": 1, "id": folder.name, "kind": "review"}
    (folder / "journal.jsonl").write_text(json.dumps(header) + "\n", encoding="utf-8")
    assert main(["retry", "last", "--sessions-dir", str(tmp_path)]) == 2
    assert "no question to take again" in capsys.readouterr().err
