"""The optional line while speaking."""

from __future__ import annotations

import pytest

from voice_interviewer.analysis.live_figures import LiveFigures
from voice_interviewer.core.events import Transcribed
from voice_interviewer.core.speech import Word


def heard(number: int, start_s: float, texts: list[str], step_s: float, *, final: bool = True) -> Transcribed:
    words = tuple(
        Word(text, start_s + index * step_s, start_s + (index + 1) * step_s, 0.9)
        for index, text in enumerate(texts)
    )
    return Transcribed(words[-1].end_s + 1, number, start_s, words[-1].end_s, words, final)


def test_nothing_is_shown_before_anything_was_said() -> None:
    assert LiveFigures().line == ""


def test_rate_and_ums() -> None:
    figures = LiveFigures()
    figures.observe(heard(1, 0.0, ["so", "um,", *["word"] * 28], 0.5))
    assert figures.words_per_minute == pytest.approx(29 / 15 * 60)
    assert figures.line == "116 words a minute, 1 um so far"


def test_only_the_last_half_minute_counts_for_the_rate_and_all_of_it_for_ums() -> None:
    figures = LiveFigures()
    figures.observe(heard(1, 0.0, ["um"] + ["fast"] * 100, 0.1))
    figures.observe(heard(2, 60.0, ["uh"] + ["slow"] * 30, 1.0))
    assert figures.words_per_minute == pytest.approx(60, rel=0.05)
    assert "2 ums" in figures.line


def test_a_look_ahead_changes_nothing() -> None:
    figures = LiveFigures()
    figures.observe(heard(1, 0.0, ["um", "well"], 0.5, final=False))
    assert figures.line == ""
