"""Whether a line answers the question's own follow-up: what the head looks at, and how it is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.small_content import question
from voice_interviewer.adapters.answer_head import FEATURES, FILE, AnswerHead, Answering, FollowUps
from voice_interviewer.adapters.meaning_features import Array
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core.content import FollowUp, Question
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.hearing import ANSWERS

ASKED = Question(
    "q",
    "product-design",
    "circles",
    "How would you improve the bus?",
    2,
    follow_ups=(FollowUp("a", "Which drivers are late?"), FollowUp("b", "What does a ticket cost?")),
)


def embed(texts: list[str]) -> Array:
    """Two directions: talk of drivers, talk of tickets."""
    rows = np.zeros((len(texts), 384), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[0] = "driver" in text
        row[1] = "ticket" in text
        row[2] = 0.1
    return rows


def head() -> AnswerHead:
    weights = np.zeros(FEATURES, dtype=np.float32)
    weights[0], weights[1], weights[-1] = 8.0, -4.0, -4.0
    return AnswerHead(weights)


def test_the_head_is_kept(tmp_path: Path) -> None:
    head().save(tmp_path / FILE)
    again = AnswerHead.load(tmp_path / FILE)
    assert again is not None and np.allclose(again.weights, head().weights)
    assert AnswerHead.load(tmp_path / "none.npz") is None


def test_a_head_of_other_features_is_not_used(tmp_path: Path) -> None:
    AnswerHead(np.zeros(FEATURES + 1, dtype=np.float32)).save(tmp_path / FILE)
    assert AnswerHead.load(tmp_path / FILE) is None


def test_a_broken_head_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ModelError, match="follow-ups"):
        AnswerHead.load(tmp_path / FILE)


def test_a_passage_is_compared_with_every_follow_up() -> None:
    found = FollowUps(ASKED, embed).features(
        ["The driver of line nine."], embed(["The driver of line nine."])
    )
    assert found.shape == (1, 2, FEATURES)
    own, other = found[0]
    assert own[0] > other[0] and own[1] == other[0] and other[1] == own[0]
    assert own[4] > 0.0 == other[4], "it shares a word with the first only"


def test_a_question_with_one_follow_up_has_none_to_compare_it_with() -> None:
    alone = Question("q", "t", "f", "Why?", 2, follow_ups=ASKED.follow_ups[:1])
    assert FollowUps(alone, embed).features(["No."], embed(["No."])).shape == (1, 1, FEATURES)


def test_the_best_passage_answers() -> None:
    answering = Answering(head(), ASKED, embed)
    said = ["We are all friends here.", "The driver of line nine is late."]
    scores = answering.scores(said, embed(said))
    assert scores[f"{ANSWERS}0"] > 0.9
    assert scores.get(f"{ANSWERS}1", 0.0) < 0.1


def test_the_shipped_head_takes_nearness_for_it_and_nearness_to_another_against_it() -> None:
    shipped = AnswerHead.load(content_dir() / FILE)
    assert shipped is not None
    near, other = shipped.weights[:2]
    assert near > 0 > other


def test_without_follow_ups_nothing_is_scored() -> None:
    assert FollowUps(question(), embed).texts == [one.text for one in question().follow_ups]
