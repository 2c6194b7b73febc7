"""Written transcripts: lines `[mm:ss] text`, or a report.json, as timed lines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_interviewer.core.errors import UsageError

WORDS_PER_S = 2.6
"""How long the last line takes, whose end nobody wrote down."""
_TIME = r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
_UNTIL = r"(?:\s*(?:-->|->|[-–])\s*[\d:.,]*\d:\d\d[\d.,]*)?"
"""Recognisers also print when a line ends: '[00:00.000 --> 00:04.000]'."""
_LINE = re.compile(rf"^\s*[\[(]?{_TIME}{_UNTIL}[\])]?\s*[-–]?\s*(.*)$")
_MINUTE = re.compile(r"^\s*[\[(](\d{1,3})[\])]\s*[-–]?\s*(.*)$")
"""Some write the minute alone: '[12] hello'."""
MIXED_S = 10.0
"""Two people's lines may be written a little out of order; by more, the file is not one talk."""


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line as written."""

    at_s: float
    end_s: float
    text: str


def read_transcript(path: Path) -> tuple[TranscriptLine, ...]:
    """The transcript's lines, in order. Raises UsageError naming the file and line."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text", hint="a transcript has lines like [00:12] hello") from None
    timed = _from_report(path, text) if text.lstrip().startswith("{") else _from_lines(path, text)
    if not timed:
        raise UsageError(f"{path} holds no line like [mm:ss] text")
    return _with_ends(timed)


def _from_lines(path: Path, text: str) -> list[tuple[float, str]]:
    timed: list[tuple[float, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        read = _time_and_text(line)
        if read is None:
            raise UsageError(f"{path}, line {number}: no time at its start", hint="write [mm:ss] text")
        at_s, said = read
        latest_s = timed[-1][0] if timed else at_s
        if at_s < latest_s - MIXED_S:
            raise UsageError(f"{path}, line {number}: its time lies before the line above")
        timed.append((max(at_s, latest_s), said))
    return timed


def _time_and_text(line: str) -> tuple[float, str] | None:
    match = _LINE.match(line)
    if match is not None:
        hours, minutes, seconds, fraction, said = match.groups()
        at_s = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
        return at_s, said.strip()
    match = _MINUTE.match(line)
    return (60.0 * int(match[1]), match[2].strip()) if match is not None else None


def _from_report(path: Path, text: str) -> list[tuple[float, str]]:
    try:
        data: Any = json.loads(text)
        turns = [turn for turn in data["turns"] if turn["by"] == "candidate"]
        return [(float(turn["start_s"]), str(turn["text"])) for turn in turns]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{path} is neither a report.json nor a transcript") from None


def _with_ends(timed: list[tuple[float, str]]) -> tuple[TranscriptLine, ...]:
    lines = []
    for index, (at_s, text) in enumerate(timed):
        spoken_s = max(0.5, len(text.split()) / WORDS_PER_S)
        next_s = timed[index + 1][0] if index + 1 < len(timed) else at_s + spoken_s
        lines.append(TranscriptLine(at_s, max(at_s, min(next_s, at_s + max(spoken_s * 2, 2.0))), text))
    return tuple(lines)
