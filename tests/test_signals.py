"""What was said: patterns with their proof, and what only sounds like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_interviewer.adapters.content_files import load_framework, load_frameworks
from voice_interviewer.core.signals import find_signals

LABELLED = Path(__file__).parent / "data" / "phases" / "signals.lst"


def cases() -> list[tuple[str, str, bool, str]]:
    """(framework, signal, said or not, text)."""
    found = []
    for raw in LABELLED.read_text(encoding="utf-8").splitlines():
        if raw and not raw.startswith("#"):
            framework, signal, said, text = raw.split("|", 3)
            found.append((framework, signal, said == "yes", text))
    return found


def heard(framework_id: str, text: str, phase: str | None = None) -> set[str]:
    return {one.signal_id for one in find_signals(load_framework(framework_id), phase, text)}


def test_every_labelled_signal_exists() -> None:
    known = {(f.id, s.id) for f in load_frameworks() for p in f.phases for s in p.signals}
    assert {(framework, signal) for framework, signal, _, _ in cases()} <= known


def test_precision_and_recall_on_the_labelled_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    right = missed = invented = 0
    wrong = []
    for framework, signal, said, text in cases():
        found = signal in heard(framework, text)
        right += found and said
        if said and not found:
            missed += 1
            wrong.append(f"missed {framework}.{signal}: {text}")
        if found and not said:
            invented += 1
            wrong.append(f"invented {framework}.{signal}: {text}")
    precision, recall = right / (right + invented), right / (right + missed)
    with capsys.disabled():
        print(f"\nsignals: precision {precision:.3f}, recall {recall:.3f} of {right + missed} said")
    assert precision >= 0.95, wrong
    assert recall >= 0.9, wrong


@pytest.mark.parametrize(
    "text",
    [
        "I don't see any risks.",
        "There are no risks in that.",
        "I'll get to the risks later.",
        "Should I talk about risks?",
        "At the end I will cover users, solutions, risks and metrics.",
    ],
)
def test_denied_put_off_and_asked_for_is_not_said(text: str) -> None:
    assert "risk_named" not in heard("circles", text)


def test_a_later_sentence_counts_when_the_first_denies_it() -> None:
    text = "I don't see any risks. Well, one risk is spam by fake sellers."
    (one,) = [
        h for h in find_signals(load_framework("circles"), "evaluate", text) if h.signal_id == "risk_named"
    ]
    assert one.quote.startswith("risk is spam")


def test_the_quote_is_the_candidates_own_words_in_their_place() -> None:
    text = "So  the main pain point is that they don\u2019t trust strangers. Okay?"
    for one in find_signals(load_framework("circles"), "report", text):
        assert text[one.start_offset : one.end_offset] == one.quote == one.quote.strip()


def test_only_the_asked_phase_is_looked_at() -> None:
    text = "The main pain point is the price, and my north star metric is orders per week."
    assert "pain_point_named" in heard("circles", text, "report")
    assert "metric_with_direction" not in heard("circles", text, "report")
    assert {"pain_point_named", "metric_with_direction"} <= heard("circles", text)


def test_we_is_not_i() -> None:
    assert "i_not_we" not in heard("star", "We decided to ship it, and the team built a dashboard.")
    assert "i_not_we" in heard("star", "So I decided to ship it on Friday.")


@pytest.mark.parametrize("text", ["", "   ", "?!", "okay"])
def test_nothing_is_heard_in_nothing(text: str) -> None:
    assert find_signals(load_framework("circles"), None, text) == []
