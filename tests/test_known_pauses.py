"""What is learned from how long a candidate's pauses are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_interviewer.core.known_pauses import KEPT, KnownPauses

TAU_S = 0.75
LENGTHS = st.lists(st.floats(0.0, 6.0), max_size=80)


def knowing(*lengths_s: float) -> KnownPauses:
    pauses = KnownPauses(pause_s=0.5, weight=30.0)
    for length_s in lengths_s:
        pauses.add(length_s)
    return pauses


def share_beyond(length_s: float, lengths_s: list[float]) -> float:
    """The share of pauses that reach a length, counted another way."""
    kept = [one for one in lengths_s if one >= 0.5][-KEPT:]
    usual = 30.0 * math.exp(-(length_s - 0.5) / TAU_S)
    return (sum(one > length_s for one in kept) + usual) / (30.0 + len(kept))


def test_before_anything_is_known_every_point_costs_the_same() -> None:
    for points in (0.0, 1.0, 2.5, 4.0):
        assert knowing().outlasting_s(points, TAU_S) == pytest.approx(0.5 + TAU_S * points)


def test_more_than_enough_points_need_no_silence() -> None:
    assert knowing().outlasting_s(-2.0, TAU_S) == 0.5
    assert knowing(*[2.0] * 20).outlasting_s(-2.0, TAU_S) == 0.5


def test_whoever_never_paused_for_long_is_not_waited_for_as_if_they_might() -> None:
    brief = knowing(*[0.7, 0.9, 1.1, 1.4] * 10)
    assert brief.outlasting_s(3.0, TAU_S) < knowing().outlasting_s(3.0, TAU_S) - 0.6


def test_whoever_often_pauses_for_three_seconds_is_waited_for_that_long() -> None:
    slow = knowing(*[1.0, 3.0] * 15)
    assert 3.0 <= slow.outlasting_s(2.0, TAU_S) <= 3.3


def test_silences_too_short_to_be_judged_teach_nothing() -> None:
    assert knowing(*[0.3] * 30).outlasting_s(2.0, TAU_S) == knowing().outlasting_s(2.0, TAU_S)


def test_the_latest_pauses_count() -> None:
    assert knowing(*[3.0] * 100, *[0.6] * KEPT).outlasting_s(3.0, TAU_S) < 2.5


@given(LENGTHS, st.floats(0.0, 5.0))
def test_a_little_sooner_would_be_too_soon(lengths_s: list[float], points: float) -> None:
    found_s = knowing(*lengths_s).outlasting_s(points, TAU_S)
    assert share_beyond(found_s, lengths_s) <= math.exp(-points) + 1e-6
    if found_s > 0.52:
        assert share_beyond(found_s - 0.01, lengths_s) > math.exp(-points)


@given(LENGTHS, st.floats(-1.0, 5.0), st.floats(0.0, 2.0))
def test_more_evidence_never_waits_longer(lengths_s: list[float], points: float, more: float) -> None:
    pauses = knowing(*lengths_s)
    assert pauses.outlasting_s(points, TAU_S) <= pauses.outlasting_s(points + more, TAU_S)
