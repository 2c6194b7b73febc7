"""What a journal's lines may hold besides events and commands: its header, and notes. Others write journals
too: newer versions, people, failing disks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voice_interviewer.core.codec import decode
from voice_interviewer.core.codec_fields import Reader, number, reader_for, text, whole_number
from voice_interviewer.core.errors import JournalError


def check_header(line: Mapping[str, Any]) -> None:
    """Raises JournalError naming what a header's field cannot be."""
    _check(line, _HEADER)


def check_line(line: Mapping[str, Any]) -> None:
    """An event, a command or a note. Raises JournalError."""
    if "note" in line:
        if not isinstance(line["note"], dict):
            raise JournalError("a note is not an object")
        _check(line["note"], _NOTE)
        return
    decode({key: value for key, value in line.items() if key != "t"})
    _check(line, {"t": number})


def _check(line: Mapping[str, Any], known: Mapping[str, Reader]) -> None:
    for name in line.keys() & known.keys():
        try:
            known[name](line[name])
        except ValueError as error:
            raise JournalError(f"{name}: {error}") from None


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r:.40} is no whole number")
    return value


def _fillers(value: Any) -> None:
    if not isinstance(value, list):
        raise ValueError("not a list")
    for one in value:
        if not isinstance(one, dict) or not _FILLER.keys() <= one.keys():
            raise ValueError("a filler lacks its token, its times or its confidence")
        for name, reader in (*_FILLER.items(), ("evidence", reader_for(tuple[str, ...]))):
            reader(one.get(name, ()))
        if one["end_s"] < one["start_s"]:
            raise ValueError("a filler ends before it begins")


def _lines(value: Any) -> None:
    if not isinstance(value, list):
        raise ValueError("not a list")
    for one in value:
        decode(one)


def _opinion(value: Any) -> None:
    if not isinstance(value, dict) or not {"model", "used", "marks"} <= value.keys():
        raise ValueError("an opinion lacks its model, its marks or what it used")
    if not isinstance(value["marks"], list) or not all(isinstance(one, dict) for one in value["marks"]):
        raise ValueError("an opinion's marks are no list of marks")
    text(value["model"])
    text(value["used"])


_FILLER: dict[str, Reader] = {"token": text, "start_s": number, "end_s": number, "confidence": number}
_HEADER: dict[str, Reader] = {
    **dict.fromkeys(("program", "id", "kind", "started_at", "framework", "question_id", "question"), text),
    **dict.fromkeys(("company", "duplex", "look_ahead", "microphone", "phase"), text),
    **dict.fromkeys(("loop", "retry_of", "recording"), text),
    **dict.fromkeys(("loop_round", "loop_rounds", "channel"), whole_number),
    "minutes": number,
    "seed": _seed,
    "writer": reader_for(bool),
    "judges_content": reader_for(bool),
    "models": reader_for(dict[str, str]),
    "principles": reader_for(tuple[str, ...]),
    "follow_ups": reader_for(tuple[tuple[str, str], ...]),
}
_NOTE: dict[str, Reader] = {
    **dict.fromkeys(("duration_s", "resumed_at_s"), number),
    **dict.fromkeys(("dropped_blocks", "utterance"), whole_number),
    **dict.fromkeys(("vocal_fillers", "heard_fillers"), _fillers),
    "heard_again": _lines,
    "placed_again": _lines,
    "opinion": _opinion,
    "meant": reader_for(tuple[tuple[int, dict[str, float]], ...]),
    "notes": reader_for(tuple[str, ...]),
    "resumed_at": text,
}
