"""The sample clock, the frames, the resampler and the loudspeakers that are none: no device needed."""

from __future__ import annotations

import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_interviewer.adapters import portaudio
from voice_interviewer.adapters.portaudio import Device
from voice_interviewer.adapters.resample import Resampler
from voice_interviewer.adapters.sample_clock import FrameAssembler, SampleClock
from voice_interviewer.adapters.silent_playback import FilePlayback, NullPlayback
from voice_interviewer.core.errors import DeviceError

BLOCK_S = 0.02


def run(clock: SampleClock, arrivals_s: list[float]) -> float:
    return sum(clock.arrived(BLOCK_S, at_s) for at_s in arrivals_s)


def steady(count: int, start_s: float) -> list[float]:
    return [start_s + BLOCK_S * (index + 1) for index in range(count)]


def test_steady_blocks_lose_nothing() -> None:
    clock = SampleClock()
    assert run(clock, steady(5000, 100.0)) == 0
    assert clock.epoch_s == pytest.approx(100.0, abs=0.001)


def test_late_blocks_that_catch_up_lose_nothing() -> None:
    clock = SampleClock()
    run(clock, steady(100, 0.0))
    burst = [max(at_s, 3.0) for at_s in steady(100, 2.0)]  # a second late, then all at once
    assert run(clock, burst) == 0
    assert run(clock, steady(100, 4.0)) == 0


