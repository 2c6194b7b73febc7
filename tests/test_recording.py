"""Recordings that survive what happens to processes, disks and power."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from voice_interviewer.adapters.recording import HEADER_BYTES, TrackRecorder, recover, wav_header
from voice_interviewer.core.errors import AudioFileError, SessionError, StorageFullError
from voice_interviewer.core.events import WorkerFailed
from voice_interviewer.runtime.track import KeptTrack, Pcm

RATE_HZ = 16_000


def ramp(samples: int, start: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return ((np.arange(start, start + samples) % 20_000) + 1).astype(np.int16)


def contents(path: Path) -> tuple[int, np.ndarray[tuple[int], np.dtype[np.int16]]]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def test_appended_sound_reads_back(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path / "a.wav", 22_050)
    recorder.append(ramp(1000))
    recorder.append(ramp(1000, 1000).tobytes())
    assert recorder.duration_s == pytest.approx(2000 / 22_050)
    recorder.close()
    recorder.close()
    rate_hz, pcm = contents(tmp_path / "a.wav")
    assert rate_hz == 22_050
    assert np.array_equal(pcm, ramp(2000))
    assert (tmp_path / "a.wav").stat().st_mode & 0o777 == 0o600


def test_positions_are_kept_and_holes_are_silent(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path / "a.wav")
    recorder.write_at(500, ramp(100))
    recorder.write_at(2000, ramp(100))
    recorder.write_at(550, np.full(10, -7, dtype=np.int16))
    recorder.write_at(-50, ramp(60))  # began before the session: only what lies within it
    recorder.close()
    _, pcm = contents(tmp_path / "a.wav")
    expected = np.zeros(2100, dtype=np.int16)
    expected[500:600] = expected[2000:2100] = ramp(100)
    expected[550:560] = -7
    expected[:10] = ramp(60)[50:]
    assert np.array_equal(pcm, expected)


WRITER = """
import sys, time
from pathlib import Path
import numpy as np
from voice_interviewer.adapters.recording import TrackRecorder
recorder = TrackRecorder(Path(sys.argv[1]))
position = 0
while True:
    recorder.append(((np.arange(position, position + 320) % 20000) + 1).astype(np.int16))
    position += 320
    print(position, flush=True)
    time.sleep(0.002)
"""


@pytest.mark.parametrize("moment", range(5))
def test_kill_at_a_random_moment_loses_nothing_handed_over(tmp_path: Path, moment: int) -> None:
    path = tmp_path / "killed.wav"
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(random.Random(moment).uniform(0.0, 0.8))
    child.send_signal(signal.SIGKILL)
    told = [int(line) for line in child.stdout.read().split(b"\n")[:-1] if line]
    child.stdout.close()
    child.wait()
    # Readable as it lies there, up to the last second; whole after recovery.
    assert contents(path)[0] == RATE_HZ
    result = recover(path)
    pcm = contents(path)[1]
    assert pcm.size >= max(told, default=320)
    assert np.array_equal(pcm, ramp(pcm.size))
    assert result.duration_s == pcm.size / RATE_HZ


def test_header_is_brought_up_to_date_every_second(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path / "a.wav")
    for index in range(175):
        recorder.append(ramp(320, 320 * index))
        if index >= 50:
            assert contents(tmp_path / "a.wav")[1].size >= 320 * (index + 1) - RATE_HZ
    recorder.close()


@pytest.mark.parametrize(
    "damage",
    [b"", b"RIFF", bytes(HEADER_BYTES), wav_header(22_050, 0), wav_header(22_050, 0xFFFF_FF00)],
    ids=["no header", "cut header", "zeros", "stale", "lying"],
)
def test_any_header_is_mended(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(damage + (ramp(5000).tobytes() + b"\x01" if len(damage) == HEADER_BYTES else b""))
    result = recover(path, 22_050)
    assert result.repaired
    rate_hz, pcm = contents(path)
    assert rate_hz == 22_050
    assert np.array_equal(pcm, ramp(5000) if len(damage) == HEADER_BYTES else ramp(0))
    assert not recover(path, 22_050).repaired


def test_recovery_leaves_a_sound_track_and_foreign_files_alone(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path / "a.wav")
    recorder.append(ramp(1234))
    recorder.close()
    before = (tmp_path / "a.wav").read_bytes()
    assert not recover(tmp_path / "a.wav").repaired
    assert (tmp_path / "a.wav").read_bytes() == before
    with wave.open(str(tmp_path / "stereo.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(400))
    foreign = (tmp_path / "stereo.wav").read_bytes()
    with pytest.raises(AudioFileError, match="not one of a session"):
        recover(tmp_path / "stereo.wav")
    assert (tmp_path / "stereo.wav").read_bytes() == foreign
    with pytest.raises(AudioFileError, match="cannot be recovered"):
        recover(tmp_path / "absent.wav")


def test_full_disk_is_told_once_and_what_is_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = [HEADER_BYTES + 10_000]
    real_write = os.write

    def write(file: int, data: bytes) -> int:
        free = room[0] - os.lseek(file, 0, os.SEEK_CUR)
        if free <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(file, bytes(data)[:free])

    recorder = TrackRecorder(tmp_path / "a.wav")
    monkeypatch.setattr("os.write", write)
    raised: list[tuple[int, str]] = []
    for index in range(200):
        if index == 120:
            room[0] = 10**9  # somebody made room
        try:
            recorder.append(ramp(320, 320 * index)) if not raised else recorder.write_at(
                320 * index, ramp(320, 320 * index)
            )
        except StorageFullError as error:
            raised.append((index, str(error)))
    recorder.close()
    assert [index for index, _ in raised] == [15]
    assert "no room left" in raised[0][1]
    _, pcm = contents(tmp_path / "a.wav")
    assert pcm.size == 200 * 320
    assert np.array_equal(pcm[: 15 * 320], ramp(15 * 320))
    later = np.flatnonzero(pcm[15 * 320 :])[0] + 15 * 320
    assert later <= 180 * 320
    assert np.array_equal(pcm[later:], ramp(200 * 320)[later:])
    assert recorder.lost_samples == later - 15 * 320


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_full_from_the_start_is_a_clear_error() -> None:
    with pytest.raises(StorageFullError, match="no room left"):
        TrackRecorder(Path("/dev/full"))


def test_an_impossible_place_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="cannot be written"):
        TrackRecorder(tmp_path / "absent" / "a.wav")


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    import threading

    before = threading.active_count()
    recorder = TrackRecorder(tmp_path / "a.wav")
    recorder.append(ramp(100))
    recorder.close()
    assert threading.active_count() == before


def test_a_session_goes_on_without_room_and_records_again_when_there_is_some() -> None:
    class Full:
        offered = 0

        def write_at(self, start_sample: int, pcm: Pcm) -> None:
            self.offered += 1
            if self.offered in (2, 3):
                raise StorageFullError("no room left for the recording")

    track = Full()
    told: list[object] = []
    kept = KeptTrack(track, told.append, lambda: 7.0)
    for start in range(0, 1600, 320):
        kept.write_at(start, np.zeros(320, dtype=np.int16))
    assert track.offered == 5
    assert told == [WorkerFailed(7.0, "recording", "no room left for the recording")]
