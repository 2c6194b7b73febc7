"""The labelled interviews: labels that exist, cuts that lose nothing, and openers the trainer can read."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from bench_phases import calibration, hurried, right_in_words
from phase_data import FOLDER, load_interviews, read_said
from phase_distortions import DISTORTIONS, Word, distorted, lines_of, texts_of, words_of

from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_tracker import PhaseBelief

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


@pytest.mark.parametrize("name", DISTORTIONS)
def test_a_distortion_keeps_order_and_labels_of_what_it_keeps(name: str) -> None:
    (interview,) = [one for one in load_interviews("star", ("test",)) if "test-03" in one.name]
    plain = words_of(interview)
    words = distorted(interview, name)
    assert words == distorted(interview, name), "the same ones each time"
    texts = texts_of(words)
    assert " ".join(texts).split() == [word.text for word in words] and all(texts)
    kept = [word.phase for word in words if word.counts]
    exact = "wrong" not in name and name != "all of it"
    assert len(kept) == len(plain) if exact else 0.75 * len(plain) < len(kept) <= len(plain)
    assert not exact or kept == [word.phase for word in plain]


def test_distortions_do_what_their_names_say() -> None:
    (interview,) = [one for one in load_interviews("star", ("test",)) if "test-03" in one.name]
    plain = words_of(interview)

    def longest_s(name: str) -> float:
        return max(line.end_s - line.at_s for line in lines_of(distorted(interview, name)))

    assert longest_s("every 3 s") < 4.0 and 29.0 < longest_s("every 30 s") < 31.0
    assert re.fullmatch(r"[^A-Z.,?!]+", " ".join(texts_of(distorted(interview, "bare"))))
    wrong = distorted(interview, "15 % wrong")
    assert 0.05 < 1 - len(wrong) / len(plain) < 0.1, "half of the wrong words are missing"
    added_s = sum(word.length_s for word in distorted(interview, "framed") if not word.counts)
    assert 290.0 < added_s < 330.0
    asides = [word for word in distorted(interview, "interrupted") if not word.counts]
    assert asides and len(texts_of(distorted(interview, "interrupted"))) > len(interview.lines)


def test_a_line_across_two_phases_is_right_in_part_and_is_taught_as_most_of_it() -> None:
    words = [Word("a", "task", 1.0, 0), Word("b", "action", 2.0, 0), Word("c", "action", 1.0, 0)]
    assert [line.phase for line in lines_of(words)] == ["action"]
    aside = Word("yes", "action", 5.0, 0, counts=False)
    assert right_in_words([*words, aside], [PhaseBelief("action", 1.0)]) == (3.0, 4.0)


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
