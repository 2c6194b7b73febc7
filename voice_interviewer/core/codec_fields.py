"""What a field of an event or command may hold when it comes from a file: checked by the field's own type."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union

from voice_interviewer.core.speech import Word

LARGEST = 1e7
"""Of any number: as seconds it is four months, and no count comes near."""

Reader = Callable[[Any], Any]
"""JSON's value to the field's; ValueError for what does not fit."""


_known: dict[Any, Mapping[str, Reader]] = {}


def fields_of(cls: Any) -> Mapping[str, Reader]:
    """A reader for each field of a dataclass."""
    if cls not in _known:
        hints = typing.get_type_hints(cls)
        _known[cls] = {spec.name: reader_for(hints[spec.name]) for spec in dataclasses.fields(cls)}
    return _known[cls]


def number(value: Any) -> float:
    """A number of a sensible size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_short(value)} is no number")
    if not abs(value) <= LARGEST:  # nor is NaN
        raise ValueError(f"{_short(value)} is out of range")
    return float(value)


def whole_number(value: Any) -> int:
    """A whole number of a sensible size."""
    if number(value) != int(value):
        raise ValueError(f"{_short(value)} is no whole number")
    return int(value)


def text(value: Any) -> str:
    """Text that can be written to a file again."""
    if not isinstance(value, str):
        raise ValueError(f"{_short(value)} is no text")
    # Half a surrogate pair is legal in JSON and nowhere else.
    return value.encode("utf-8", "replace").decode("utf-8")


def word(value: Any) -> Word:
    """`[text, start_s, end_s, probability]`."""
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise ValueError(f"{_short(value)} is no word")
    start_s, end_s = number(value[1]), number(value[2])
    if end_s < start_s or not 0.0 <= number(value[3]) <= 1.0:
        raise ValueError(f"the word {_short(value)} ends before it begins, or has no probability")
    return Word(text(value[0]), start_s, end_s, float(value[3]))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_short(value)} is neither true nor false")
    return value


_PLAIN: dict[Any, Reader] = {float: number, int: whole_number, str: text, bool: _flag, Word: word}


def reader_for(hint: Any) -> Reader:
    """A reader for a type as it stands in an annotation. Raises TypeError for one that JSON cannot hold."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return _one_of(inner)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _several(reader_for(inner[0]))
    if origin is tuple:
        return _each(tuple(map(reader_for, inner)))
    if origin in (dict, Mapping) and inner[0] is str:
        return _table(reader_for(inner[1]))
    if origin in (Union, types.UnionType) and len(inner) == 2 and types.NoneType in inner:
        return _maybe(reader_for(next(one for one in inner if one is not types.NoneType)))
    raise TypeError(f"no way to read {hint} from a file")


def _one_of(choices: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{_short(value)} is none of {', '.join(map(str, choices))}")
        return value

    return read


def _several(one: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{_short(value)} is no list")
        return tuple(map(one, value))

    return read


def _each(readers: tuple[Reader, ...]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(readers):
            raise ValueError(f"{_short(value)} does not have {len(readers)} parts")
        return tuple(one(inner) for one, inner in zip(readers, value, strict=True))

    return read


def _table(one: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"{_short(value)} is no table")
        return {text(key): one(inner) for key, inner in value.items()}

    return read


def _maybe(one: Reader) -> Reader:
    return lambda value: None if value is None else one(value)


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
