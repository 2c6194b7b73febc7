"""The terminal summary: 80 columns, no colour needed."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests import report_samples
from voice_interviewer.analysis.report import build_report
from voice_interviewer.render.terminal import clock, summary


def shown(sample: object, width: int = 80) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=True, force_terminal=False)
    console.print(summary(build_report(sample())))  # type: ignore[operator]
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_console(width: int) -> None:
    assert max(len(line) for line in shown(report_samples.interview, width).splitlines()) <= width


def test_what_matters_is_said_in_words() -> None:
    text = shown(report_samples.interview)
    for part in (
        "5.5 a minute",
        "161 wpm",
        "130-165 good",
        "Cut through priorities",
        "skipped",
        "Keep",
        "Work on",
    ):
        assert part in text
    assert "\x1b" not in text


def test_a_story_shows_shares() -> None:
    assert "55% of 10%" in shown(report_samples.story)


def test_a_silent_recording_says_so_and_shows_no_figures() -> None:
    text = shown(report_samples.silence)
    assert "no speech was recognised" in text
    assert "wpm" not in text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (75.2, "1:15"), (3671, "1:01:11")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
