"""`corrections.json` in a session's folder: read, and written for the user."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from voice_interviewer.adapters.session_folder import CORRECTIONS, SessionFolder, write_private
from voice_interviewer.analysis.corrections import Rejected, corrections_document, parse_corrections
from voice_interviewer.core.errors import SessionError


def load_corrections(path: Path, *, session_id: str = "") -> Rejected:
    """Fillers marked 'not one', from a session's folder or a download. Raises SessionError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SessionError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{path} is damaged: {error}", hint="mend or remove the file") from None
    try:
        return parse_corrections(document, session_id=session_id)
    except SessionError as error:
        raise SessionError(f"{path}: {error.message}", hint=error.hint) from None


def save_corrections(folder: SessionFolder, rejected: Iterable[tuple[str, int]]) -> None:
    """Keep these, and these alone; an empty list removes the file. Raises SessionError."""
    path = folder.path / CORRECTIONS
    rejected = frozenset(rejected)
    if not rejected:
        path.unlink(missing_ok=True)
        return
    write_private(path, json.dumps(corrections_document(folder.id, rejected), indent=1) + "\n")
