"""Recordings of every kind, sound and damaged."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voice_interviewer.adapters.audio_files import AudioReader, load, probe, stream
from voice_interviewer.adapters.file_microphone import FileMicrophone
from voice_interviewer.core.errors import AudioFileError

RATE_HZ = 16_000
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="NOT TESTED: no ffmpeg to make files"
)


def tone(seconds: float, rate_hz: int, hz: float = 440.0, level: float = 8000.0) -> NDArray[np.int16]:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.int16)


def save(path: Path, pcm: NDArray[np.int16], rate_hz: int = RATE_HZ, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(pcm.tobytes())
    return path


def float_wav(path: Path, values: NDArray[np.float32], rate_hz: int = RATE_HZ) -> Path:
    data = values.astype("<f4").tobytes()
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1,
                         rate_hz, 4 * rate_hz, 4, 32, b"data", len(data))  # fmt: skip
    path.write_bytes(header + data)
    return path


def convert(source: Path, target: Path, *options: str) -> Path:
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-i", str(source), *options, str(target)], check=True
    )
    return target


def rms(pcm: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 768_000])
def test_every_rate_becomes_16_khz(tmp_path: Path, rate_hz: int) -> None:
    pcm = load(save(tmp_path / "a.wav", tone(1.5, rate_hz), rate_hz))
    assert pcm.size == pytest.approx(1.5 * RATE_HZ, abs=20)
    expected = tone(1.5, RATE_HZ)[400:20_000].astype(np.int32)
    assert np.abs(pcm[400:20_000] - expected).max() < 60


def test_channels_are_mixed_or_one_is_chosen(tmp_path: Path) -> None:
    left, right = tone(1, RATE_HZ), tone(1, RATE_HZ, hz=1000, level=4000)
    path = save(tmp_path / "a.wav", np.stack([left, right], axis=1).reshape(-1), channels=2)
    assert np.array_equal(load(path, channel=0), left)
    assert np.array_equal(load(path, channel=1), right)
    mean = (left.astype(np.int32) + right) / 2
    assert np.abs(load(path) - mean).max() <= 1
    with pytest.raises(AudioFileError, match="has no channel 2 - it has 2"):
        load(path, channel=2)


def test_32_channels_are_mixed(tmp_path: Path) -> None:
    one = tone(0.5, RATE_HZ)
    path = save(tmp_path / "a.wav", np.repeat(one, 32), channels=32)
    assert probe(path).channels == 32
    assert np.abs(load(path).astype(np.int32) - one).max() <= 1


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.ogg", "a.m4a", "a.opus", "a.aiff", "a.webm", "a.wma"])
def test_every_usual_format_is_read(tmp_path: Path, name: str) -> None:
    source = save(tmp_path / "source.wav", tone(3, 44_100), 44_100)
    reader = AudioReader(convert(source, tmp_path / name))
    pcm = np.concatenate(list(reader))
    assert pcm.size == pytest.approx(3 * RATE_HZ, abs=0.15 * RATE_HZ)
    assert rms(pcm[8000:40_000]) == pytest.approx(rms(tone(1, RATE_HZ)), rel=0.1)
    assert reader.warnings == []


@needs_ffmpeg
def test_the_sound_of_a_video_is_read(tmp_path: Path) -> None:
    source = save(tmp_path / "source.wav", tone(2, 44_100), 44_100)
    video = tmp_path / "a.mkv"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "color=c=blue:s=64x64:d=2",
         "-i", str(source), "-i", str(source), "-map", "0", "-map", "1", "-map", "2", str(video)],
        check=True,
    )  # fmt: skip
    assert probe(video).streams == 2
    assert load(video).size == pytest.approx(2 * RATE_HZ, abs=0.1 * RATE_HZ)
    silent_film = tmp_path / "silent.mkv"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", str(video), "-an", str(silent_film)], check=True)
    with pytest.raises(AudioFileError, match="no sound track"):
        load(silent_film)


def test_probe_tells_what_the_file_says(tmp_path: Path) -> None:
    info = probe(save(tmp_path / "a.wav", tone(2, 8000), 8000))
    assert (info.duration_s, info.sample_rate_hz, info.channels, info.codec) == (2.0, 8000, 1, "pcm_s16le")


def test_samples_out_of_range_or_not_a_number_are_tamed(tmp_path: Path) -> None:
    values = (tone(1, RATE_HZ) / 32768).astype(np.float32)
    values[1000:1100] = np.nan
    values[2000] = np.inf
    values[3000] = -1e30
    pcm = load(float_wav(tmp_path / "a.wav", values))
    assert not pcm[1000:1100].any()
    assert pcm[2000] == 0
    assert pcm[3000] == -32767
    assert np.abs(pcm[4000:] - tone(1, RATE_HZ)[4000:].astype(np.int32)).max() <= 1


# -- what cannot be used ---------------------------------------------------------------------------


def test_each_unusable_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("This is not sound. " * 50)
    (tmp_path / "short.wav").write_bytes(b"RIFF\x10\x00")
    (tmp_path / "random.mp3").write_bytes(np.random.default_rng(1).bytes(5000))
    os.mkfifo(tmp_path / "pipe.wav")
    save(tmp_path / "nothing.wav", tone(0, RATE_HZ))
    save(tmp_path / "slow.wav", tone(1, RATE_HZ), 1)
    expectations = {
        "absent.wav": "there is no recording",
        "folder": "is a folder",
        "empty.wav": "is empty",
        "text.wav": "not a recording that can be read",
        "short.wav": "not a recording that can be read",
        "nothing.wav": "holds no sound",
        "slow.wav": "claims 1 samples a second",
        "random.mp3": "random.mp3",
        "null\0byte": "cannot be read",
    }
    for name, message in expectations.items():
        with pytest.raises(AudioFileError, match=message) as caught:
            load(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioFileError, match="not a regular file"):
        load(tmp_path / "pipe.wav")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_one_clear_line(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(1, RATE_HZ))
    path.chmod(0)
    with pytest.raises(AudioFileError, match="Permission denied"):
        load(path)


def test_a_header_that_promises_more_gives_what_is_there_and_a_warning(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(10, RATE_HZ))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 3 * RATE_HZ + 1])
    reader = AudioReader(path)
    pcm = np.concatenate(list(reader))
    assert np.array_equal(pcm, tone(10, RATE_HZ)[: 3 * RATE_HZ])
    assert len(reader.warnings) == 1
    assert "cut off" in reader.warnings[0]


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.ogg", "a.mkv"])
def test_a_cut_compressed_file_gives_what_is_there(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(3)
    source = save(tmp_path / "source.wav", (rng.standard_normal(20 * RATE_HZ) * 3000).astype(np.int16))
    whole = convert(source, tmp_path / name)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 7 * RATE_HZ < load(whole).size < 13 * RATE_HZ


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.m4a", "a.mkv"])
def test_damaged_bytes_never_end_in_anything_but_sound_or_a_clear_error(tmp_path: Path, name: str) -> None:
    source = save(tmp_path / "source.wav", tone(2, RATE_HZ))
    whole = source if name == "a.wav" else convert(source, tmp_path / name)
    data = bytearray(whole.read_bytes())
    rng = np.random.default_rng(4)
    for attempt in range(40):
        damaged = bytearray(data)
        # Half of the time only the first bytes, where the promises are.
        reach = len(damaged) if attempt % 2 else min(len(damaged), 120)
        for position in rng.integers(0, reach, size=rng.integers(1, 30)):
            damaged[position] = rng.integers(0, 256)
        path = tmp_path / f"damaged{name}"
        path.write_bytes(damaged)
        error_lines, seconds = 1, 0.0
        try:
            seconds = sum(block.size for block in stream(path)) / RATE_HZ
        except AudioFileError as error:
            error_lines = len(str(error).splitlines())
        assert error_lines == 1
        assert seconds < 3600


def test_nothing_is_fetched_from_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        port = server.getsockname()[1]
        playlist = tmp_path / "a.m3u8"
        playlist.write_text(
            f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n"
        )
        for name in (playlist, Path(f"http://127.0.0.1:{port}/a.wav")):
            with pytest.raises(AudioFileError):
                load(name)
        with pytest.raises(TimeoutError):
            server.accept()


def test_an_hour_is_streamed_in_little_memory(tmp_path: Path) -> None:
    import resource

    path = save(tmp_path / "hour.wav", np.tile(tone(60, RATE_HZ), 60))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = sum(block.size for block in stream(path)) / RATE_HZ
    assert seconds == 3600
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


# -- the file as microphone ------------------------------------------------------------------------


def test_a_file_as_microphone_hands_out_every_sample(tmp_path: Path) -> None:
    said = tone(1.0, RATE_HZ)[:15_900]
    microphone = FileMicrophone(save(tmp_path / "a.wav", said), realtime=False)
    microphone.start()
    frames = []
    with contextlib.suppress(EOFError):
        while (frame := microphone.read(0.0)) is not None:
            frames.append(frame)
    microphone.stop()
    heard = np.frombuffer(b"".join(frame.pcm for frame in frames), dtype=np.int16)
    assert np.array_equal(heard[:15_900], said)
    assert heard.size == 16_000
    assert [frame.start_sample for frame in frames] == list(range(0, 16_000, 320))


def test_a_file_in_real_time_takes_its_time(tmp_path: Path) -> None:
    microphone = FileMicrophone(save(tmp_path / "a.wav", tone(0.6, RATE_HZ)), realtime=True)
    microphone.start()
    assert microphone.read(0.001) is None
    began = time.monotonic()
    count = 0
    with contextlib.suppress(EOFError):
        while time.monotonic() - began < 10:
            count += microphone.read(0.1) is not None
    assert count == 30
    assert time.monotonic() - began == pytest.approx(0.6, abs=0.1)
    microphone.stop()


def test_a_file_microphone_without_a_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="there is no recording"):
        FileMicrophone(tmp_path / "absent.wav").start()


def test_real_recordings_are_read_as_long_as_they_are() -> None:
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("NOT TESTED on real recordings: ../shared/data is absent")
    call = folder / "unlabelled" / "call_8khz.flac"
    assert load(call).size / RATE_HZ == pytest.approx(probe(call).duration_s, abs=0.01)
    for noise in (folder / "noise").glob("*.ogg"):
        reader = AudioReader(noise)
        assert sum(block.size for block in reader) > RATE_HZ
        assert reader.warnings == []
    assert json.loads((folder / "read" / "texts.json").read_text())
