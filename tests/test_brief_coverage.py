"""Every item of the preparation brief is carried by something in content/.

The list is tests/data/brief.toml; what the places in it mean is told in tests/brief_places.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.brief_places import CHECKERS, ROOT, frameworks, questions, words
from voice_interviewer.core.content import Question

BRIEF: dict[str, dict[str, str | list[str]]] = tomllib.loads(
    (ROOT / "tests" / "data" / "brief.toml").read_text(encoding="utf-8")
)
TOPICS = {"goal", "users", "platform", "market", "constraints", "timeline", "resources"}


def _items() -> Iterator[Any]:
    for section, items in BRIEF.items():
        for item, places in items.items():
            for place in [places] if isinstance(places, str) else places:
                yield pytest.param(item, place, id=f"{section}: {item} -> {place}"[:160])


@pytest.mark.parametrize(("item", "place"), list(_items()))
def test_is_carried(item: str, place: str) -> None:
    kind, _, ref = place.partition(":")
    CHECKERS[kind](item, ref)


# -- that the list itself is whole -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("Product Design Questions", 30),
        ("Metrics & Analytics Questions", 22),
        ("Technical Questions", 25),
        ("Behavioral Questions", 30),
        ("Company questions", 21),
        ("What ", 20),
        ("Six weeks", 17),
        ("References", 5),
        ("Assets", 5),
    ],
)
def test_the_list_has_every_item_of_the_brief(part: str, count: int) -> None:
    listed = [item for section, items in BRIEF.items() if section.startswith(part) for item in items]
    assert len(listed) == count


def test_the_diagnostic_questions_are_diagnosed() -> None:
    for place in BRIEF["Metrics & Analytics Questions: Diagnostic"].values():
        assert isinstance(place, str)
        assert questions()[place.removeprefix("question:")].framework == "diagnosis"


def test_no_prompt_of_the_brief_is_claimed_that_is_not_in_the_list() -> None:
    listed = {tuple(words(item)) for items in BRIEF.values() for item in items}
    for one in questions().values():
        for source in filter(None, (part.strip() for part in one.source.split("|"))):
            assert tuple(words(source)) in listed, f"{one.id}: {source}"


# -- that the bank is what it is said to be ---------------------------------------------------------


def _lacks(one: Question) -> Iterator[str]:
    if missing := TOPICS - set(one.clarifications):
        yield f"no answer about {', '.join(sorted(missing))}"
    for phase in frameworks()[one.framework].phases:
        if len(one.points.get(phase.id, ())) < 2:
            yield f"fewer than two points for {phase.id}"
    if not 2 <= len(one.follow_ups) <= 5:
        yield f"{len(one.follow_ups)} follow-ups"
    if not one.curve_ball:
        yield "no curve ball"


def test_every_question_can_hold_a_conversation() -> None:
    lacking = {one.id: faults for one in questions().values() if (faults := list(_lacks(one)))}
    assert lacking == {}


@pytest.mark.parametrize(
    ("type_", "fewest"),
    [
        ("product-design", 48),
        ("metrics", 30),
        ("diagnosis", 14),
        ("strategy", 20),
        ("technical", 25),
        ("behavioural", 30),
        ("prfaq", 5),
        ("responsible-ai", 5),
        ("ai-fluency", 5),
    ],
)
def test_there_are_enough_of_a_type_at_every_difficulty(type_: str, fewest: int) -> None:
    of_type = [one for one in questions().values() if one.type == type_]
    assert len(of_type) >= fewest
    assert {one.difficulty for one in of_type} == {1, 2, 3}


def test_no_text_is_shared_by_two_questions() -> None:
    owners: dict[str, set[str]] = {}
    for one in questions().values():
        spoken = (one.wording, one.curve_ball, *one.clarifications.values())
        asked = (follow_up.text for follow_up in one.follow_ups)
        points = (point for phase in one.points.values() for point in phase)
        for text in (*spoken, *asked, *points):
            if len(words(text)) >= 6:  # 'the United States and Canada' may well serve twice
                owners.setdefault(" ".join(words(text)), set()).add(one.id)
    assert {text: ids for text, ids in owners.items() if len(ids) > 1} == {}
