"""Events and commands as plain data, for the journal. Pure: no file is touched here.

A journal line is `{"event": "SpeechStarted", "at_s": ..., ...}` or `{"command": "Say", ...}`. Reading what
a newer
version wrote fails with JournalError; unknown fields of a known type are refused, missing ones take their
default.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from voice_interviewer.core import commands, events
from voice_interviewer.core.codec_fields import fields_of
from voice_interviewer.core.commands import Command
from voice_interviewer.core.errors import JournalError
from voice_interviewer.core.events import Event


def _concrete(module: Any, base: type) -> dict[str, type]:
    found = (value for value in vars(module).values() if isinstance(value, type))
    return {cls.__name__: cls for cls in found if issubclass(cls, base) and cls is not base}


EVENTS: dict[str, type[Event]] = _concrete(events, Event)
COMMANDS: dict[str, type[Command]] = _concrete(commands, Command)


def encode(item: Event | Command) -> dict[str, Any]:
    """One journal line's content; the values are JSON's own types."""
    kind = "event" if isinstance(item, Event) else "command"
    line: dict[str, Any] = {kind: type(item).__name__}
    for spec in dataclasses.fields(item):
        value = getattr(item, spec.name)
        if spec.name == "words":
            value = [[w.text, _round(w.start_s), _round(w.end_s), _round(w.probability)] for w in value]
        line[spec.name] = _plain(value)
    return line


Item = TypeVar("Item", Event, Command)


def canonical(item: Item) -> Item:
    """The event or command as it will be read back from the journal, so that a replay decides exactly the
    same.
    """
    back = decode(encode(item))
    assert isinstance(back, type(item))
    return back


def decode(line: Any) -> Event | Command:
    """The event or command of a journal line; JournalError when it is neither."""
    if not isinstance(line, dict):
        raise JournalError("a journal line is not an object")
    for kind, known in (("event", EVENTS), ("command", COMMANDS)):
        if kind in line:
            name = line[kind]
            cls = known.get(name) if isinstance(name, str) else None
            if cls is None:
                raise JournalError(f"unknown {kind} {name!r}", hint="was it written by a newer version?")
            item: Event | Command = _build(cls, {key: value for key, value in line.items() if key != kind})
            return item
    raise JournalError("a journal line is neither an event nor a command")


def _build(cls: type[Any], values: dict[str, Any]) -> Any:
    known = fields_of(cls)
    name = ""
    try:
        for name, value in values.items():
            if name not in known:
                raise ValueError("not known to this version")
            values[name] = known[name](value)
    except ValueError as error:
        raise JournalError(f"a {cls.__name__} line is damaged: {name}: {error}") from None
    try:
        return cls(**values)
    except TypeError:
        missing = [spec.name for spec in dataclasses.fields(cls) if spec.name not in values]
        raise JournalError(f"a {cls.__name__} line is damaged: {missing[0]} is missing") from None


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _round(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value


def _round(value: float) -> float:
    # A tenth of a millisecond: below a sample's worth of meaning, and short lines.
    return round(float(value), 4)
