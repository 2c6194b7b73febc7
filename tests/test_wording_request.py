"""A language model's words: what is let through, sentence by sentence, and what bridges the wait for them."""

from __future__ import annotations

import itertools

import pytest

from tests.rehearsal import Rehearsal
from tests.small_content import framework, question
from voice_interviewer.adapters.content_files import load_company, load_framework, load_question
from voice_interviewer.adapters.language_model import messages_for
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core import wording
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.wording_request import ACKNOWLEDGE_AFTER_S, WordingRequest, is_allowed

ASKED = Decision(
    "follow_up",
    "Who exactly is it for?",
    "signal:segment",
    "identify",
    "Ask for a user segment.",
    ("bus drivers in the city",),
    withheld=("Night drivers share one break room", "Depots differ in size"),
)


def opened(budget_s: float = 2.0) -> WordingRequest:
    request = WordingRequest(budget_s)
    request.open(10.0, ASKED)
    return request


def said(request: WordingRequest, at_s: float, text: str, *, last: bool = False) -> str | None:
    decision = request.offer(e.FollowUpReady(at_s, 1, text, last))
    return decision.text if decision else None


def test_the_first_sentence_is_spoken_before_the_second_is_there() -> None:
    request = opened()
    assert said(request, 10.5, "You mentioned bus drivers.") == "You mentioned bus drivers."
    assert request.is_open
    assert said(request, 11.0, "Which of them is it for?", last=True) == "Which of them is it for?"
    assert not request.is_open


def test_a_reply_that_stops_before_its_question_is_finished_by_the_bank() -> None:
    request = opened()
    said(request, 10.5, "You mentioned bus drivers.")
    assert said(request, 11.0, "", last=True) == ASKED.text


def test_a_rest_that_does_not_come_is_finished_by_the_bank() -> None:
    request = opened()
    said(request, 10.5, "You mentioned bus drivers.")
    assert not request.is_overdue(12.4)
    assert request.is_overdue(12.5)
    decision = request.cut_short()
    assert decision is not None and decision.goes_on and decision.text == ASKED.text


def test_a_rest_that_may_not_be_said_is_replaced() -> None:
    request = opened()
    said(request, 10.5, "You mentioned bus drivers.")
    assert said(request, 11.0, "As an AI language model I ask who?", last=True) == ASKED.text


def test_a_first_sentence_about_something_else_is_not_spoken() -> None:
    request = opened()
    elsewhere = "A simple, effective way to avoid common mistakes in this language."
    assert said(request, 10.5, elsewhere) == ASKED.text
    assert not request.is_open


def test_stale_words_are_ignored() -> None:
    request = opened()
    assert request.offer(e.FollowUpReady(10.5, 7, "Who is it for?")) is None
    assert request.is_open
    request.cut_short()
    assert said(request, 13.0, "Who is it for?") is None


@pytest.mark.parametrize(
    "text",
    [
        "Who exactly is \x1b[31mit for, bus drivers?",
        "Great point! Who is it for?",
        "Who is it for? And why them?",
        "Your answer could be: it is for drivers.",
        "A simple way to answer: who is it for?",
        "Task: ask who it is for?",
        "A rewritten version: who exactly is it for?",
        "Have you thought of night drivers who share a break room?",
        "What is your favourite colour?",
        "Tell me who it is for.",
        "Who is it for, and " + "really " * 30 + "why?",
        "<b>Who is it for?</b>",
    ],
)
def test_what_must_not_be_said_is_not(text: str) -> None:
    assert not is_allowed(text, ASKED)


@pytest.mark.parametrize(
    "text",
    ["You mentioned bus drivers: why them?", "Who, exactly, would use it?", "For whom exactly is that?"],
)
def test_a_natural_wording_is_let_through(text: str) -> None:
    assert is_allowed(text, ASKED)


def test_a_wait_is_bridged_once_and_not_for_two_requests_running() -> None:
    request = opened()
    assert not request.acknowledgement_due(10.0 + ACKNOWLEDGE_AFTER_S - 0.01)
    assert request.due_at_s == 10.0 + ACKNOWLEDGE_AFTER_S
    assert request.acknowledgement_due(10.0 + ACKNOWLEDGE_AFTER_S)
    assert not request.acknowledgement_due(11.0)
    request.cancel()
    request.open(20.0, ASKED)
    assert request.due_at_s == 22.0
    assert not request.acknowledgement_due(21.0)
    request.cancel()
    request.open(30.0, ASKED)
    assert request.acknowledgement_due(31.0)


def test_words_that_are_there_at_once_need_no_bridge() -> None:
    request = opened()
    said(request, 10.3, "You mentioned bus drivers.")
    assert not request.acknowledgement_due(11.0)


# -- in a whole interview ------------------------------------------------------------------------


