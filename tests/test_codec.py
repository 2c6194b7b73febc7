"""Every event and command survives the journal; damage is one clear error."""

from __future__ import annotations

import dataclasses
import json
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
    values = {}
    for spec in dataclasses.fields(cls):
        kind = str(spec.type)
        values[spec.name] = SAMPLES.get(kind, "repeat" if "Literal" in kind else "question")
    return cls(**values)


@pytest.mark.parametrize("name", sorted([*EVENTS, *COMMANDS]))
def test_there_and_back(name: str) -> None:
    item = sample({**EVENTS, **COMMANDS}[name])
    assert decode(json.loads(json.dumps(encode(item)))) == item


def test_canonical_is_a_fixed_point() -> None:
    event = Transcribed(1 / 3, 1, 2 / 3, 1.0, (Word("so", 1 / 7, 2 / 7, 1 / 9),), True, {"a": 1 / 3})
    once = canonical(event)
    assert canonical(once) == once and once.at_s == 0.3333


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
        ({"command": "Say", "prompt_id": 1}, "Say line is damaged"),
    ],
)
def test_damage_is_told(line: Any, says: str) -> None:
    with pytest.raises(JournalError, match=says):
        decode(line)
