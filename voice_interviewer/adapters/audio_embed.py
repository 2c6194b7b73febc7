"""Tracks made small enough to live inside the report page: MP3, which every browser plays and seeks
exactly.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream

from voice_interviewer.core.errors import AudioFileError

BIT_RATES = {"candidate": 32_000, "interviewer": 24_000}
"""The candidate's voice is what one listens to; the interviewer's only gives the context."""
SAMPLE_RATE_HZ = 16_000
MIME = "audio/mpeg"
_ENCODER = "libmp3lame"
_EFFORT: dict[str, object] = {"compression_level": "7"}
"""Twice as fast as the default; at these rates nobody hears a difference."""

Progress = Callable[[float], None]
"""Called with the seconds of sound encoded so far."""


def embedded(tracks: Mapping[str, Path], *, progress: Progress | None = None) -> dict[str, str]:
    """Each track ('candidate', 'interviewer') as a data: URI; files that are absent or hold no sound are
    left out.

    Takes about a second for two minutes of sound; constant bit rate, so that a jump lands where it should.
    Raises AudioFileError when a file cannot be read.
    """
    sources: dict[str, str] = {}
    for party, path in tracks.items():
        if path.is_file():
            encoded = encode(path, bit_rate=BIT_RATES.get(party, 32_000), progress=progress)
            if encoded:
                sources[party] = f"data:{MIME};base64,{base64.b64encode(encoded).decode('ascii')}"
    return sources


def encode(path: Path, *, bit_rate: int, progress: Progress | None = None) -> bytes:
    """A sound file as mono MP3; b'' when it holds no sound. Raises AudioFileError."""
    target = io.BytesIO()
    try:
        with av.open(str(path)) as source, av.open(target, "w", format="mp3") as sink:
            stream = sink.add_stream(_ENCODER, rate=SAMPLE_RATE_HZ)
            assert isinstance(stream, AudioStream)
            stream.bit_rate = bit_rate
            stream.layout = "mono"
            stream.options = _EFFORT
            samples = _transcode(source, sink, stream, progress)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AudioFileError(f"cannot put {path} into the page: {reason}") from None
    return target.getvalue() if samples else b""


def _transcode(
    source: av.container.InputContainer,
    sink: av.container.OutputContainer,
    stream: AudioStream,
    progress: Progress | None,
) -> int:
    """Through a resampler into the encoder; the number of samples."""
    resampler = av.AudioResampler(format="s16p", layout="mono", rate=SAMPLE_RATE_HZ)
    samples = 0
    frames = iter(source.decode(source.streams.audio[0]))
    while True:
        frame = next(frames, None)
        for piece in resampler.resample(frame):
            samples += piece.samples
            for packet in stream.encode(piece):
                sink.mux(packet)
        if frame is None:
            break
        if progress is not None:
            progress(samples / SAMPLE_RATE_HZ)
    for packet in stream.encode(None):
        sink.mux(packet)
    return samples
