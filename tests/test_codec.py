"""Every event and command survives the journal; damage is one clear error."""

from __future__ import annotations

import dataclasses
import json
import typing
from typing import Any

import pytest

from voice_interviewer.core.codec import COMMANDS, EVENTS, canonical, decode, encode
from voice_interviewer.core.errors import JournalError
from voice_interviewer.core.events import Transcribed
from voice_interviewer.core.speech import Word

SAMPLES: dict[str, Any] = {
    "float": 1.25,
    "int": 3,
    "str": 'He said "um" <script>',
    "bool": True,
    "tuple[Word, ...]": (Word("um,", 0.5, 0.75, 0.5), Word("naïve", 1.0, 1.25, 1.0)),
    "dict[str, float]": {"identify": 0.75},
    "tuple[str, ...]": ("a", "b"),
}


def sample(cls: type[Any]) -> Any:
    hints = typing.get_type_hints(cls)
    values = {
        spec.name: SAMPLES.get(str(spec.type)) or typing.get_args(hints[spec.name])[-1]
        for spec in dataclasses.fields(cls)
    }
    return cls(**values)


@pytest.mark.parametrize("name", sorted([*EVENTS, *COMMANDS]))
def test_there_and_back(name: str) -> None:
    item = sample({**EVENTS, **COMMANDS}[name])
    assert decode(json.loads(json.dumps(encode(item)))) == item


def test_canonical_is_a_fixed_point() -> None:
    event = Transcribed(1 / 3, 1, 2 / 3, 1.0, (Word("so", 1 / 7, 2 / 7, 1 / 9),), True, {"a": 1 / 3})
    once = canonical(event)
    assert canonical(once) == once and once.at_s == 0.3333


def test_text_that_no_file_can_hold_is_replaced() -> None:
    event = decode({"event": "WorkerFailed", "at_s": 1, "worker": "voice", "reason": "half \ud800"})
    assert encode(event)["reason"].encode("utf-8") == b"half ?"


@pytest.mark.parametrize(
    "word", [["x"], ["x", 2.0, 1.0, 0.5], ["x", 1.0, 2.0, 7.0], ["x", 1.0, "2", 0.5], "word", [5, 1, 2, 0.5]]
)
def test_a_word_that_cannot_be_is_told(word: Any) -> None:
    line = {"event": "Transcribed", "at_s": 1, "utterance_id": 1, "start_s": 0, "end_s": 2, "words": [word]}
    with pytest.raises(JournalError, match="Transcribed line is damaged: words"):
        decode(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ([], "not an object"),
        ({}, "neither"),
        ({"event": "Teleported", "at_s": 1.0}, "unknown event 'Teleported'"),
        ({"event": ["Tick"]}, "unknown event"),
        ({"event": "Tick"}, "Tick line is damaged"),
        ({"event": "Tick", "at_s": 1.0, "more": 2}, "Tick line is damaged"),
        ({"event": "Transcribed", "at_s": 1, "words": [["x"]]}, "Transcribed line is damaged"),
        ({"command": "Say", "prompt_id": 1}, "Say line is damaged: text is missing"),
        ({"event": "Tick", "at_s": "soon"}, "at_s: 'soon' is no number"),
        ({"event": "Tick", "at_s": float("nan")}, "out of range"),
        ({"event": "Tick", "at_s": 10**400}, "out of range"),
        ({"event": "Tick", "at_s": True}, "no number"),
        ({"event": "PromptStarted", "at_s": 1, "prompt_id": 1.5}, "no whole number"),
        ({"event": "CommandGiven", "at_s": 1, "command": "dance"}, "'dance' is none of"),
        ({"event": "CommandGiven", "at_s": 1, "command": ["end"]}, "is none of"),
        ({"command": "MarkBudgets", "budgets_s": [1]}, "is no table"),
        ({"command": "Say", "prompt_id": 1, "text": 5, "kind": "hold"}, "text: 5 is no text"),
        (
            {"event": "UtteranceEnded", "at_s": 1, "utterance_id": 1, "start_s": 0, "end_s": 1, "cut": 1},
            "neither true nor false",
        ),
    ],
)
def test_damage_is_told(line: Any, says: str) -> None:
    with pytest.raises(JournalError, match=says):
        decode(line)
