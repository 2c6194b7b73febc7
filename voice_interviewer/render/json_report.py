"""`report.json`: the contract `voice-interviewer.report/1`, described by `docs/report.schema.json`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from voice_interviewer.analysis.findings import Report, SignalFinding

SCHEMA = "voice-interviewer.report/1"
DECIMALS = 3
"""Times to the millisecond; rates need no more either."""


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain data, keys as in the contract; None where a figure could not be measured."""
    plain = _plain(report)
    assert isinstance(plain, dict)
    return {"schema": SCHEMA, **plain}


def dumps(report: Report) -> str:
    """The text of `report.json`: a line a word or event, so that two reports can be compared line by line."""
    return _laid_out(to_json(report), "") + "\n"


def _laid_out(value: Any, indent: str) -> str:
    """Objects key by key; lists item by item; what holds no further lists on one line."""
    inner = indent + " "
    if isinstance(value, dict) and value and any(isinstance(item, (dict, list)) for item in value.values()):
        rows = [f"{inner}{_compact(key)}: {_laid_out(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + _compact(item) for item in value) + f"\n{indent}]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(value, SignalFinding):
            plain["heard"] = value.heard
        return plain
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, frozenset, set)):
        return [_plain(item) for item in value]
    return value
