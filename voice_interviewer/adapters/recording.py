"""Lossless recordings that survive a crash: plain WAV, its header brought up to date about once a second.

Samples go to the operating system with every write, so `kill -9` loses nothing that was handed over. A
thread asks for them to be put on the disk once a second, so that a power cut costs about a second; the
listener never waits for the disk. The header's sizes are patched at the same pace, and `recover` mends what a
cut left stale.
"""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from voice_interviewer.core.errors import AudioFileError, SessionError, StorageFullError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Pcm16

HEADER_BYTES = 44
SYNC_S = 1.0
MAX_DATA_BYTES = 0xFFFF_FFFF - HEADER_BYTES
"""A WAV file's sizes are 32-bit: 37 hours at 16 kHz."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def wav_header(sample_rate_hz: int, data_bytes: int) -> bytes:
    """The 44 bytes before the samples of a mono 16-bit WAV file."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1,
        sample_rate_hz, 2 * sample_rate_hz, 2, 16, b"data", data_bytes,
    )  # fmt: skip


class TrackRecorder:
    """One party's track of a session, mono 16-bit WAV, position = sample on the session's timeline.

    Where nothing was written there are zeros. Used by one thread. Raises SessionError when the file cannot
    be made or the disk fails, StorageFullError when it is full, each once: what is there stays, and later
    sound is kept, at its right place, as soon as that works again.
    """

    def __init__(self, path: Path, sample_rate_hz: int = SAMPLE_RATE_HZ, *, keep: bool = False) -> None:
        """`keep`: go on with what the file holds, where there is one."""
        self.path = path
        self.sample_rate_hz = sample_rate_hz
        self.lost_samples = 0
        """Samples that found no room on the disk."""
        self._samples = 0
        self._patched_at = 0
        self._refused = False
        self._retry_at = 0
        self._closing = threading.Event()
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._file = os.open(path, flags if keep else flags | os.O_TRUNC, 0o600)
            self._samples = self._patched_at = max(0, os.fstat(self._file).st_size - HEADER_BYTES) // 2
        except OSError as error:
            raise _session_error(path, error) from error
        try:
            _write_all(self._file, wav_header(sample_rate_hz, 2 * self._samples), 0)
        except OSError as error:
            os.close(self._file)
            raise _session_error(path, error) from error
        self._syncer = threading.Thread(target=self._sync, name=f"sync {path.name}", daemon=True)
        self._syncer.start()

    @property
    def duration_s(self) -> float:
        """From the start of the timeline to the last sample written."""
        return self._samples / self.sample_rate_hz

    def append(self, pcm: Pcm16 | bytes) -> None:
        """Write after the last sample."""
        self.write_at(self._samples, pcm)

    def write_at(self, start_sample: int, pcm: Pcm16 | bytes) -> None:
        """Write at a position of the track's own sample counter, over what may be there."""
        data = pcm if isinstance(pcm, bytes) else pcm.astype("<i2", copy=False).tobytes()
        if start_sample < 0:  # began before the session did
            data = data[2 * -start_sample :]
            start_sample = 0
        if not data:
            return
        count = len(data) // 2
        if self._refused and start_sample < self._retry_at:
            self.lost_samples += count
            return
        try:
            if 2 * (start_sample + count) > MAX_DATA_BYTES:
                raise OSError(errno.EFBIG, "a WAV file cannot grow further")
            _write_all(self._file, data, HEADER_BYTES + 2 * start_sample)
            self._samples = max(self._samples, start_sample + count)
            self._refused = False
            if abs(self._samples - self._patched_at) >= SYNC_S * self.sample_rate_hz:
                self._patch_header()
        except OSError as error:
            self.lost_samples += count
            self._refuse(start_sample, error)

    def _refuse(self, start_sample: int, error: OSError) -> None:
        """Keep what is there; complain the first time only."""
        known, self._refused = self._refused, True
        # Trying with every frame would only cost time; after a second of sound there may be room.
        self._retry_at = start_sample + round(SYNC_S * self.sample_rate_hz)
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, HEADER_BYTES + 2 * self._samples)
            self._patch_header()
        if not known:
            raise _session_error(self.path, error) from error

    def _patch_header(self) -> None:
        _write_all(self._file, wav_header(self.sample_rate_hz, 2 * self._samples), 0)
        self._patched_at = self._samples

    def _sync(self) -> None:
        while not self._closing.wait(SYNC_S):
            # A disk that fails here fails the next write too, which reports it.
            with contextlib.suppress(OSError):
                os.fsync(self._file)

    def close(self) -> None:
        """Bring the header up to date and put everything on the disk; never raises, may be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._syncer.join()
        with contextlib.suppress(OSError):
            self._patch_header()
        with contextlib.suppress(OSError):
            os.fsync(self._file)
        with contextlib.suppress(OSError):
            os.close(self._file)


@dataclass(frozen=True, slots=True)
class RecoveredTrack:
    """What `recover` found."""

    duration_s: float
    repaired: bool
    """The header did not tell the truth and was mended."""


def recover(path: Path, sample_rate_hz: int = SAMPLE_RATE_HZ) -> RecoveredTrack:
    """Mend a track whose end or header a crash cut off; `sample_rate_hz` counts only without a header.

    Never removes samples, except half a one at the end. Raises AudioFileError.
    """
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            header = file.read(HEADER_BYTES)
            rate_hz = _rate_in(header)
            if not rate_hz and header[:4] == b"RIFF" and header[8:12] == b"WAVE":
                raise AudioFileError(f"{path} is a recording, but not one of a session")
            rate_hz = rate_hz or sample_rate_hz
            data_bytes = max(0, size - HEADER_BYTES) & ~1
            wanted = wav_header(rate_hz, min(data_bytes, MAX_DATA_BYTES))
            repaired = header != wanted or size != HEADER_BYTES + data_bytes
            if repaired:
                file.seek(0)
                file.write(wanted)
                file.truncate(HEADER_BYTES + data_bytes)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise AudioFileError(f"{path} cannot be recovered: {error.strerror}") from error
    return RecoveredTrack(data_bytes / 2 / rate_hz, repaired)


def _rate_in(header: bytes) -> int:
    """The sample rate that a header of ours states, 0 if it is none of ours or damaged."""
    if len(header) < HEADER_BYTES:
        return 0
    stated = int.from_bytes(header[24:28], "little")
    ours = wav_header(stated, 0) if stated < 2**31 else b""
    return stated if stated and (header[:4], header[8:40]) == (ours[:4], ours[8:40]) else 0


def _write_all(file: int, data: bytes, offset: int) -> None:
    """All of `data`: the system may take less at once, notably when a disk fills up."""
    os.lseek(file, offset, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _session_error(path: Path, error: OSError) -> SessionError:
    if error.errno in _FULL:
        return StorageFullError(
            f"no room left for the recording {path}", hint="free some space; what was recorded is kept"
        )
    return SessionError(f"the recording {path} cannot be written: {error.strerror}")
