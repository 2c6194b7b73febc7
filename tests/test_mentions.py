"""What the candidate mentioned, taken up in their own words: only what is surely a noun phrase."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rehearsal import Rehearsal
from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.core import probing, wording
from voice_interviewer.core.content import Question
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.mentions import fluent, is_counted, mentioned

SPOKEN = sorted((Path(__file__).parent / "data" / "phases").glob("*/train-*.txt"))


@pytest.mark.parametrize(
    ("said", "phrases"),
    [
        ("We could put a sensor in the waiting room, right.", ["the waiting room"]),
        ("um, so, uh, I'd go with the origin cache because it's cheap", ["the origin cache"]),
        ("there's, there's a light curtain, you know, and that's it.", ["a light curtain"]),
        ("I talked, um, about my roadmap with them.", ["your roadmap"]),
        ("We have, like, twenty five patients per day.", ["twenty five patients"]),
        ("So I'd test that with ten families, ten families at first.", ["ten families"]),
        ("The claims app was slow.", ["The claims app".lower()]),
        ("With an AI tutor that unblocks them, and a credit card.", ["an AI tutor", "a credit card"]),
    ],
)
def test_a_noun_phrase_is_found_in_spoken_text(said: str, phrases: list[str]) -> None:
    assert mentioned(said) == phrases


@pytest.mark.parametrize(
    "said",
    [
        "If the partner learns from us then it's over.",
        "When the gateway terminates TLS it checks the key.",
        "The power's uneven.",
        "I put it in the, um, the",
        "so the um the thing is that",
        "It costs five dollars.",
        "We owe the pupils the truth.",
        "I liked how you did the math out loud and it helped.",
        "The fare shown upfront is what they want.",
        "I'd go to a shop assistant and ask.",
        "If it fills in the boiler pressure, that's gone.",
        "They changed, say, the phone number of a customer.",
        "So I shouldn't get too excited about a flashy onboarding.",
        "It's the first step of the process, at the end of the day.",
        "a lot of the time a few of my own people",
        "The app",
        "uh, um, mm",
        "",
    ],
)
def test_what_is_not_surely_one_is_left_alone(said: str) -> None:
    assert mentioned(said) == []


def test_phrases_of_recognised_interviews_are_short_and_plain() -> None:
    """Each begins as a noun phrase does, stands in the text, and holds no filler and no end of a sentence."""
    found = []
    for path in SPOKEN:
        for line in path.read_text(encoding="utf-8").splitlines():
            low = " ".join(re.findall(r"[a-z0-9'\-]+", fluent(line).lower()))
            for phrase in mentioned(line):
                bare = re.sub(r"^your ", "", phrase.lower())
                assert bare in low, (phrase, line)
                found.append(phrase)
    assert len(found) > 500
    for phrase in found:
        words = phrase.split()
        assert 2 <= len(words) <= 8
        assert words[0] in {"a", "an", "the", "your"} or is_counted(phrase)
        assert not {"um", "uh", "er", "the", "a"} & {word.lower() for word in words[1:]}
        assert not re.search(r"[.,;:?!]", re.sub(r"(?<=\d)[.,](?=\d)", "", phrase))


@given(st.text(alphabet="abcdeth .,?!'0123456789-\n", max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    for phrase in mentioned(text):
        assert phrase and wording.word_count(phrase) <= 10


def test_every_probe_is_one_short_question_whatever_it_is_about() -> None:
    types = {framework.type for framework in load_frameworks()}
    assert types == set(probing.OF_TYPE)
    for type_id in (*types, "other"):
        for phrase in ("two hundred thousand human beings", "your responsible scaling policy"):
            for text in probing.probes(type_id, phrase):
                assert wording.is_speakable(text) and text.endswith("?") and phrase in text


def test_the_same_question_is_not_asked_of_two_things() -> None:
    said: list[str] = []
    for phrase in ("the museum map", "the quiet lift", "the treasure hunt", "the stroller", "the rain"):
        said.append(probing.probes("product-design", phrase, said)[0])
    assert len({text.partition(": ")[2] for text in said}) == len(said)
    assert probing.probes("product-design", "the door", said), "then they begin anew"


TURNS = (
    "So, um, the goal here is, is repeat visits, and I'd assume it's one museum in a large city.",
    "For the users I think of rainy day families, and they come by with a double stroller, usually.",
    "The biggest pain point is, uh, the narrow staircase, because you can't get up there with a stroller.",
    "I'd build a quiet lift, and, you know, there's a museum map for the kids with a treasure hunt in it.",
    "The trade-off is that the lift is expensive, so we'd begin with the treasure hunt and ten families.",
)


def test_a_good_part_of_the_prompts_takes_up_what_was_said() -> None:
    framework = next(one for one in load_frameworks() if one.id == "circles")
    asked, taken = 0, []
    for seed in range(6):
        question = Question("x", framework.type, "circles", "Design a product for museums.", 2)
        talk = Rehearsal(Interviewer(Setup(framework, question, 25.0, seed))).start()
        for turn in TURNS:
            talk.answers(turn)
        prompts = [say.text for say in talk.prompts if say.kind in ("follow_up", "invitation", "nudge")]
        asked += len(prompts)
        taken += [text for text in prompts if re.search(r"[Yy]ou (mentioned|said|brought up|chose) ", text)]
    assert len(taken) / asked >= 0.25
    said = fluent(" ".join(TURNS)).lower()
    for text in taken:
        match = re.search(r"(?:mentioned|said|brought up) ([a-z ]+)[:.]", text)
        assert match is None or match[1] in said, text


def test_nothing_is_taken_up_twice() -> None:
    framework = next(one for one in load_frameworks() if one.id == "system-design")
    question = Question("x", framework.type, framework.id, "Design a photo service.", 2)
    talk = Rehearsal(Interviewer(Setup(framework, question, 40.0, 2))).start()
    for _ in range(12):
        talk.answers(
            "We'd read from the origin cache, and again from the origin cache, with a message queue."
        )
    texts = [say.text for say in talk.prompts]
    assert sum("the origin cache" in text for text in texts) <= 1
    assert len(set(texts)) >= len(texts) - 3
