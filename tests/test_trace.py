"""`trace`: one entry a line, phases that follow the talk, and clear errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voice_interviewer.cli.main import main

TRANSCRIPT = """\
[00:01] So how would you design a product for the blind?
[00:10] Okay, before I start, is there a specific goal, are we trying to grow revenue?
[00:20] Got it. So the mission here is independence.
[00:40] So who are the users? There are people born blind, people who lost sight late, and low vision people.
[01:10] I'd like to focus on people who lost their sight late since they struggle most.
[01:40] Next, pain points. They can't find their way in new places.
[02:00] And they have to ask strangers for help all the time.
[03:00] Now let's brainstorm solutions. One idea is a phone app with a camera, a second idea is a haptic belt.
[03:20] A third one would be a volunteer who looks through your camera.
[01:04:20] So to summarize I'd build the app for people who lost their sight late.
"""


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text(TRANSCRIPT, encoding="utf-8")
    return path


def traced(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["trace", *arguments, "--json"]) == 0
    entries: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["utterances"]
    return entries


def test_one_entry_a_line(transcript: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = traced(capsys, str(transcript), "--framework", "circles")
    assert [entry["at_s"] for entry in entries] == [1, 10, 20, 40, 70, 100, 120, 180, 200, 3860]
    assert [entry["text"] for entry in entries] == [line.split("] ")[1] for line in TRANSCRIPT.splitlines()]
    for entry in entries:
        assert 0 <= entry["confidence"] <= 1 and entry["would"]


def test_phases_follow_the_talk(transcript: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phases = [entry["phase"] for entry in traced(capsys, str(transcript), "--framework", "circles")]
    assert phases[:3] == ["comprehend"] * 3
    assert phases[3] == "identify" and phases[5] == "report"


def test_a_clarifying_question_meets_its_fact(transcript: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = traced(capsys, str(transcript), "--question", "design-product-for-the-blind")
    assert entries[1]["would"].startswith("clarification: ")


def test_the_same_seed_says_the_same(transcript: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (str(transcript), "--framework", "circles", "--seed", "5")
    assert traced(capsys, *arguments) == traced(capsys, *arguments)


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        (("[0:00:02] hi", "[1:00:02] so the users"), (2, 3602)),
        (("[00:02.000 --> 00:04.500] hi", "[00:05.250 --> 01:00:07.000]  so the users"), (2, 5.25)),
        (("(00:02) hi", "00:04 - so the users"), (2, 4)),
        (("[00:04] hi", "[00:02] okay", "[00:09]"), (4, 4, 9)),
        (("[75:10] hi",), (4510,)),
        (("[0] hi", "[1] so the users", "[1] are drivers", "(12) - and"), (0, 60, 60, 720)),
    ],
)
def test_ways_to_write_a_time(
    lines: tuple[str, ...], times: tuple[float, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    entries = traced(capsys, str(path), "--framework", "circles")
    assert [entry["at_s"] for entry in entries] == list(times)
    assert not any(sign in entry["text"] for entry in entries for sign in "[]0:>")


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        ("hello\n", ["--framework", "circles"], "line 1"),
        ("[00:30] a\n[00:05] b\n", ["--framework", "circles"], "line 2"),
        ("", ["--framework", "circles"], "no line"),
        ('{"turns": 3}', ["--framework", "circles"], "neither"),
        ("[00:10] a\n", [], "framework"),
        ("[00:10] a\n", ["--framework", "square"], "square"),
    ],
)
def test_mistakes_are_told_in_one_line(
    content: str, arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(content, encoding="utf-8")
    assert main(["trace", str(path), *arguments]) != 0
    error = capsys.readouterr().err
    assert says in error and len(error.strip().splitlines()) == 1