def test_jitter_of_a_server_with_large_fragments_loses_nothing() -> None:
    clock = SampleClock()
    arrivals_s = [BLOCK_S * 4 * (index // 4 + 1) for index in range(2000)]
    assert run(clock, arrivals_s) == 0


@pytest.mark.parametrize("lost_s", [0.1, 0.5, 30.0])
def test_a_silent_loss_is_found_within_ten_blocks(lost_s: float) -> None:
    clock = SampleClock()
    run(clock, steady(500, 0.0))
    missing_s = run(clock, steady(10, 10.0 + lost_s))
    assert missing_s == pytest.approx(lost_s, rel=0.001, abs=0.005)
    assert run(clock, steady(500, 10.2 + lost_s)) == 0
    assert clock.position_s == pytest.approx(20.2 + lost_s, rel=0.001)


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_a_device_whose_crystal_is_off_loses_nothing_in_an_hour(drift: float) -> None:
    clock = SampleClock()
    arrivals_s = [BLOCK_S * (1 + drift) * index for index in range(1, 180_000)]
    assert run(clock, arrivals_s) == 0


def test_the_absence_of_a_device_is_measured_from_the_least_late_block() -> None:
    clock = SampleClock()
    run(clock, steady(50, 0.0))
    bunch = [(BLOCK_S, 3.5)] * 5 + [(BLOCK_S, 3.52), (BLOCK_S, 3.54)]  # the first ones came late
    assert clock.silence_before_s(bunch) == pytest.approx(3.4 - 1.0, abs=0.001)


@given(st.lists(st.one_of(st.integers(0, 2000), st.lists(st.integers(-9, 9), max_size=700)), max_size=12))
def test_frames_are_the_parts_in_order(parts: list[int | list[int]]) -> None:
    frames = FrameAssembler()
    expected: list[int] = []
    for part in parts:
        if isinstance(part, int):
            frames.add_silence(part)
            expected += [0] * part
        else:
            frames.add(np.array(part, dtype=np.int16))
            expected += part
    assert frames.end_sample == len(expected)
    frames.pad()
    heard: list[int] = []
    while (frame := frames.next()) is not None:
        assert frame.start_sample == len(heard)
        assert len(frame.pcm) == 640
        heard += np.frombuffer(frame.pcm, dtype="<i2").tolist()
    assert heard[: len(expected)] == expected
    assert len(heard) - len(expected) < 320
    assert not any(heard[len(expected) :])


def test_an_hour_of_silence_takes_no_memory() -> None:
    frames = FrameAssembler()
    frames.add_silence(16_000 * 3600)
    assert sum(1 for _ in iter(frames.next, None)) == 180_000


@pytest.mark.parametrize(("from_hz", "to_hz"), [(48_000, 16_000), (44_100, 16_000), (22_050, 48_000)])
@pytest.mark.parametrize("step", [113, 441, 5000])
def test_resampling_in_pieces_keeps_length_and_shape(from_hz: int, to_hz: int, step: int) -> None:
    wave_in = 8000 * np.sin(2 * np.pi * 440 * np.arange(from_hz) / from_hz)
    pcm = wave_in.astype(np.int16)
    resampler = Resampler(from_hz, to_hz)
    pieces = [resampler.feed(pcm[start : start + step]) for start in range(0, pcm.size, step)]
    out = np.concatenate([*pieces, resampler.flush()])
    expected = 8000 * np.sin(2 * np.pi * 440 * np.arange(to_hz) / to_hz)
    assert abs(out.size - to_hz) <= 2
    assert np.abs(out[500:-500] - expected[500 : out.size - 500]).max() < 20


def test_a_flushed_resampler_begins_afresh() -> None:
    resampler = Resampler(48_000, 16_000)
    assert resampler.flush().size == 0
    for _ in range(2):
        out = np.concatenate([resampler.feed(np.full(4800, 1000, dtype=np.int16)), resampler.flush()])
        assert out.size == pytest.approx(1600, abs=2)


# -- loudspeakers that are none --------------------------------------------------------------------


def slices(seconds: float, rate_hz: int = 16_000) -> list[np.ndarray[tuple[int], np.dtype[np.int16]]]:
    step = rate_hz // 50
    return [np.full(step, 1000, dtype=np.int16) for _ in range(round(seconds * 50))]


def test_no_loudspeaker_takes_as_long_as_a_real_one() -> None:
    playback = NullPlayback()
    playback.start(16_000)
    began = time.monotonic()
    for piece in slices(0.6):
        playback.write(piece)
    playback.drain()
    assert time.monotonic() - began == pytest.approx(0.6, abs=0.1)
    assert playback.heard_s == pytest.approx(0.6, abs=0.001)
    playback.stop()


def test_no_loudspeaker_at_fast_pace_does_not_wait() -> None:
    playback = NullPlayback(realtime=False)
    playback.start(16_000)
    began = time.monotonic()
    for piece in slices(60):
        playback.write(piece)
    playback.drain()
    assert time.monotonic() - began < 5
    assert playback.heard_s == pytest.approx(60)


def test_aborting_ends_a_write_that_waits() -> None:
    playback = NullPlayback()
    playback.start(16_000)
    timer = threading.Timer(0.3, playback.abort)
    timer.start()
    began = time.monotonic()
    playback.write(np.zeros(16_000 * 5, dtype=np.int16))
    assert time.monotonic() - began < 1.5
    assert playback.heard_s == pytest.approx(0.3, abs=0.15)
    timer.join()
    playback.stop()


def test_the_file_holds_what_would_have_been_heard(tmp_path: Path) -> None:
    playback = FilePlayback(tmp_path / "out.wav")
    playback.start(16_000)
    for piece in slices(0.3):
        playback.write(piece)
    playback.drain()
    time.sleep(0.3)
    second_at = time.monotonic()
    for piece in slices(0.6):
        playback.write(piece)
        if time.monotonic() - second_at > 0.2:
            break
    playback.abort()
    heard_s = playback.heard_s
    time.sleep(0.2)
    playback.stop()
    with wave.open(str(tmp_path / "out.wav"), "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    loud_s = np.count_nonzero(pcm) / 16_000
    assert loud_s == pytest.approx(0.3 + heard_s, abs=0.001)
    assert 0.15 < heard_s < 0.5
    assert pcm.size / 16_000 == pytest.approx(0.8 + heard_s, abs=0.15)
    assert not pcm[-1000:].any()


def test_writing_to_a_loudspeaker_not_open_is_an_error() -> None:
    with pytest.raises(DeviceError, match="not open"):
        NullPlayback().write(np.zeros(320, dtype=np.int16))


# -- devices by name -------------------------------------------------------------------------------


def device(index: int, name: str, *, host: str = "Core Audio", preferred: bool = True) -> Device:
    return Device(index, name, host, 1, 2, 48_000, index == 0, index == 0, preferred)


DEVICES = [
    device(0, "MacBook Pro Microphone"),
    device(1, "Blue Yeti"),
    device(2, "Blue Yeti Nano"),
    device(3, "Blue Yeti", host="MME", preferred=False),
]


@pytest.mark.parametrize(
    ("wanted", "index"), [("blue yeti", 1), ("NANO", 2), ("macbook", 0), ("3", 3), (" 2 ", 2), (None, 0)]
)
def test_a_device_by_name(monkeypatch: pytest.MonkeyPatch, wanted: str | None, index: int) -> None:
    monkeypatch.setattr(portaudio, "devices", lambda kind: DEVICES)
    assert portaudio.find("input", wanted).index == index


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("yet", "several microphones are called 'yet': 1: Blue Yeti; 2: Blue Yeti Nano - give its number"),
        ("webcam", "no microphone is called 'webcam' - there is 0: MacBook Pro Microphone; 1: Blue Yeti"),
        ("9", "no microphone is called '9'"),
        ("", "no microphone is called ''"),
    ],
)
def test_a_name_that_fits_none_or_several(monkeypatch: pytest.MonkeyPatch, wanted: str, message: str) -> None:
    monkeypatch.setattr(portaudio, "devices", lambda kind: DEVICES)
    with pytest.raises(DeviceError) as caught:
        portaudio.find("input", wanted)
    assert message in str(caught.value)


def test_no_device_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio, "devices", lambda kind: [])
    with pytest.raises(DeviceError, match="there is no loudspeaker - connect one"):
        portaudio.find("output", None)


def test_missing_portaudio_is_one_line_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(portaudio, "_module", None)
    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(DeviceError, match=r"PortAudio is not installed - .*install"):
        portaudio.devices("input")


def test_a_call_that_hangs_is_given_up_and_the_next_one_fails_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()
    with pytest.raises(DeviceError, match="does not answer"):
        portaudio.bounded(lambda: release.wait(20), timeout_s=0.1)
    began = time.monotonic()
    with pytest.raises(DeviceError, match="does not answer"):
        portaudio.bounded(lambda: None)
    assert time.monotonic() - began < 0.1
    release.set()
    hung = portaudio._hung
    assert hung is not None
    hung.join()
    assert portaudio.bounded(lambda: 7) == 7
