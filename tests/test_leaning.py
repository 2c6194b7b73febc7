"""A sign seen at all of somebody's pauses tells nothing about their ends."""

from __future__ import annotations

import math

import pytest

from voice_interviewer.core.completeness import judge
from voice_interviewer.core.endpointing import (
    VOTE_SHARES,
    Patience,
    PauseEvidence,
    PauseHabit,
    required_silence_s,
)
from voice_interviewer.core.leaning import Leaning


def test_it_begins_with_what_is_known_of_everybody() -> None:
    votes = Leaning(VOTE_SHARES)
    assert votes.points("over") == pytest.approx(math.log(0.58 / 0.158))
    assert -0.5 < votes.points("unlikely") < 0.0
    assert votes.points("never") < -2.0
    assert votes.points("never heard of") == 0.0


def test_a_sign_at_every_pause_loses_its_worth() -> None:
    votes = Leaning(VOTE_SHARES)
    before = votes.points("over")
    worths = []
    for _pause in range(30):
        votes.seen_at_pause("over")
        worths.append(votes.points("over"))
    assert worths == sorted(worths, reverse=True)
    assert worths[-1] < 0.0 < before


def test_a_sign_at_pauses_and_ends_alike_is_worth_nothing() -> None:
    votes = Leaning(VOTE_SHARES)
    for _time in range(100):
        votes.seen_at_pause("over")
        votes.seen_at_end("over")
    assert abs(votes.points("over")) < 0.1


def test_whoever_sounds_finished_at_every_pause_is_given_more_time() -> None:
    evidence = PauseEvidence(judge("I looked at the tickets."), 0.95, Patience.FOLLOW_UP, 20.0)
    habit = PauseHabit()
    before_s, _ = required_silence_s(evidence, habit)
    for _pause in range(10):
        habit.add(0.6, evidence)
    after_s, _ = required_silence_s(evidence, habit)
    assert after_s > before_s + 0.5


def test_short_silences_teach_nothing() -> None:
    evidence = PauseEvidence(judge("I looked at the tickets."), 0.95, Patience.FOLLOW_UP, 20.0)
    habit = PauseHabit()
    habit.add(0.3, evidence)
    assert required_silence_s(evidence, habit) == required_silence_s(evidence, PauseHabit())
