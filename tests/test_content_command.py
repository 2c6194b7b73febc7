"""`content list` and `content show`: what the bank holds, without opening its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_interviewer.adapters import content_files, content_schema
from voice_interviewer.cli.main import main

CURVED = next(q for q in content_files.load_questions() if q.curve_ball and q.principles and q.companies)


def test_a_question_is_shown_with_all_the_interviewer_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", "show", CURVED.id]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    facts = [CURVED.wording, CURVED.curve_ball, *(f.text for f in CURVED.follow_ups)]
    for text in (*facts, *(point for points in CURVED.points.values() for point in points)):
        assert " ".join(text.split()) in shown, text
    first_words = [" ".join(fact.split()[:3]) for fact in CURVED.clarifications.values()]
    assert all(words in shown for words in first_words)


def test_the_list_is_narrowed_by_type_and_company(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", "list", "--type", "behavioural", "--company", "google"]) == 0
    listed = {line.split()[1] for line in capsys.readouterr().out.splitlines()}
    wanted = {
        q.id for q in content_files.load_questions() if q.type == "behavioural" and "google" in q.companies
    }
    assert listed == wanted


@pytest.mark.parametrize(
    "arguments", [["show", "no-such-question"], ["list", "--company", "nokia"], ["list", "--type", "chess"]]
)
def test_names_that_are_not_there_are_told_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["content", *arguments]) != 0
    error = capsys.readouterr().err
    assert arguments[-1] in error and len(error.strip().splitlines()) == 1


@pytest.mark.parametrize("line", ['"unheard".of = 1', "[[ unheard ]]", "[[unheard.of]]", "unheard = 1"])
def test_an_unknown_name_is_found_however_it_is_written(tmp_path: Path, line: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(f'id = "odd"\n# a comment\n{line}\n', encoding="utf-8")
    assert content_schema.parse(path).line(("unheard",)) == 3
