"""The interview's states and what moves it from one to the next, as a table.

`docs/state-machine.md` is generated from it by `scripts/draw_state_machine`; a test keeps the two the same.
"""

from __future__ import annotations

from typing import Literal

State = Literal[
    "waiting",  # nothing runs yet
    "opening",  # greeting and question are being spoken
    "listening",  # the candidate has the floor
    "replying",  # a prompt is being worded or spoken
    "paused",  # the candidate asked for a break
    "closing",  # the last words are being spoken
    "finished",  # only the report is left
]

Trigger = Literal[
    "started",  # the microphone runs
    "prompts_done",  # all that was to be said has been said
    "prompt_due",  # a turn ended, a budget ran out, help is due
    "floor_taken",  # the candidate barged in or took the floor back
    "pause_asked",
    "resume_asked",
    "end_due",  # time is up, all is covered, or the candidate wants to end
    "stop_asked",  # Ctrl-C: no last words
    "came_back",  # an interview that was broken off goes on
]

TRANSITIONS: dict[State, dict[Trigger, State]] = {
    "waiting": {"started": "opening", "end_due": "closing", "stop_asked": "finished"},
    "opening": {
        "came_back": "replying",
        "prompts_done": "listening",
        "floor_taken": "listening",
        "end_due": "closing",
        "stop_asked": "finished",
    },
    "listening": {
        "came_back": "replying",
        "prompt_due": "replying",
        "pause_asked": "paused",
        "end_due": "closing",
        "stop_asked": "finished",
    },
    "replying": {
        "came_back": "replying",
        "prompts_done": "listening",
        "prompt_due": "replying",
        "floor_taken": "listening",
        "pause_asked": "paused",
        "end_due": "closing",
        "stop_asked": "finished",
    },
    "paused": {
        "came_back": "replying",
        "resume_asked": "replying",
        "prompts_done": "paused",
        "end_due": "closing",
        "stop_asked": "finished",
    },
    "closing": {
        "prompts_done": "finished",
        "floor_taken": "closing",
        "end_due": "closing",
        "stop_asked": "finished",
    },
    "finished": {"came_back": "replying"},
}


class Machine:
    """Holds the state; a trigger the table does not list is a mistake in the program, not of the user."""

    def __init__(self) -> None:
        self.state: State = "waiting"

    def allows(self, trigger: Trigger) -> bool:
        """Whether the table lists this trigger for the current state."""
        return trigger in TRANSITIONS[self.state]

    def fire(self, trigger: Trigger) -> State:
        """Move on; ValueError where the table has no way."""
        try:
            self.state = TRANSITIONS[self.state][trigger]
        except KeyError:
            raise ValueError(f"no transition from {self.state} on {trigger}") from None
        return self.state


def as_mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> waiting"]
    for state, ways in TRANSITIONS.items():
        targets: dict[State, list[str]] = {}
        for trigger, target in ways.items():
            targets.setdefault(target, []).append(trigger)
        lines += [f"    {state} --> {target}: {', '.join(names)}" for target, names in targets.items()]
    lines.append("    finished --> [*]")
    return "\n".join(lines)
