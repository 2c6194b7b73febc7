"""Telling a question to the interviewer from thinking aloud, and finding the fact that answers it."""

from __future__ import annotations

import pytest

from tests.small_content import question
from voice_interviewer.core import clarifying


@pytest.mark.parametrize(
    "text",
    [
        "Is there a specific market we are looking at?",
        "Okay. Before I start, can I ask who the users are?",
        "Should I assume this is a mobile app?",
        "Are we optimizing for revenue or engagement?",
        "What's the goal here?",
        "Um, do we have a deadline?",
    ],
)
def test_questions_to_the_interviewer(text: str) -> None:
    assert clarifying.is_question_to_interviewer(text)


@pytest.mark.parametrize(
    "text",
    [
        "I would focus on students.",
        "So what are their pain points? Well, first, they miss the bus.",
        "Let me think, what else would I build?",
        "How would I prioritize that?",
        "So who are the users?",
        "",
    ],
)
def test_not_questions_to_the_interviewer(text: str) -> None:
    assert not clarifying.is_question_to_interviewer(text)


@pytest.mark.parametrize("text", ["Does that make sense?", "Okay, shall I continue?", "Any questions?"])
def test_checking_in_wants_no_fact(text: str) -> None:
    assert clarifying.is_checking_in(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Who are the users we care about?", "users"),
        ("Is there a deadline for this?", "timeline"),
        ("So when we say frontline workers?", None),
        ("Are we talking about one country or the global market?", "market"),
        ("What is the goal, revenue or engagement?", "goal"),
        ("How many engineers do we have?", "resources"),
        ("Is it an app or a website?", "platform"),
        ("Do I have a budget or legal constraints?", "constraints"),
        ("Can I have a glass of water?", None),
    ],
)
def test_the_topic_of_a_question(text: str, topic: str | None) -> None:
    assert clarifying.topic_of(text) == topic


def test_whoever_asks_how_to_go_on_may_choose() -> None:
    asked = "Would you want me to go into that, or go to how we'd measure it?"
    assert clarifying.wanted(asked, {"~none": 1.0}) == clarifying.CHOICE


def test_figures_on_the_users_are_not_who_they_are() -> None:
    assert clarifying.wanted("Do we have any data on when people drop off?", {"~users": 1.0}) == "none"


def test_a_question_that_was_announced_is_one_however_winding() -> None:
    asked = "Can I ask a couple of things? Like, are we a startup or is this, you know, a bigger company?"
    assert clarifying.wanted(asked, {"~-": 1.0}) == clarifying.NO_FACT
    assert clarifying.wanted("So, are we better off? Like, is it a bigger company?", {"~-": 1.0}) == "-"


def test_the_answer_is_the_questions_fact() -> None:
    topic = clarifying.wanted("Is there a deadline for this?", {})
    assert clarifying.fact(topic, question().clarifications) == (
        "timeline",
        "Results are wanted within a year.",
    )
    assert clarifying.fact(topic, {}) is None


def test_a_question_for_no_known_fact_has_no_answer() -> None:
    wanted = clarifying.wanted("Can I have a glass of water?", {})
    assert wanted == clarifying.NO_FACT
    assert clarifying.fact(wanted, question().clarifications) is None
