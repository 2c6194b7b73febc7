"""What the interviewers of the five companies bring along, and how answers are judged."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from voice_interviewer.adapters.content_files import (
    load_companies,
    load_company,
    load_frameworks,
    load_questions,
    load_rubrics,
)
from voice_interviewer.core.content import Company

COMPANIES = {one.id: one for one in load_companies()}
LOOPS = {  # minutes of each round, in order, as the brief gives them; Amazon's are an hour each
    "google": [45, 45, 45, 45, 45],
    "amazon": [60, 60, 60, 60, 60, 60],
    "microsoft": [60, 60, 60, 60],
    "openai": [60, 60, 45, 45, 45],
    "anthropic": [60, 60, 45, 45, 45],
}
LEADERSHIP = """
customer-obsession ownership invent-and-simplify are-right-a-lot learn-and-be-curious
hire-and-develop-the-best insist-on-the-highest-standards think-big bias-for-action frugality earn-trust
dive-deep have-backbone deliver-results
strive-to-be-earths-best-employer success-and-scale-bring-broad-responsibility
""".split()

every_company = pytest.mark.parametrize("company", list(COMPANIES.values()), ids=list(COMPANIES))


def test_the_loops_have_the_rounds_of_the_brief() -> None:
    assert {name: [one.minutes for one in company.rounds] for name, company in COMPANIES.items()} == LOOPS


def test_amazon_asks_for_sixteen_principles_in_their_order_and_has_a_bar_raiser() -> None:
    amazon = load_company("amazon")
    assert [one.id for one in amazon.principles] == LEADERSHIP
    assert "Bar raiser" in [one.name for one in amazon.rounds]
    assert all(len(one.principles) in (2, 3) for one in amazon.rounds)


@every_company
def test_every_principle_has_questions_and_probes_and_a_round(company: Company) -> None:
    covered = Counter(one for held in company.rounds for one in held.principles)
    for principle in company.principles:
        assert len(principle.questions) >= 3 and len(principle.probes) >= 3, principle.id
        assert len(set(principle.questions + principle.probes)) == len(principle.questions + principle.probes)
        assert covered[principle.id] >= 1, f"no round of {company.id} covers {principle.id}"


@every_company
def test_probes_ask_one_thing(company: Company) -> None:
    asks_twice = re.compile(r"\b(?:and|or) (?:who|what|how|why|when|where|which|did|do)\b", re.IGNORECASE)
    for principle in company.principles:
        for probe in principle.probes:
            assert probe.count("?") == 1 and not asks_twice.search(probe), probe
            assert len(probe.split()) <= 25, probe


@every_company
def test_every_round_can_be_held_with_a_question_of_its_own(company: Company) -> None:
    bank = [one for one in load_questions() if company.id in one.companies]
    needed = Counter(one.type for one in company.rounds)
    for kind, rounds in needed.items():
        assert sum(one.type == kind for one in bank) >= 2 * rounds, f"{company.id}, {kind}"
    for held in company.rounds:
        if held.type == "behavioural":
            for principle in held.principles:
                fitting = [one for one in bank if one.type == "behavioural" and principle in one.principles]
                assert fitting, f"{company.id} asks for {principle} and the bank has no story question for it"


@every_company
def test_interviewers_sound_different_and_praise_nobody(company: Company) -> None:
    persona = company.persona
    others = [one.persona for one in COMPANIES.values() if one is not company]
    for lines in (persona.openings, persona.closings):
        assert len(lines) >= 3
        assert all(line not in other.openings + other.closings for line in lines for other in others)
    assert len(persona.acknowledgements) >= 4
    said = " ".join(persona.openings + persona.closings + persona.acknowledgements).lower()
    assert not re.search(r"\b(?:great|excellent|perfect|awesome|well done|good answer|love)\b", said)
    assert len(company.criteria) >= 4 and len(company.good) >= 5


def test_every_type_has_a_rubric_whose_anchors_and_proofs_differ() -> None:
    rubrics = load_rubrics()
    frameworks = {one.type: one for one in load_frameworks()}
    assert set(rubrics) == set(frameworks)
    for kind, lines in rubrics.items():
        assert len(lines) >= 5
        valuable = {
            f"{frameworks[kind].id}.{signal.id}"
            for phase in frameworks[kind].phases
            for signal in phase.signals
            if signal.value >= 0.7
        }
        assert valuable <= {signal for line in lines for signal in line.signals}, (
            f"{kind} ignores what it wants"
        )
        for line in lines:
            assert len(set(line.anchors)) == 5 and line.signals, f"{kind}: {line.id}"


def test_interviewers_answer_in_one_sentence_and_have_facts() -> None:
    leaves_it_open = re.compile(
        r"\b(?:up to you|you (?:decide|choose)|as you (?:like|prefer)|whatever you)\b", re.IGNORECASE
    )
    for one in load_questions():
        for topic, fact in one.clarifications.items():
            assert not re.search(r"[.!?]\s+[A-Z]", fact), f"{one.id}, {topic}: {fact}"
        left_open = [fact for fact in one.clarifications.values() if leaves_it_open.search(fact)]
        assert len(left_open) <= 1, f"{one.id} leaves too much open: {left_open}"
