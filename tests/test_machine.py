"""The table of states: every state can end, and the drawing is the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_interviewer.core.machine import TRANSITIONS, Machine, as_mermaid


def test_every_state_but_the_last_can_be_stopped() -> None:
    for state, ways in TRANSITIONS.items():
        if state != "finished":
            assert ways["stop_asked"] == "finished"


def test_every_state_is_reached() -> None:
    seen, open_states = {"waiting"}, ["waiting"]
    while open_states:
        for target in TRANSITIONS[open_states.pop()].values():  # type: ignore[index]
            if target not in seen:
                seen.add(target)
                open_states.append(target)
    assert seen == set(TRANSITIONS)


def test_an_unlisted_trigger_is_a_mistake() -> None:
    machine = Machine()
    assert not machine.allows("floor_taken")
    with pytest.raises(ValueError, match="no transition from waiting on floor_taken"):
        machine.fire("floor_taken")


def test_the_drawing_in_the_docs_is_the_table() -> None:
    page = Path(__file__).parent.parent / "docs" / "state-machine.md"
    assert as_mermaid() in page.read_text(encoding="utf-8"), "run scripts/draw_state_machine.py"
