"""A stretch of a track that is still being written, read back by sample position."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from voice_interviewer.ports import Pcm16

HEADER_BYTES = 44
"""Our own tracks have the plain header; what it says about the length is not trusted while recording."""


def read_wav_span(path: Path, first: int, last: int) -> Pcm16:
    """Samples [first, last) of one of our own mono int16 tracks; shorter where the file has fewer, empty on
    failure.
    """
    count = max(0, last - first)
    try:
        with path.open("rb") as file:
            file.seek(HEADER_BYTES + 2 * max(0, first))
            data = file.read(2 * count)
    except OSError:
        data = b""
    return np.frombuffer(data[: len(data) & ~1], dtype="<i2").astype(np.int16)
