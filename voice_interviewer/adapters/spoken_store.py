"""Fixed prompts, kept as sound from one session to the next: the greeting does not wait for the voice.

Only what the program always says belongs here (greetings, the bank's questions), never a word of the
candidate's.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from voice_interviewer.ports import AudioChunk

MOST_FILES = 200
"""About 100 kB each. The longest unused go first."""


class SpokenStore:
    """Implements `runtime.speech.Store`. Whatever goes wrong with it costs time, never a prompt."""

    def __init__(self, folder: Path, voice: str) -> None:
        """`voice` names everything that changes how a text sounds."""
        self._folder = folder
        self._voice = voice

    def load(self, text: str) -> list[AudioChunk] | None:
        """The text's sound, one chunk a sentence; None when it is not kept."""
        path = self._path(text)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                rate_hz = int(kept["rate_hz"])
                pieces = np.split(kept["pcm"].astype(np.int16), kept["ends"][:-1])
                chunks = [
                    AudioChunk(pcm, rate_hz, str(sentence))
                    for pcm, sentence in zip(pieces, kept["sentences"], strict=True)
                ]
            os.utime(path)
        except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, BadZipFile):
            return None
        return chunks if rate_hz > 0 and any(len(chunk.pcm) for chunk in chunks) else None

    def save(self, text: str, chunks: Sequence[AudioChunk]) -> None:
        """Keep it."""
        if not chunks:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            with os.fdopen(handle, "wb") as out:
                np.savez(
                    out,
                    pcm=np.concatenate([chunk.pcm for chunk in chunks]),
                    ends=np.cumsum([len(chunk.pcm) for chunk in chunks]),
                    sentences=np.array([chunk.text for chunk in chunks]),
                    rate_hz=chunks[0].sample_rate_hz,
                )
            Path(name).replace(self._path(text))
            self._thin_out()

    def _thin_out(self) -> None:
        kept = sorted(self._folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MOST_FILES]:
            path.unlink(missing_ok=True)

    def _path(self, text: str) -> Path:
        key = hashlib.sha256(f"{self._voice}\0{text}".encode()).hexdigest()[:32]
        return self._folder / f"{key}.npz"
