"""The floor under turn-taking: our own answers must be replied to as soon, and cut into as seldom, as now.

`scripts/bench_turns_simulated.py` prints the figures; thresholds are a little worse than they were when the
policy was set, so that only a real loss fails.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from voice_interviewer.core.fragments import LookAhead

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

import bench_turns_simulated as bench  # noqa: E402  (scripts are no package)
import turn_simulation as simulation  # noqa: E402


@pytest.fixture(scope="module")
def answers() -> list[simulation.Answer]:
    return bench.load_own(bench.OWN_ANSWERS)


def play(
    answers: list[simulation.Answer], look_ahead: LookAhead, judge: simulation.Judge | None = None
) -> simulation.Summary:
    segmented = [simulation.segment(answer) for answer in answers]
    turns = dataclasses.replace(bench.settings(look_ahead=look_ahead), judges_content=judge is not None)
    outcomes = simulation.simulate(answers, segmented, turns, bench.votes, judge=judge)
    return simulation.summarise(answers, outcomes)


def test_the_floor_is_held(answers: list[simulation.Answer]) -> None:
    ours = play(answers, "quick", bench.content_judge())
    assert ours.pauses >= 190, "the answers are all there"
    assert len(ours.gaps_s) == len(answers), "every answer is replied to"
    assert ours.cut_off_rate <= 0.055
    assert ours.gap_s(0.5) <= 1.1
    assert ours.gap_s(0.95) <= 3.3


@pytest.mark.parametrize("look_ahead", ["quick", "full"])
def test_the_floor_is_held_without_an_opinion_on_what_was_said(
    answers: list[simulation.Answer], look_ahead: LookAhead
) -> None:
    ours = play(answers, look_ahead)
    assert len(ours.gaps_s) == len(answers), "every answer is replied to"
    assert ours.cut_off_rate <= 0.055
    assert ours.gap_s(0.5) <= 1.5
    assert ours.gap_s(0.95) <= 4.2


def test_a_fixed_silence_is_worse_on_both_sides(answers: list[simulation.Answer]) -> None:
    ours = play(answers, "quick")
    delays = simulation.Delays()
    naive = simulation.summarise(answers, bench.baseline(answers, "naive", delays))
    patient = simulation.summarise(answers, bench.baseline(answers, "fixed 3.0", delays))
    assert ours.cut_off_rate < naive.cut_off_rate / 3
    assert ours.gap_s(0.5) < naive.gap_s(0.5)
    assert ours.cut_off_rate < patient.cut_off_rate / 2
    assert ours.gap_s(0.5) < patient.gap_s(0.5) - 1.0


def test_the_one_dial_trades_gap_for_cut_offs(answers: list[simulation.Answer]) -> None:
    segmented = [simulation.segment(answer) for answer in answers]

    def at(needed: float) -> simulation.Summary:
        outcomes = simulation.simulate(answers, segmented, bench.settings(needed), bench.votes)
        return simulation.summarise(answers, outcomes)

    bold, usual, careful = at(1.4), at(3.0), at(4.9)
    assert bold.cut_off_rate > usual.cut_off_rate > careful.cut_off_rate
    assert bold.gap_s(0.5) < usual.gap_s(0.5) < careful.gap_s(0.5)
