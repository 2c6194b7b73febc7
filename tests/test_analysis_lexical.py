"""Filler words are told from words that carry meaning."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from voice_interviewer.analysis.lexical_fillers import lexical_fillers
from voice_interviewer.analysis.tokens import spoken_words
from voice_interviewer.core.speech import Word

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "bench_lexical", ROOT / "scripts" / "bench_lexical_fillers.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_lexical"] = module
    spec.loader.exec_module(module)
    return module


def tokens(text: str) -> list[str]:
    words = [Word(part, n * 0.3, n * 0.3 + 0.28, 0.9) for n, part in enumerate(text.split())]
    return [filler.token for filler in lexical_fillers(spoken_words(words, [1] * len(words)))]


@pytest.mark.parametrize(
    "text",
    [
        "I like it.",
        "I would like to know the goal.",
        "You know the answer.",
        "Turn to the right side.",
        "It is a new kind of product.",
        "We came just in time.",
        "We cut it so that we could ship.",
        "It works well.",
        "What I mean is trust.",
        "That's kind of you.",
        "As you know, it failed.",
        "It looks like a queue.",
    ],
)
def test_these_carry_meaning(text: str) -> None:
    assert tokens(text) == []


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("It was, like, huge.", "like"),
        ("It was, you know, late.", "you know"),
        ("So, I would start there.", "so"),
        ("It failed, I mean, it broke.", "i mean"),
        ("It was kind of slow.", "kind of"),
        ("We shipped it, right, and left.", "right"),
        ("Actually, let me start again.", "actually"),
        ("Basically, we had none.", "basically"),
        ("It literally took us a year.", "literally"),
    ],
)
def test_these_fill(text: str, token: str) -> None:
    assert tokens(text) == [token]


def test_the_sentences_are_many_and_two_sided(bench: ModuleType) -> None:
    samples = bench.sentences()
    assert len(samples) >= 150
    assert sum(bool(sample.gold) for sample in samples) >= 60
    assert sum(not sample.gold for sample in samples) >= 60


@pytest.mark.parametrize("held_out", [False, True])
def test_precision_and_recall_on_the_sentences(bench: ModuleType, held_out: bool) -> None:
    total = bench.score([sample for sample in bench.sentences() if sample.held_out == held_out])[""]
    assert total.precision >= 0.93
    assert total.recall >= 0.93


def test_an_um_beside_it_does_not_hide_the_neighbours() -> None:
    assert tokens("We had, um, you know, no time.") == ["you know"]
    assert tokens("I um like it.") == []
    assert tokens("I, um, like, wrote it.") == ["like"]


def test_one_word_is_never_counted_twice() -> None:
    assert tokens("You know what I mean, like, it was late.") == ["you know", "like"]
