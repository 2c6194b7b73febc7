"""The practice sessions on disk, as the plan counts them: read from each folder's journal and report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from voice_interviewer.adapters import content_files, journal, session_folder
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.plan import PastSession

STAND_IN = "scripted candidate"
"""The microphone's name in a demonstration, which is nobody's practice."""


def past_sessions(sessions_dir: Path) -> tuple[PastSession, ...]:
    """Every session a person held, oldest first; folders that cannot be read are left out."""
    types = {framework.id: framework.type for framework in content_files.load_frameworks()}
    found: list[PastSession] = []
    for folder in session_folder.all_folders(sessions_dir):
        try:
            header = journal.read_header(folder.journal)
        except VoiceInterviewerError:
            continue  # `history` tells about broken folders
        if header.get("kind", "practice") == "practice" and header.get("microphone") != STAND_IN:
            found += _session(folder, header, types)
    return tuple(found)


def _session(folder: SessionFolder, header: dict[str, Any], types: dict[str, str]) -> Iterator[PastSession]:
    try:
        begun = datetime.fromisoformat(str(header["started_at"]))
    except (KeyError, ValueError):
        return
    framework = str(header.get("framework", ""))
    yield PastSession(
        folder.id,
        begun.date(),
        types.get(framework, ""),
        framework,
        str(header.get("question_id", "")),
        str(header.get("company", "")),
        _duration_s(folder),
        str(header.get("loop", "")),
        int(header.get("loop_rounds", 0) or 0),
    )


def _duration_s(folder: SessionFolder) -> float:
    """From the report, else from the journal's last words; 0 when neither tells."""
    try:
        return float(json.loads(folder.report_json.read_text(encoding="utf-8"))["session"]["duration_s"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    last = 0.0
    try:
        for line in journal.read_lines(folder.journal):
            for at in (line.get("at_s"), line.get("t"), (line.get("note") or {}).get("duration_s")):
                last = max(last, float(at or 0.0))
    except (VoiceInterviewerError, AttributeError, TypeError, ValueError):
        pass
    return last
