"""How much room a session takes, and whether there is as much, told before it begins."""

from __future__ import annotations

import shutil
from pathlib import Path

from voice_interviewer.core.errors import SessionError, StorageFullError
from voice_interviewer.ports import SAMPLE_RATE_HZ

INTERVIEWER_RATE_HZ = 22_050
"""Piper's medium voices; none that is offered has a higher one."""
TRACK_BYTES_PER_S = 2 * (SAMPLE_RATE_HZ + INTERVIEWER_RATE_HZ)
PAGE_BYTES_PER_S = 12_000
"""The page with both tracks compressed inside it, measured."""
OVERTIME = 1.1
"""Closing words, and the minutes an interviewer gives on top."""
SPARE_BYTES = 50_000_000
"""Left over for journals, reports and everybody else."""


def session_bytes(minutes: float) -> int:
    """What an interview of that length takes at most, its report included."""
    return round(minutes * 60 * OVERTIME * (TRACK_BYTES_PER_S + PAGE_BYTES_PER_S))


def free_bytes(folder: Path) -> int:
    """Free to the user where `folder` is or will be. Raises SessionError."""
    folder = folder.absolute()
    existing = next((path for path in [folder, *folder.parents] if path.exists()), Path.cwd())
    try:
        return shutil.disk_usage(existing).free
    except OSError as error:
        raise SessionError(f"cannot tell the room left in {existing}: {error.strerror}") from None


def room_for(minutes: float, folder: Path) -> str:
    """One line: what will be taken, what is free. Raises StorageFullError when it does not fit."""
    needed, free = session_bytes(minutes), free_bytes(folder)
    length = "1 minute takes" if round(minutes) == 1 else f"{minutes:.0f} minutes take"
    taken = f"{length} up to {_size(needed)}"
    if free < needed + SPARE_BYTES:
        raise StorageFullError(
            f"{taken}, besides {_size(SPARE_BYTES)} to spare, and there are {_size(free)} free in {folder}",
            hint="free some space, choose another --sessions-dir, or fewer minutes",
        )
    return f"Recording to {folder}: {taken}; {_size(free)} are free."


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
