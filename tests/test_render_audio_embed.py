"""Tracks inside the page: small, in time, and readable by any browser."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from voice_interviewer.adapters.audio_embed import embedded, encode
from voice_interviewer.core.errors import AudioFileError

RATE = 16_000


def decoded(data: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    pieces = []
    with av.open(io.BytesIO(data), mode="r") as file:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in file.decode(audio=0):
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    return np.concatenate(pieces)


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    """Ten seconds of quiet with a burst of tone at 1, 4 and 8.5 s."""
    samples = np.zeros(10 * RATE, np.float32)
    for at_s in (1.0, 4.0, 8.5):
        start = int(at_s * RATE)
        samples[start : start + 800] = 0.6 * np.sin(2 * np.pi * 500 * np.arange(800) / RATE)
    path = tmp_path / "candidate.wav"
    soundfile.write(path, samples, RATE)
    return path


def test_sound_keeps_its_place_in_time(clicks: Path) -> None:
    sound = decoded(encode(clicks, bit_rate=32_000))
    loud = np.flatnonzero(np.abs(sound) > 0.25)
    onsets = [loud[0], *loud[1:][np.diff(loud) > RATE]]
    assert np.array(onsets) / RATE == pytest.approx([1.0, 4.0, 8.5], abs=0.03)


def test_it_is_as_small_as_promised(clicks: Path) -> None:
    assert len(encode(clicks, bit_rate=32_000)) < 1.1 * 10 * 32_000 / 8


def test_tracks_become_data_uris_and_absent_ones_are_left_out(clicks: Path, tmp_path: Path) -> None:
    heard: list[float] = []
    sources = embedded({"candidate": clicks, "interviewer": tmp_path / "none.wav"}, progress=heard.append)
    assert list(sources) == ["candidate"]
    head, _, body = sources["candidate"].partition(",")
    assert head == "data:audio/mpeg;base64"
    assert len(decoded(base64.b64decode(body))) / RATE == pytest.approx(10.0, abs=0.2)
    assert heard[-1] == pytest.approx(10.0, abs=0.2)


def test_a_file_that_is_no_sound_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "candidate.wav"
    path.write_bytes(b"RIFF nonsense")
    with pytest.raises(AudioFileError, match="cannot put"):
        encode(path, bit_rate=32_000)
