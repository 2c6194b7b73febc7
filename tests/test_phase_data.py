"""The labelled interviews: labels that exist, cuts that lose nothing, and openers the trainer can read."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from bench_phases import calibration, hurried
from phase_data import FOLDER, load_interviews, read_said

from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.core.content import Framework

FRAMEWORKS = pytest.mark.parametrize("framework", load_frameworks(), ids=lambda one: one.id)


@FRAMEWORKS
def test_labels_are_phases_of_the_framework_and_every_phase_is_taught_and_tested(
    framework: Framework,
) -> None:
    phases = {phase.id for phase in framework.phases}
    for split in ("train", "test"):
        interviews = load_interviews(framework.id, (split,))
        assert len(interviews) >= 4
        assert {line.phase for interview in interviews for line in interview.lines} == phases


@FRAMEWORKS
def test_openers_open_phases_of_the_framework(framework: Framework) -> None:
    text = (FOLDER / framework.id / "openers.lst").read_text(encoding="utf-8")
    opened = {line.split("|")[0].strip() for line in text.splitlines() if line and not line.startswith("#")}
    assert opened == {phase.id for phase in framework.phases} | {"-"}


@pytest.mark.parametrize("rough", [False, True])
def test_a_cut_keeps_every_word_and_its_label(rough: bool) -> None:
    def words(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(phase, word) for phase, text in texts for word in re.sub(r"[.,?!]", " ", text).split()]

    for interview in load_interviews("star", rough=rough, variant=3):
        said = list(read_said(FOLDER / "star" / f"{interview.name}.txt"))
        cut = words([(line.phase, line.text) for line in interview.lines])
        whole = words([(one.phase, re.sub(r"[.,?!]", "" if rough else " ", one.text)) for one in said])
        assert cut == whole
        assert all(one.at_s < one.end_s for one in interview.lines)
        assert not (rough and re.search(r"[.,?!]", " ".join(line.text for line in interview.lines)))


def test_a_hurried_talk_keeps_the_first_lines_of_each_stretch() -> None:
    (whole,) = [one for one in load_interviews("star", ("test",)) if "test-03" in one.name]
    short = hurried(whole, 1)
    labels = [line.phase for line in short.lines]
    assert all(one != other for one, other in pairwise(labels))
    assert hurried(whole, 0) == whole


def test_calibration_weighs_by_time() -> None:
    rows = list(calibration([(0.6, True, 3.0), (0.6, False, 1.0), (1.0, True, 4.0)]))
    assert [row.split() for row in rows[1:]] == [
        ["0.50", "to", "0.70", "50.0", "%", "60.0", "%", "75.0", "%"],
        ["0.99", "to", "1.00", "50.0", "%", "100.0", "%", "100.0", "%"],
    ]
