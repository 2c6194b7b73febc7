"""Voice activity to utterances: hysteresis, pauses, length limits, and nothing lost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_interviewer.core.events import (
    Event,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechSuspected,
    UtteranceEnded,
)
from voice_interviewer.core.segmenter import Segmenter, SegmenterSettings

FRAME_S = 0.02


def frames(*runs: tuple[bool, float]) -> list[bool]:
    """Runs of (voiced, seconds) as frames."""
    return [voiced for voiced, length_s in runs for _ in range(round(length_s / FRAME_S))]


def run(flags: list[bool], settings: SegmenterSettings | None = None, *, flush: bool = True) -> list[Event]:
    segmenter = Segmenter(settings or SegmenterSettings())
    events: list[Event] = []
    for index, voiced in enumerate(flags):
        events += segmenter.push(round((index + 1) * FRAME_S, 4), voiced)
    if flush:
        events += segmenter.flush(len(flags) * FRAME_S)
    return events


def shape(events: list[Event]) -> list[tuple[str, float, float, float]]:
    """(name, at_s, start_s, end_s), rounded; -1 for what an event does not have."""
    return [
        (
            type(event).__name__,
            round(event.at_s, 2),
            round(getattr(event, "start_s", -1.0), 2),
            round(getattr(event, "end_s", -1.0), 2),
        )
        for event in events
    ]


def test_one_utterance_carries_speech_times_not_detection_times() -> None:
    events = run(frames((False, 1.0), (True, 2.0), (False, 1.0)))
    assert shape(events) == [
        ("SpeechSuspected", 1.08, 1.0, -1.0),
        ("SpeechStarted", 1.12, 1.0, -1.0),
        ("SpeechPaused", 3.2, 1.0, 3.0),
        ("UtteranceEnded", 3.46, 1.0, 3.0),
    ]


def test_a_pause_shorter_than_the_hint_is_no_event() -> None:
    names = [name for name, *_ in shape(run(frames((True, 1.0), (False, 0.16), (True, 1.0), (False, 1.0))))]
    assert names == ["SpeechSuspected", "SpeechStarted", "SpeechPaused", "UtteranceEnded"]


def test_speech_that_goes_on_within_the_pause_resumes_the_same_utterance() -> None:
    events = run(frames((True, 1.0), (False, 0.3), (True, 1.0), (False, 1.0)))
    assert shape(events) == [
        ("SpeechSuspected", 0.08, 0.0, -1.0),
        ("SpeechStarted", 0.12, 0.0, -1.0),
        ("SpeechPaused", 1.2, 0.0, 1.0),
        ("SpeechResumed", 1.36, -1.0, -1.0),
        ("SpeechPaused", 2.5, 0.0, 2.3),
        ("UtteranceEnded", 2.76, 0.0, 2.3),
    ]


def test_a_longer_silence_makes_two_utterances() -> None:
    events = run(frames((True, 1.0), (False, 0.6), (True, 1.0), (False, 1.0)))
    ended = [event for event in events if isinstance(event, UtteranceEnded)]
    assert [(e.utterance_id, round(e.start_s, 2), round(e.end_s, 2)) for e in ended] == [
        (1, 0.0, 1.0),
        (2, 1.6, 2.6),
    ]


@pytest.mark.parametrize("burst_s", [0.02, 0.04, 0.08, 0.1])
def test_clicks_open_nothing(burst_s: float) -> None:
    keys = [(True, burst_s), (False, 0.3)] * 20
    assert not [event for event in run(frames(*keys)) if not isinstance(event, SpeechSuspected)]


def test_a_long_click_is_suspected_once() -> None:
    assert run(frames((True, 0.06), (False, 0.3))) == []
    (hint,) = run(frames((False, 1.0), (True, 0.1), (False, 0.3)))
    assert isinstance(hint, SpeechSuspected)
    assert (round(hint.at_s, 2), round(hint.start_s, 2)) == (1.08, 1.0)


def test_a_click_in_a_pause_neither_resumes_nor_prolongs_it() -> None:
    quiet = run(frames((True, 1.0), (False, 1.0)))
    clicked = run(frames((True, 1.0), (False, 0.3), (True, 0.04), (False, 0.66)))
    assert shape(clicked) == shape(quiet)


def test_an_onset_with_a_dropped_frame_still_starts() -> None:
    events = run(frames((False, 0.5), (True, 0.06), (False, 0.02), (True, 0.5), (False, 1.0)))
    assert isinstance(events[1], SpeechStarted)
    assert events[1].start_s == pytest.approx(0.5)


def test_long_speech_is_cut_at_a_dip_after_the_soft_limit() -> None:
    events = run(frames((True, 19.0), (False, 0.12), (True, 3.0), (False, 1.0)))
    ended = [event for event in events if isinstance(event, UtteranceEnded)]
    started = [event for event in events if isinstance(event, SpeechStarted)]
    assert [(round(e.start_s, 2), round(e.end_s, 2), e.cut) for e in ended] == [
        (0.0, 19.0, True),
        (19.12, 22.12, False),
    ]
    assert started[1].at_s == ended[0].at_s, "the next utterance starts at once"


def test_speech_without_dips_is_cut_at_the_hard_limit_without_a_gap() -> None:
    events = run(frames((True, 60.0), (False, 1.0)))
    ended = [event for event in events if isinstance(event, UtteranceEnded)]
    assert [e.cut for e in ended] == [True, True, False]
    assert all(e.end_s - e.start_s <= 25.0 + FRAME_S for e in ended)
    for before, after in itertools.pairwise(ended):
        assert after.start_s == pytest.approx(before.end_s)


def test_the_end_of_the_sound_closes_what_is_open() -> None:
    events = run(frames((True, 1.0)))
    assert isinstance(events[-1], UtteranceEnded)
    assert events[-1].end_s == pytest.approx(1.0)
    assert run(frames((False, 1.0))) == []


RUNS = st.lists(st.tuples(st.booleans(), st.integers(1, 120)), max_size=40)


@given(RUNS)
@settings(deadline=None, max_examples=200)
def test_any_sound_makes_well_formed_utterances(runs: list[tuple[bool, int]]) -> None:
    flags = [voiced for voiced, count in runs for _ in range(count)]
    events = run(flags)
    assert events == run(flags), "the same sound makes the same events"
    times = [event.at_s for event in events]
    assert times == sorted(times)
    open_id: int | None = None
    paused = False
    next_id = 1
    last_end_s = 0.0
    for event in events:
        match event:
            case SpeechSuspected():
                assert open_id is None
                assert event.start_s < event.at_s
            case SpeechStarted():
                assert open_id is None
                assert event.utterance_id == next_id
                assert last_end_s - 1e-6 <= event.start_s <= event.at_s
                open_id, paused, next_id = event.utterance_id, False, next_id + 1
            case SpeechPaused():
                assert event.utterance_id == open_id
                assert not paused
                assert event.start_s < event.end_s < event.at_s
                paused = True
            case SpeechResumed():
                assert event.utterance_id == open_id
                assert paused
                paused = False
            case UtteranceEnded():
                assert event.utterance_id == open_id
                assert event.start_s < event.end_s <= event.at_s
                open_id, last_end_s = None, event.end_s
            case _:
                raise AssertionError(event)
    assert open_id is None, "flush closes everything"


@given(RUNS)
@settings(deadline=None, max_examples=200)
def test_no_speech_is_lost(runs: list[tuple[bool, int]]) -> None:
    flags = [voiced for voiced, count in runs for _ in range(count)]
    spans = [(e.start_s, e.end_s) for e in run(flags) if isinstance(e, UtteranceEnded)]
    at = 0
    for voiced, group in itertools.groupby(flags):
        count = len(list(group))
        begin_s, end_s = at * FRAME_S, (at + count) * FRAME_S
        at += count
        if voiced and end_s - begin_s >= SegmenterSettings().onset_s:
            # A cut may fall inside a run: its pieces together hold it.
            held_s = sum(max(0.0, min(end_s, b) - max(begin_s, a)) for a, b in spans)
            assert held_s == pytest.approx(end_s - begin_s, abs=1e-6)
