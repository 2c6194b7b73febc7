"""Real PortAudio streams through the virtual sound card."""

from __future__ import annotations

import argparse
import json
import os
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests import soundcard
from tests.soundcard import VirtualSoundCard
from voice_interviewer.adapters import portaudio
from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
from voice_interviewer.adapters.playback import SoundDevicePlayback
from voice_interviewer.core.errors import DeviceError
from voice_interviewer.core.speech import Frame

sound_card = soundcard.sound_card

RATE_HZ = 16_000


def noise(seconds: float, seed: int = 1) -> NDArray[np.int16]:
    """Noise whose loudness changes ten times a second: it fits itself at one place only."""
    rng = np.random.default_rng(seed)
    loudness = np.repeat(rng.uniform(200, 4000, round(seconds * 10)), RATE_HZ // 10)
    return (rng.standard_normal(loudness.size) * loudness).clip(-30_000, 30_000).astype(np.int16)


def lowpassed(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the highest frequencies, which no resampler keeps."""
    window = np.hanning(15)
    return np.convolve(pcm, window / window.sum(), "same").astype(np.int16)


def save(path: Path, pcm: NDArray[np.int16], rate_hz: int = RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(pcm.tobytes())
    return path


def read_for(microphone: SoundDeviceMicrophone, seconds: float) -> list[Frame]:
    frames = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        frame = microphone.read(0.2)
        if frame is not None:
            frames.append(frame)
    return frames


def sound(frames: list[Frame]) -> NDArray[np.int16]:
    return np.frombuffer(b"".join(frame.pcm for frame in frames), dtype=np.int16)


def find(needle: NDArray[np.int16], haystack: NDArray[np.int16]) -> tuple[int, float]:
    """Where the needle lies, in samples, and how well it correlates there."""
    size = 1 << (haystack.size + needle.size).bit_length()
    product = np.fft.rfft(haystack, size) * np.conj(np.fft.rfft(needle, size))
    lag = int(np.fft.irfft(product, size)[: max(1, haystack.size - needle.size + 1)].argmax())
    there = haystack[lag : lag + needle.size].astype(np.float64)
    return lag, float(np.corrcoef(there, needle[: there.size])[0, 1])


def tone(seconds: float, rate_hz: int = 22_050) -> NDArray[np.int16]:
    return (8000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.int16)


def play(playback: SoundDevicePlayback, pcm: NDArray[np.int16], rate_hz: int = 22_050) -> None:
    step = rate_hz // 50
    for start in range(0, pcm.size, step):
        playback.write(pcm[start : start + step])


def test_what_is_said_in_the_room_arrives_whole(sound_card: VirtualSoundCard, tmp_path: Path) -> None:
    said = noise(4.0)
    microphone = SoundDeviceMicrophone("pulse")
    microphone.start()
    spoke_at = time.monotonic()
    sound_card.speak(save(tmp_path / "said.wav", said))
    frames = read_for(microphone, 5.5)
    assert os.getpid() in sound_card.recording()
    microphone.stop()
    assert os.getpid() not in sound_card.recording()
    lag, correlation = find(said, sound(frames))
    assert correlation >= 0.98
    assert microphone.dropped_blocks == 0
    assert [frame.start_sample for frame in frames] == list(range(0, 320 * len(frames), 320))
    # The sample counter and the clock agree on when it was said: paplay needs some 0.05 s to begin.
    assert 0.0 < microphone.epoch_s + lag / RATE_HZ - spoke_at < 1.0
    with pytest.raises(EOFError):
        read_for(microphone, 1.0)


def test_a_device_of_another_rate_and_two_channels_is_resampled(
    sound_card: VirtualSoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = noise(3.0, seed=2)
    low = lowpassed(said)
    monkeypatch.setattr("voice_interviewer.adapters.microphone._format", lambda device: (44_100, 2))
    microphone = SoundDeviceMicrophone("pulse")
    microphone.start()
    sound_card.speak(save(tmp_path / "said.wav", low))
    heard = sound(read_for(microphone, 4.5))
    microphone.stop()
    assert find(low, heard)[1] >= 0.98
    assert heard.size == pytest.approx(4.5 * RATE_HZ, abs=0.3 * RATE_HZ)


def test_devices_are_found_by_part_of_their_name_or_number(sound_card: VirtualSoundCard) -> None:
    assert portaudio.find("input", "CANDIDATE").name == "candidate_microphone"
    number = portaudio.find("input", "candidate_microphone").index
    assert portaudio.find("input", str(number)).name == "candidate_microphone"
    with pytest.raises(DeviceError, match=r"no microphone is called 'blue yeti' - there is .*pulse"):
        portaudio.find("input", "blue yeti")
    with pytest.raises(DeviceError, match="several loudspeakers are called 'e'"):
        portaudio.find("output", "e")


def test_the_loudspeaker_plays_what_was_written(sound_card: VirtualSoundCard) -> None:
    said = lowpassed(noise(2.0, seed=3))
    playback = SoundDevicePlayback("pulse")
    playback.start(RATE_HZ)
    for _ in range(5):  # a computer too busy runs the device dry, which it says: then the take does not count
        ear = sound_card.listen()
        dry_before = playback.underflows
        began = time.monotonic()
        play(playback, said, RATE_HZ)
        playback.drain()
        took = time.monotonic() - began
        time.sleep(0.3)
        heard_from = ear.first_sound_at_s(after_s=began)
        heard = ear.stop()
        if playback.underflows == dry_before:
            break
    assert playback.started_at_s is not None
    assert abs(heard_from - playback.started_at_s) < 0.06
    assert playback.heard_s == pytest.approx(2.0, abs=0.002)
    playback.stop()
    assert find(said, heard)[1] >= 0.98
    assert 1.9 < took < 2.5


def test_ducking_holds_the_sound_and_goes_on_where_it_stopped(sound_card: VirtualSoundCard) -> None:
    ear = sound_card.listen()
    playback = SoundDevicePlayback("pulse")
    playback.start(22_050)
    play(playback, tone(0.5))
    ducked_at = time.monotonic()
    playback.duck()
    time.sleep(0.5)
    assert ear.last_sound_at_s() - ducked_at < 0.15
    playback.unduck()
    playback.drain()
    time.sleep(0.2)
    heard = np.abs(ear.stop().astype(np.int32)) > 100
    playback.stop()
    assert np.count_nonzero(heard) / RATE_HZ == pytest.approx(0.5, abs=0.06)


def test_abort_is_silence_at_once_and_the_next_prompt_is_heard(sound_card: VirtualSoundCard) -> None:
    ear = sound_card.listen()
    playback = SoundDevicePlayback("pulse")
    playback.start(22_050)
    delays = []
    for _ in range(3):
        play(playback, tone(0.7))
        aborted_at = time.monotonic()
        playback.abort()
        time.sleep(0.4)
        delays.append(ear.last_sound_at_s() - aborted_at)
    assert 0.3 < playback.heard_s < 0.71
    play(playback, tone(0.2))
    again_at = time.monotonic()
    playback.drain()
    time.sleep(0.2)
    assert ear.last_sound_at_s() > again_at
    playback.stop()
    ear.stop()
    assert max(delays) < 0.15


def test_a_card_pulled_out_is_reported_and_taken_up_again_with_its_gap(
    sound_card: VirtualSoundCard, tmp_path: Path
) -> None:
    before, after = noise(1.0, seed=4), noise(1.0, seed=5)
    microphone = SoundDeviceMicrophone()
    microphone.start()
    first_at = time.monotonic()
    sound_card.speak(save(tmp_path / "before.wav", before))
    frames = read_for(microphone, 2.0)
    sound_card.unplug_card()
    with pytest.raises(DeviceError, match="is lost"):
        frames += read_for(microphone, 3.0)
    with pytest.raises(DeviceError):
        microphone.reopen()
    sound_card.plug_card()
    microphone.reopen()
    second_at = time.monotonic()
    sound_card.speak(save(tmp_path / "after.wav", after))
    frames += read_for(microphone, 2.0)
    microphone.stop()
    heard = sound(frames)
    (lag_before, fit_before), (lag_after, fit_after) = find(before, heard), find(after, heard)
    assert min(fit_before, fit_after) >= 0.98
    # Seconds between the two as the timeline has it, and as they really were.
    assert (lag_after - lag_before) / RATE_HZ == pytest.approx(second_at - first_at, abs=0.2)
    assert len(microphone.gaps) == 1
    gap = microphone.gaps[0]
    assert not heard[round(gap.start_s * RATE_HZ) + 1 : round(gap.end_s * RATE_HZ) - 1].any()
    assert gap.end_s - gap.start_s > 0.5


def test_a_stream_moved_to_another_microphone_keeps_the_timeline_true(
    sound_card: VirtualSoundCard, tmp_path: Path
) -> None:
    before, after = noise(1.0, seed=6), noise(1.0, seed=7)
    microphone = SoundDeviceMicrophone("candidate_microphone")
    microphone.start()
    first_at = time.monotonic()
    sound_card.speak(save(tmp_path / "before.wav", before))
    frames = read_for(microphone, 1.5)
    sound_card.unplug_microphone()
    frames += read_for(microphone, 2.5)
    sound_card.plug_microphone()  # preferred again: the server moves the stream back
    frames += read_for(microphone, 1.5)
    second_at = time.monotonic()
    sound_card.speak(save(tmp_path / "after.wav", after))
    frames += read_for(microphone, 2.0)
    microphone.stop()
    heard = sound(frames)
    (lag_before, fit_before), (lag_after, fit_after) = find(before, heard), find(after, heard)
    assert fit_before >= 0.98
    assert fit_after >= 0.98
    assert (lag_after - lag_before) / RATE_HZ == pytest.approx(second_at - first_at, abs=0.2)


def test_a_sound_server_that_hangs_is_reported_not_waited_for(sound_card: VirtualSoundCard) -> None:
    microphone = SoundDeviceMicrophone()
    microphone.start()
    playback = SoundDevicePlayback()
    playback.start(22_050)
    sound_card.freeze()
    began = time.monotonic()
    try:
        with pytest.raises(DeviceError, match="is lost"):
            read_for(microphone, 8.0)
        with pytest.raises(DeviceError):
            play(playback, tone(30.0))
        microphone.stop()
        playback.stop()
        assert time.monotonic() - began < 20
    finally:
        sound_card.thaw()
    time.sleep(1.0)


def test_reopening_the_microphone_does_not_silence_the_loudspeaker_for_good(
    sound_card: VirtualSoundCard,
) -> None:
    playback = SoundDevicePlayback("pulse")
    playback.start(22_050)
    play(playback, tone(0.3))
    portaudio.refresh()
    ear = sound_card.listen()
    play(playback, tone(0.5))
    playback.drain()
    time.sleep(0.2)
    playback.stop()
    heard = ear.stop()
    assert np.count_nonzero(np.abs(heard.astype(np.int32)) > 4000) > 0.2 * RATE_HZ


def test_overflow_of_a_listener_held_up_is_counted_and_filled(
    sound_card: VirtualSoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_interviewer.adapters.microphone.QUEUE_S", 0.5)
    said = noise(4.0, seed=8)
    microphone = SoundDeviceMicrophone("pulse")
    microphone.start()
    began = time.monotonic()
    sound_card.speak(save(tmp_path / "said.wav", said))
    frames = read_for(microphone, 1.0)
    time.sleep(1.5)
    frames += read_for(microphone, 3.0)
    took = time.monotonic() - began
    microphone.stop()
    heard = sound(frames)
    assert 40 <= microphone.dropped_blocks <= 80
    assert len(microphone.gaps) == 1
    assert microphone.gaps[0].reason == "the computer was too busy"
    assert heard.size / RATE_HZ == pytest.approx(took, abs=0.3)
    (lag_start, fit_start), (lag_end, fit_end) = (
        find(said[:8_000], heard),
        find(said[-16_000:], heard),
    )
    assert min(fit_start, fit_end) >= 0.98
    assert lag_end - lag_start == pytest.approx(said.size - 16_000, abs=200)


def test_the_devices_command_lists_names_and_marks_defaults(
    sound_card: VirtualSoundCard, capsys: pytest.CaptureFixture[str]
) -> None:
    from voice_interviewer.cli import devices

    parser = argparse.ArgumentParser()
    devices.add_arguments(parser)
    assert devices.run(parser.parse_args([])) == 0
    text = capsys.readouterr().out
    microphones, loudspeakers = text.split("Loudspeakers")
    assert "candidate_microphone" in microphones
    assert [line for line in microphones.splitlines() if line.startswith("*")]
    assert [line for line in loudspeakers.splitlines() if line.startswith("*")]
    assert devices.run(parser.parse_args(["--json"])) == 0
    listing = json.loads(capsys.readouterr().out)
    assert sum(entry["default"] for entry in listing["microphones"]) == 1
    assert {"pulse", "loudspeaker"} <= {entry["name"] for entry in listing["loudspeakers"]}
