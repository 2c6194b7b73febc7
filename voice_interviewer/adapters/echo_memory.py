"""What `doctor` found out about the echo of a pair of devices, kept for the next practice."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from voice_interviewer.adapters.session_folder import write_private

FILE_NAME = "echo.json"
Duplex = Literal["full", "half"]


@dataclass(frozen=True, slots=True)
class EchoFinding:
    """One pair of devices and the way of listening that suits it."""

    microphone: str
    loudspeaker: str
    found: bool
    attenuation_db: float
    delay_ms: float
    duplex: Duplex


def remember(folder: Path, finding: EchoFinding) -> None:
    """Keep a finding in the user's data folder; it replaces an older one of the same pair. Raises
    SessionError.
    """
    kept = [old for old in _read(folder) if (old.microphone, old.loudspeaker) != _pair(finding)]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(folder / FILE_NAME, json.dumps([asdict(entry) for entry in [*kept, finding]], indent=1))


def recall(folder: Path, microphone: str, loudspeaker: str) -> EchoFinding | None:
    """What is known about a pair of devices, None when it was never measured."""
    for finding in _read(folder):
        if _pair(finding) == (microphone, loudspeaker):
            return finding
    return None


def _pair(finding: EchoFinding) -> tuple[str, str]:
    return finding.microphone, finding.loudspeaker


def _read(folder: Path) -> list[EchoFinding]:
    """A file that cannot be read is as good as none: the pair is measured again."""
    try:
        entries = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return [EchoFinding(**entry) for entry in entries]
    except (OSError, ValueError, TypeError):
        return []
