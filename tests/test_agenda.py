"""Budgets always sum; time is credited once; pauses do not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_content import framework
from voice_interviewer.core.agenda import Agenda


@pytest.mark.parametrize("total_s", [60.0, 300.0, 2100.0])
def test_budgets_add_up_to_the_minutes_asked_for(total_s: float) -> None:
    agenda = Agenda(framework(), total_s)
    assert sum(agenda.budgets_s().values()) == pytest.approx(total_s)


def test_phases_of_a_group_share_their_budget() -> None:
    agenda = Agenda(framework(), 350.0)
    agenda.start(0.0)
    agenda.enter("users", 0.0)
    agenda.enter("needs", 90.0)
    assert agenda.phase_left_s("needs", 90.0) == pytest.approx(100.0 - 90.0)
    assert agenda.phase_left_s("users", 120.0) == pytest.approx(100.0 - 120.0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["clarify", "users", "needs", "solve"]), st.floats(0, 50)), max_size=30
    )
)
def test_every_second_is_credited_to_exactly_one_phase(moves: list[tuple[str, float]]) -> None:
    agenda = Agenda(framework(), 350.0)
    agenda.start(10.0)
    at_s = 10.0
    for phase, wait_s in moves:
        at_s += wait_s
        agenda.enter(phase, at_s)
    assert sum(agenda.spent_s.values()) == pytest.approx(at_s - 10.0)
    assert agenda.left_s(at_s) == pytest.approx(350.0 - (at_s - 10.0))


def test_a_pause_stops_the_clock() -> None:
    agenda = Agenda(framework(), 300.0)
    agenda.start(0.0)
    agenda.pause(100.0)
    assert agenda.left_s(500.0) == pytest.approx(200.0)
    assert agenda.over_at_s is None
    agenda.resume(1000.0)
    assert agenda.left_s(1010.0) == pytest.approx(190.0)
    assert agenda.over_at_s == pytest.approx(1200.0)


def test_a_length_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Agenda(framework(), 0.0)
