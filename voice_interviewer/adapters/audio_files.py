"""Recordings of any kind - WAV, FLAC, MP3, the sound of a video - as 16 kHz mono, streamed.

FFmpeg (through PyAV) reads the formats. What it hands over is not trusted: sample rates, channel counts and
NaNs are checked here, and whatever is wrong becomes one AudioFileError that names the file and the remedy.
Only local files are opened, also by playlists and containers that point elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import av.logging
import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.resample import Resampler
from voice_interviewer.core.errors import AudioFileError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Pcm16

MIN_RATE_HZ = 4_000
"""Speech at less than this cannot be understood; real files of such a rate are damaged."""
MAX_RATE_HZ = 768_000
MAX_CHANNELS = 64
_SHORTFALL_S = 1.0
_SHORTFALL = 0.02
"""A file that holds less than it promises, by both of these, was cut off."""

av.logging.set_level(None)  # what FFmpeg thinks of a file comes as an error, not on the screen


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file says about itself."""

    duration_s: float
    """As stated by the file, also where it was cut off; 0 when it does not say."""
    sample_rate_hz: int
    channels: int
    codec: str
    streams: int
    """Sound tracks in the file; the first is used."""


class AudioReader:
    """One pass over a file's sound: iterate for int16 blocks of 16 kHz mono, shape (samples,).

    `warnings` is complete once the iteration has ended. Raises AudioFileError on construction when the file
    cannot be used at all, from the iteration when it holds no sound.
    """

    def __init__(self, path: Path, channel: int | None = None) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.samples = 0
        """Samples at 16 kHz handed over so far."""
        self._channel = channel
        self._container = _open(path)
        try:
            self.info, self._stream = _inspect(path, self._container)
            if channel is not None and not 0 <= channel < self.info.channels:
                raise AudioFileError(
                    f"{path} has no channel {channel}", hint=f"it has {self.info.channels}, from 0"
                )
        except BaseException:
            self._container.close()
            raise

    def __iter__(self) -> Iterator[Pcm16]:
        resampler: Resampler | None = None
        with contextlib.closing(self):
            for mono, rate_hz in self._decoded():
                if resampler is None or resampler.from_hz != rate_hz:
                    if resampler is not None:  # a file may change its rate on the way
                        yield from self._counted(resampler.flush())
                    resampler = Resampler(rate_hz, SAMPLE_RATE_HZ)
                yield from self._counted(resampler.feed(mono))
            if resampler is not None:
                yield from self._counted(resampler.flush())
        self._judge()

    def _counted(self, pcm: Pcm16) -> Iterator[Pcm16]:
        if pcm.size:
            self.samples += pcm.size
            yield pcm

    def _decoded(self) -> Iterator[tuple[Pcm16, int]]:
        """Mono blocks at the file's own rate; stops with a warning where the file is damaged."""
        damaged = 0
        for packet in self._packets():
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, ValueError):
                damaged += 1
                continue
            for frame in frames:
                rate_hz = frame.sample_rate or self.info.sample_rate_hz
                _check_rate(self.path, rate_hz)
                yield self._mono(frame), rate_hz
        if damaged:
            self.warnings.append(f"{damaged} damaged pieces of {self.path.name} were left out")

    def _packets(self) -> Iterator[Any]:
        try:
            yield from self._container.demux(self._stream)
        except (av.error.FFmpegError, OSError) as error:
            if not self.samples:
                raise AudioFileError(
                    f"{self.path} cannot be decoded: {_reason(error)}", hint="is it damaged?"
                ) from error
            self.warnings.append(f"{self.path.name} breaks off: {_reason(error)}")

    def _mono(self, frame: Any) -> Pcm16:
        """One channel, or the mean of all, as int16."""
        data = frame.to_ndarray()
        channels = max(1, frame.layout.nb_channels)
        if not frame.format.is_planar:
            data = data.reshape(-1, channels).T
        if data.dtype == np.int16 and channels == 1:
            return np.ascontiguousarray(data[0])
        values = _unit_scale(data)
        if self._channel is not None and self._channel < channels:
            mono = values[self._channel]
        else:
            mono = values.mean(axis=0)
        pcm: Pcm16 = np.round(mono * 32767.0).astype(np.int16)
        return pcm

    def _judge(self) -> None:
        """After the end: was there sound, and as much as promised?"""
        if not self.samples:
            raise AudioFileError(f"{self.path} holds no sound", hint="was anything recorded?")
        heard_s = self.samples / SAMPLE_RATE_HZ
        missing_s = self.info.duration_s - heard_s
        if missing_s > _SHORTFALL_S and missing_s > _SHORTFALL * self.info.duration_s:
            promised_s = self.info.duration_s
            self.warnings.append(
                f"{self.path.name} is cut off: it promises {promised_s:.1f} s and holds {heard_s:.1f} s"
            )

    def close(self) -> None:
        """Close the file; iterating to the end does it too."""
        self._container.close()