class SlowModel(Rehearsal):
    """Answers each request for words after `delay_s`, with these sentences; after None, never."""

    delay_s: float | None = 1.2
    sentences: tuple[str, ...] = ("You said something.", "Who exactly is the goal for?")

    def _carry_out(self, command: c.Command) -> None:
        super()._carry_out(command)
        if isinstance(command, c.AskFollowUp) and self.delay_s is not None:
            for number, sentence in enumerate(self.sentences):
                last = number == len(self.sentences) - 1
                at_s = self.now_s + self.delay_s + 0.4 * number
                self.schedule(e.FollowUpReady(at_s, command.request_id, sentence, last))


ANSWERS = [
    "So I would begin with the buses in the city and why they are late in the morning hours.",
    "Then there is the weather, and there are the road works, which nobody tells the drivers about.",
    "And on top of it the drivers change at the depot, which takes a while every single time.",
    "The passengers wait in the rain meanwhile, and they look at their phones and wonder.",
]


def interview(delay_s: float | None, sentences: tuple[str, ...] | None = None) -> SlowModel:
    talk = SlowModel(Interviewer(Setup(framework(), question(), 10.0, 3, writer=True)))
    talk.delay_s = delay_s
    if sentences:
        talk.sentences = sentences
    talk.start()
    for answer in ANSWERS:
        talk.answers(answer)
    return talk


def test_a_slow_model_is_bridged_now_and_then_and_never_with_the_same_word_twice() -> None:
    talk = interview(1.2)
    kinds = [say.kind for say in talk.prompts]
    bridges = [say.text for say in talk.prompts if say.kind == "acknowledgement"]
    requests = sum(isinstance(command, c.AskFollowUp) for command in talk.commands)
    assert requests >= 3
    assert 1 <= len(bridges) <= (requests + 1) // 2
    assert set(bridges) <= set(wording.ACKNOWLEDGEMENTS)
    assert all(one != other for one, other in itertools.pairwise(bridges))
    after = kinds[kinds.index("acknowledgement") + 1]
    assert after in ("follow_up", "invitation", "push_back")


def test_a_quick_model_is_not_bridged() -> None:
    assert not [say for say in interview(0.2).prompts if say.kind == "acknowledgement"]


def test_sentences_are_spoken_one_after_the_other_and_count_as_one_question() -> None:
    talk = interview(0.2)
    texts = [say.text for say in talk.prompts]
    at = texts.index("You said something.")
    assert texts[at + 1] == "Who exactly is the goal for?"
    memory = talk.interviewer.memory
    requests = sum(isinstance(command, c.AskFollowUp) for command in talk.commands)
    assert sum(memory.follow_ups_in.values()) <= requests
    assert talk.interviewer.state == "listening"


@pytest.mark.parametrize("sentences", [("You said something.",), ("Mind the depot.", "")])
def test_a_model_that_stops_short_leaves_the_floor_free(sentences: tuple[str, ...]) -> None:
    talk = interview(0.2, sentences)
    assert talk.interviewer.state == "listening"
    assert talk.interviewer.taker.floor == "candidate"
    asked = [say.text for say in talk.prompts if say.kind == "follow_up"]
    assert any(text.endswith("?") for text in asked)


def test_a_model_that_never_answers_costs_its_budget_only() -> None:
    talk = interview(None)
    spoken = [say for say in talk.prompts if say.kind in ("follow_up", "invitation")]
    assert len(spoken) >= 3
    asked_at = list(talk.times.values())
    assert asked_at == sorted(asked_at)


def test_speaking_on_while_words_are_awaited_takes_the_floor_back() -> None:
    talk = SlowModel(Interviewer(Setup(framework(), question(), 10.0, 3, writer=True, writer_budget_s=6.0)))
    talk.delay_s = None
    talk.start()
    talk.says(ANSWERS[0])
    while not any(isinstance(command, c.AskFollowUp) for command in talk.commands):
        talk.wait(0.5)
    talk.wait(1.5)  # the bridge is spoken
    assert [say.kind for say in talk.prompts][-1] == "acknowledgement"
    talk.says(ANSWERS[1] + " " + ANSWERS[2])
    assert str(talk.interviewer.state) == "listening"
    assert talk.interviewer.taker.has_open_turn


def test_a_company_lends_its_interviewer_a_manner_and_words_of_its_own() -> None:
    company = load_company("amazon")
    setup = Setup(
        load_framework("star"), load_question("led-cross-functional-team"), 20.0, 1, company, writer=True
    )
    talk = Rehearsal(Interviewer(setup)).start()
    talk.answers("At my last company we had a search that nobody used, so I led a team of six to mend it.")
    (request, *_) = [one for one in talk.commands if isinstance(one, c.AskFollowUp)]
    assert request.manner == company.persona.tone
    assert company.persona.tone in messages_for(request)[0]["content"]
    spoken = {say.text for say in talk.prompts if say.kind == "acknowledgement"}
    assert spoken and spoken <= set(company.persona.acknowledgements)
