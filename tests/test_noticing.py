"""What a single utterance wants, by meaning: with the real sentence model and the heads that are shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.small_content import framework, question
from tests.test_followup_lists import lines
from voice_interviewer.adapters import noticing
from voice_interviewer.adapters.content_files import load_framework
from voice_interviewer.adapters.meaning_features import Array
from voice_interviewer.adapters.noticing import FILE, Noticing, NoticingHeads, noticing_with, tail
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.signal_heads import understanding_of
from voice_interviewer.core import clarifying, wording
from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.claims import DOUBTS, WEAK
from voice_interviewer.core.clarifying import CHECK, NO_FACT, NOTHING, TOPICS, WANTS
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.prompting import Prompter


@pytest.fixture(scope="module")
def ears() -> Noticing:
    found = understanding_of(load_framework("circles"))
    if not isinstance(found, Noticing):
        pytest.skip("SKIPPED: noticing needs the sentence model (voice-interviewer models fetch)")
    return found


def test_questions_nods_and_doubts_are_noticed_in_lines_not_learned_from(ears: Noticing) -> None:
    """A floor well under the published figures."""
    wanted = [
        (label, clarifying.wanted(text, ears.noticed(text)))
        for label, text in lines("held-out", "clarifying")
    ]
    asked = [(label, found) for label, found in wanted if label in (*TOPICS, NO_FACT)]
    assert sum(label == found for label, found in asked) / len(asked) >= 0.75
    for kind in (CHECK, "question"):
        true = [label == kind or (kind == "question" and label in (*TOPICS, NO_FACT)) for label, _ in wanted]
        seen = [found == kind or (kind == "question" and found in (*TOPICS, NO_FACT)) for _, found in wanted]
        hits = sum(a and b for a, b in zip(true, seen, strict=True))
        assert hits / sum(true) >= 0.75 and hits / sum(seen) >= 0.75
    weak = [(label == "weak", WEAK in ears.noticed(text)) for label, text in lines("held-out", "claims")]
    assert sum(a and b for a, b in weak) / sum(b for _, b in weak) >= 0.75


def test_a_plain_statement_is_not_read_twice(ears: Noticing, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object) -> Array:
        raise AssertionError("nothing in it may ask")

    monkeypatch.setattr(noticing, "question_features", never)
    assert ears.wanted("They travel by bus every day.") == NOTHING
    assert ears.noticed("  ") == {}


def test_the_tail_of_a_sentence_is_what_follows_its_last_comma() -> None:
    assert tail("I'm assuming adults, is that fair?") == "is that fair?"
    assert tail("Is that fair?") == "Is that fair?"


def test_broken_heads_are_one_clear_line_and_missing_ones_change_nothing(
    tmp_path: Path, ears: Noticing
) -> None:
    assert noticing_with(ears, ears._embed, tmp_path) is ears
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ModelError, match="noticing"):
        noticing_with(ears, ears._embed, tmp_path)
    NoticingHeads(*(np.zeros((7, 3), dtype=np.float32),) * 3).save(tmp_path / FILE)
    assert noticing_with(ears, ears._embed, tmp_path) is ears, "heads of another version are not used"


def test_the_shipped_heads_fit_their_features(ears: Noticing) -> None:
    heads = NoticingHeads.load(content_dir() / FILE)
    assert heads is not None
    row = noticing.question_features("Is it for adults?", ears._embed)
    assert (row @ heads.kinds).shape == (3,) and (noticing.about_features(row) @ heads.about).shape == (8,)
    assert (noticing.claim_features("It is.", ears._embed) @ heads.weak).shape == (1,)
    assert np.isfinite(heads.kinds).all()


# -- what the interviewer makes of it ------------------------------------------------------------


def reply(text: str, meanings: dict[str, float], *, turn: str = "") -> tuple[str, str]:
    small = framework()
    memory = Memory(small, question(), Agenda(small, 600.0), PhaseTracker(small))
    memory.agenda.start(0.0)
    memory.hear(text, 1.0, 4.0, meanings)
    decision = Prompter(memory, seed=1).decide(5.0, turn or text)
    return decision.kind, decision.text


def test_what_the_words_mean_decides_what_is_answered() -> None:
    facts = question().clarifications
    topic = next(iter(facts))
    odd = "And the whole thing, for whom or what, if I may."
    assert reply(odd, {WANTS + topic: 1.0}) == ("clarification", facts[topic])
    assert reply(odd, {WANTS + NO_FACT: 1.0})[0] == "clarification"
    assert reply(odd, {WANTS + CHECK: 1.0})[1] in wording.GO_ON
    assert reply("Who are the users?", {WANTS + NOTHING: 1.0})[0] != "clarification"


def test_words_that_were_not_read_for_their_meaning_go_by_patterns() -> None:
    text = "Who are the users?"
    assert reply(text, {})[0] == "clarification"
    assert reply("Hm.", {WANTS + NOTHING: 1.0}, turn=text)[0] == "clarification"


def test_a_claim_that_is_weak_by_its_meaning_is_doubted_once() -> None:
    kind, text = reply("And then the growth takes care of the rest on its own.", {WEAK: 0.4})
    assert kind == "push_back" and text in DOUBTS
    assert reply("And then the growth takes care of the rest on its own.", {})[0] != "push_back"
