"""The candidate's own words, as an interviewer would take them up."""

from __future__ import annotations

import pytest

from tests.rehearsal import Rehearsal
from voice_interviewer.adapters.content_files import load_framework
from voice_interviewer.core.content import Question
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.quoting import as_quote, choices


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("focus on bus drivers because they are many", "bus drivers"),
        ("segment would be college students who live on campus", "college students"),
        ("the biggest pain point is unfamiliar places", "unfamiliar places"),
        ("my own mother in the hospital", "your own mother in the hospital"),
        ("a phone app that describes the way", "a phone app"),
    ],
)
def test_what_is_taken_up_stands_on_its_own(said: str, quote: str) -> None:
    assert as_quote(said) == quote


@pytest.mark.parametrize(
    "said", ["three groups", "the biggest pain point", "it", "", "so we", "I think", "um, uh"]
)
def test_words_that_say_nothing_are_not_taken_up(said: str) -> None:
    assert as_quote(said) == ""


def test_choices_are_what_one_would_do() -> None:
    text = (
        "There are three ideas. I'd go with the detective game, it is cheap. Then let me solve the boredom."
    )
    assert choices(text) == ["the detective game", "the boredom"]
    assert choices("They go with their parents and we sat there.") == []


def test_a_choice_is_asked_about_in_the_candidates_words() -> None:
    framework = load_framework("circles")
    question = Question("x", framework.type, "circles", "Design a product for museums.", 2)
    talk = Rehearsal(Interviewer(Setup(framework, question, 20.0, 1))).start()
    talk.answers("The goal is repeat visits, and I assume that it is one museum in a large city.")
    talk.answers("So let's talk about the users. There are tourists and there are school classes as well.")
    talk.answers("Of the user segments I'd go with rainy day families. They are my target segment of users.")
    talk.answers("These users live nearby, and this segment of users could come more often than others.")
    asked = " ".join(say.text.lower() for say in talk.prompts)
    assert "rainy day families" in asked
