"""`corrections.json`: what the user says about the findings, kept in the session's folder.

{"format": "voice-interviewer.corrections/1",
     "session": "20260302-101500-ab12",
     "not_fillers": [{"token": "um", "start_ms": 12340}, ...]}

A filler is known by its token and its start in milliseconds, so a correction outlives a new analysis that
moves the start a little. Unknown keys are kept out, an unknown format is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voice_interviewer.core.errors import SessionError

FORMAT = "voice-interviewer.corrections/1"
FILE_NAME = "corrections.json"

Rejected = frozenset[tuple[str, int]]
"""(token, start in milliseconds) of every filler marked 'not one'."""


def corrections_document(session_id: str, rejected: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """The file's content, in order of time."""
    rows = sorted(set(rejected), key=lambda key: (key[1], key[0]))
    return {
        "format": FORMAT,
        "session": session_id,
        "not_fillers": [{"token": token, "start_ms": start_ms} for token, start_ms in rows],
    }


def parse_corrections(document: object, *, session_id: str = "") -> Rejected:
    """Rejected fillers of a parsed `corrections.json`.

    Raises SessionError when it is no such file, is from a newer version or, where `session_id` is given,
    belongs to another session.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise SessionError("this is no file of corrections", hint=f"its format must be {FORMAT}")
    if session_id and document.get("session") not in (session_id, "", None):
        raise SessionError(f"these corrections belong to session {document.get('session')}, not {session_id}")
    rows = document.get("not_fillers", [])
    if not isinstance(rows, list):
        raise SessionError("the corrections are damaged", hint="not_fillers must be a list")
    return frozenset(_row(row) for row in rows)


def parse_filler_id(text: str) -> tuple[str, int]:
    """'you-know@12340' as the page shows it -> ('you know', 12340). Raises SessionError."""
    token, _, start_ms = text.rpartition("@")
    if not token or not start_ms.isdigit():
        raise SessionError(
            f"{text!r} names no filler", hint="it looks like um@12340: token@start in milliseconds"
        )
    return token.replace("-", " "), int(start_ms)


def _row(row: object) -> tuple[str, int]:
    if isinstance(row, Mapping):
        token, start_ms = row.get("token"), row.get("start_ms")
        if isinstance(token, str) and isinstance(start_ms, int) and not isinstance(start_ms, bool):
            return token, start_ms
    raise SessionError("the corrections are damaged", hint=f"{row!r} names no filler")
