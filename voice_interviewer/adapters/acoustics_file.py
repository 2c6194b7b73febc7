"""Pitch and level of a session, kept beside its journal so that the report can be made again without the
sound.
"""

from __future__ import annotations

import errno
import io
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from voice_interviewer.analysis.record import AcousticTrack
from voice_interviewer.core.errors import SessionError, StorageFullError

ACOUSTICS_NAME = "acoustics.npz"


def save(path: Path, track: AcousticTrack) -> None:
    """Write a track whole, readable by the user alone. Raises SessionError, StorageFullError."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        hop_s=np.float32(track.hop_s),
        f0_hz=np.asarray(track.f0_hz, dtype=np.float16),
        level_db=np.asarray(track.level_db, dtype=np.float16),
    )
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(buffer.getvalue())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(f"no room left on the disk for {path}", hint="free some space") from None
        raise SessionError(f"cannot write {path}: {error.strerror}") from None


def load(path: Path) -> AcousticTrack:
    """Read a track; an empty one when there is none or it cannot be read: the rest of the report stands."""
    try:
        # From memory: a file that is none stays open inside numpy.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as data:
            hop_s = round(float(data["hop_s"]), 6)
            f0_hz, level_db = (np.asarray(data[name], dtype=np.float64) for name in ("f0_hz", "level_db"))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return AcousticTrack()
    except (NotImplementedError, RuntimeError, MemoryError):  # says it is encrypted, or larger than anything
        return AcousticTrack()
    sound = hop_s > 0 and f0_hz.ndim == level_db.ndim == 1 and f0_hz.shape == level_db.shape
    if not sound or not (np.isfinite(f0_hz).all() and np.isfinite(level_db).all()):
        return AcousticTrack()
    return AcousticTrack(hop_s, tuple(f0_hz.tolist()), tuple(level_db.tolist()))
