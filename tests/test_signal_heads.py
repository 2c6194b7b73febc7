"""Signals by meaning: heads that are kept, what they look at, and what the interviewer makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.small_content import framework, question
from voice_interviewer.adapters import signal_heads
from voice_interviewer.adapters.content_files import load_framework, load_frameworks
from voice_interviewer.adapters.meaning_features import Array
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.signal_heads import (
    HEADS,
    SignalHeads,
    Understanding,
    passages,
    signal_ids,
    understanding_of,
)
from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.hearing import GIVEN_ELSEWHERE, GIVEN_HERE, PROVED_BY, says_nothing
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.signals import GIVES


class Phases:
    """A stand-in for the phases' scorer."""

    def scores(self, text: str) -> dict[str, float]:
        return {"first": 1.0}


def embed(texts: list[str]) -> Array:
    """The first number tells whether a text speaks of metrics."""
    rows = np.zeros((len(texts), 384), dtype=np.float32)
    rows[:, 0] = [1.0 if "metric" in text else -1.0 for text in texts]
    return rows


def heads() -> SignalHeads:
    weights = np.zeros((385, 2), dtype=np.float32)
    weights[0] = [1.0, -1.0]
    return SignalHeads(["metric", "other"], weights)


def test_heads_are_kept(tmp_path: Path) -> None:
    heads().save(tmp_path / "one.npz")
    again = SignalHeads.read(tmp_path / "one.npz")
    assert again is not None and again.ids == ("metric", "other")
    assert np.allclose(again.weights, heads().weights, atol=1e-3)


def test_broken_heads_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "one.npz").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ModelError, match=r"one\.npz"):
        SignalHeads.read(tmp_path / "one.npz")


def test_heads_for_other_signals_are_not_used(tmp_path: Path) -> None:
    heads().save(tmp_path / "circles.npz")
    assert SignalHeads.load(tmp_path / "circles.npz", load_framework("circles")) is None
    assert SignalHeads.load(tmp_path / "none.npz", load_framework("circles")) is None


def test_the_best_sentence_speaks_for_the_text() -> None:
    understanding = Understanding(Phases(), heads(), embed)
    scores = understanding.scores("So this goes on for quite a while. And my metric would be rides per week.")
    assert scores["first"] == 1.0
    assert scores[GIVES + "metric"] > 0.9
    assert scores[GIVES + "other"] > 0.9  # the other sentence speaks for it
    assert (scores[PROVED_BY + "metric"], scores[PROVED_BY + "other"]) == (1.0, 0.0)
    assert understanding.scores("") == {"first": 1.0}


@pytest.mark.parametrize("text", ["Um, okay.", "I have nothing to add.", "Yes, that's it.", "Thank you."])
def test_a_line_without_content_gives_nothing(text: str) -> None:
    assert set(Understanding(Phases(), heads(), embed).scores(text)) == {"first"}
    assert says_nothing(text) and not says_nothing(text + " My metric is retention.")
    assert not says_nothing("20 percent.") and not says_nothing("Okay, riders.")


def test_short_sentences_are_read_with_their_neighbours() -> None:
    text = "School classes. Tourists. Locals with a membership. They all come on a rainy Sunday. Yes."
    read = passages(text)
    assert " ".join(read) == text
    assert all(len(one.split()) >= 6 for one in read)
    assert passages("Okay.") == ["Okay."]
    assert passages(" ") == []


def test_every_framework_has_heads_that_fit() -> None:
    for one in load_frameworks():
        found = SignalHeads.load(content_dir() / HEADS / f"{one.id}.npz", one)
        assert found is not None and set(found.ids) == signal_ids(one)


def test_without_the_sentence_model_there_is_no_understanding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_heads, "scorer_for", lambda *_args, **_more: None)
    assert understanding_of(load_framework("circles")) is None


def memory() -> Memory:
    small = framework()
    return Memory(small, question(), Agenda(small, 300.0), PhaseTracker(small))


def test_a_signal_given_by_meaning_counts_as_heard() -> None:
    mind = memory()
    here = mind.framework.phases[0]
    signal = here.signals[0].id
    mind.hear("Words that no pattern knows.", 0.0, 2.0, {GIVES + signal: GIVEN_HERE - 0.01})
    assert signal not in mind.heard_ids
    mind.hear("Words that no pattern knows.", 3.0, 5.0, {GIVES + signal: GIVEN_HERE})
    assert signal in mind.heard_ids


def test_another_phases_signal_must_be_surer() -> None:
    mind = memory()
    signal = mind.framework.phases[-1].signals[0].id
    mind.hear("Words that no pattern knows.", 0.0, 2.0, {GIVES + signal: GIVEN_ELSEWHERE - 0.01})
    assert signal not in mind.heard_ids
    mind.hear("Words that no pattern knows.", 3.0, 5.0, {GIVES + signal: GIVEN_ELSEWHERE})
    assert signal in mind.heard_ids