def probe(path: Path) -> AudioInfo:
    """What the file says about itself, without decoding it. Raises AudioFileError."""
    reader = AudioReader(path)
    reader.close()
    return reader.info


def stream(path: Path, channel: int | None = None) -> Iterator[Pcm16]:
    """The file's sound in blocks of 16 kHz mono int16. Raises AudioFileError; AudioReader also warns."""
    return iter(AudioReader(path, channel))


def load(path: Path, channel: int | None = None) -> Pcm16:
    """All of the file's sound, 16 kHz mono int16, shape (samples,). Raises AudioFileError."""
    return np.concatenate(list(stream(path, channel)))


def _open(path: Path) -> Any:
    if path.is_dir():
        raise AudioFileError(f"{path} is a folder, not a recording")
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for somebody to write
            raise AudioFileError(f"{path} is not a regular file")
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise AudioFileError(f"there is no recording {path}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioFileError(f"the recording {path} cannot be read: {reason}") from error
    if empty:
        raise AudioFileError(f"{path} is empty", hint="was anything recorded?")
    try:
        # The prefix keeps FFmpeg from taking a file's name for an address, the list from following one.
        return av.open(
            f"file:{os.fspath(path)}", options={"protocol_whitelist": "file"}, metadata_errors="replace"
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise AudioFileError(
            f"{path} is not a recording that can be read: {_reason(error)}",
            hint="WAV, FLAC, MP3, OGG, M4A and the sound of videos work",
        ) from error


def _inspect(path: Path, container: Any) -> tuple[AudioInfo, Any]:
    streams = container.streams.audio
    if not streams:
        raise AudioFileError(f"{path} has no sound track", hint="choose a recording with sound")
    chosen = streams[0]
    context = chosen.codec_context
    if context is None:
        raise AudioFileError(
            f"the sound of {path} is in a format unknown here", hint="convert it to WAV or MP3"
        )
    rate_hz, channels = int(context.sample_rate or 0), int(context.channels or 0)
    _check_rate(path, rate_hz)
    if not 0 < channels <= MAX_CHANNELS:
        raise AudioFileError(f"{path} claims {channels} channels", hint="is its header damaged?")
    duration_s = 0.0
    if chosen.duration is not None and chosen.time_base:
        duration_s = float(chosen.duration * chosen.time_base)
    elif container.duration:
        duration_s = container.duration / av.time_base
    # FFmpeg corrects a WAV file's duration by its size; what was promised tells that it was cut off.
    duration_s = _promised_by_wav_s(path) or duration_s
    info = AudioInfo(max(0.0, duration_s), rate_hz, channels, str(context.name), len(streams))
    return info, chosen


def _promised_by_wav_s(path: Path) -> float:
    """Duration in the header of a WAV file, 0 when it is none or says nothing."""
    with path.open("rb") as file:
        if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
            return 0.0
        bytes_per_s = 0
        while len(chunk := file.read(8)) == 8:
            size = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"data":
                unknown = size == 0xFFFF_FFFF or not bytes_per_s
                return 0.0 if unknown else size / bytes_per_s
            if chunk[:4] == b"fmt ":
                bytes_per_s = int.from_bytes(file.read(12)[8:], "little")
                size -= 12
            file.seek(max(0, size) + size % 2, os.SEEK_CUR)
    return 0.0


def _check_rate(path: Path, rate_hz: int) -> None:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioFileError(
            f"{path} claims {rate_hz} samples a second", hint="is its header damaged? 8 to 192 kHz are usual"
        )


def _unit_scale(data: NDArray[Any]) -> NDArray[np.float64]:
    """Samples of any type as floats within [-1, 1]; NaN and infinity become silence."""
    if data.dtype.kind == "f":
        finite = np.where(np.isfinite(data), data, 0.0)
        return np.clip(finite, -1.0, 1.0).astype(np.float64)
    if data.dtype == np.uint8:
        return (data.astype(np.float64) - 128.0) / 128.0
    return data.astype(np.float64) / float(2 ** (8 * data.dtype.itemsize - 1))


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return str(text).splitlines()[0] if text else type(error).__name__
