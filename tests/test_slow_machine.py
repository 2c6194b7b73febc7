"""A machine too slow for the speech: nothing is dropped, the screen says so, the report is complete."""

from __future__ import annotations

from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.speech import Word
from voice_interviewer.render.live_screen import PlainScreen, Snapshot

SHOT = Snapshot("listening", "", 60.0, 600.0, -40.0, False)


def ended(screen: PlainScreen, number: int, end_s: float) -> None:
    screen.observe(
        e.UtteranceEnded(end_s + 0.4, number, end_s - 2, end_s), [c.Transcribe(number, end_s - 2, end_s)]
    )


def understood(screen: PlainScreen, number: int, at_s: float) -> None:
    screen.observe(e.Transcribed(at_s, number, 0.0, 1.0, (Word(f"word{number}", 0.0, 1.0, 0.9),)), [])


def notes(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("Note")]


def test_words_that_come_in_time_are_not_worth_a_note() -> None:
    lines: list[str] = []
    screen = PlainScreen(lambda: SHOT, lines.append)
    for number in range(1, 6):
        ended(screen, number, 10.0 * number)
        understood(screen, number, 10.0 * number + 3)
    assert notes(lines) == []


def test_words_that_fall_behind_are_told_once_and_once_more_when_they_catch_up() -> None:
    lines: list[str] = []
    screen = PlainScreen(lambda: SHOT, lines.append)
    for number in (1, 2, 3):
        ended(screen, number, 5.0 * number)
    screen.observe(e.Tick(25.0), [])
    assert len(notes(lines)) == 1 and "s behind with your words" in notes(lines)[0]
    for number in (1, 2, 3):
        understood(screen, number, 26.0 + number)
    assert notes(lines)[1:] == ["Note: The words have caught up."]
    assert [line for line in lines if line.startswith("You")] == [f"You: word{n}" for n in (1, 2, 3)]


def test_a_look_ahead_that_was_dropped_is_not_waited_for() -> None:
    lines: list[str] = []
    screen = PlainScreen(lambda: SHOT, lines.append)
    screen.observe(e.SpeechPaused(3.0, 1, 1.0, 2.8), [c.Transcribe(1, 1.0, 2.8, final=False)])
    screen.observe(e.Tick(60.0), [])
    assert notes(lines) == []
