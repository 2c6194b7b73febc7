"""The interviewer's own voice in the microphone: found, measured, and not taken for the candidate."""

from __future__ import annotations

import queue
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests import soundcard
from tests.soundcard import VirtualSoundCard
from voice_interviewer.adapters.audio_files import load
from voice_interviewer.adapters.echo import (
    LEAD_S,
    TAIL_S,
    EchoAwareActivity,
    FarEnd,
    NoCanceller,
    WebRtcCanceller,
    canceller_available,
)
from voice_interviewer.adapters.echo_path import (
    EchoPath,
    choose_duplex,
    find_echo,
    measure_echo,
    probe_sound,
)
from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
from voice_interviewer.adapters.playback import DEVICE_LATENCY_S, Heard, SoundDevicePlayback, Tap
from voice_interviewer.adapters.vad import GatedVoiceActivity
from voice_interviewer.core.events import SpeechStarted
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import VoiceActivity

sound_card = soundcard.sound_card

RATE_HZ = 16_000
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="NOT TESTED on real speech: ../shared/data is absent"
)
needs_canceller = pytest.mark.skipif(
    not canceller_available(), reason="NOT TESTED: the optional package livekit is not installed"
)


def echo_of(far: NDArray[np.float64], delay_ms: float, level_db: float) -> NDArray[np.float64]:
    """The far end as a small room gives it back: delayed, smeared, weaker."""
    rng = np.random.default_rng(5)
    smear = rng.standard_normal(RATE_HZ // 5) * np.exp(-7 * np.arange(RATE_HZ // 5) / (RATE_HZ // 5)) * 0.3
    smear[0] = 1.0
    smear /= np.sqrt((smear**2).sum())
    delay = round(delay_ms * RATE_HZ / 1000)
    wet = np.convolve(far, smear)[: far.size] * 10 ** (level_db / 20)
    return np.concatenate([np.zeros(delay), wet])[: far.size]


def frames(pcm: NDArray[np.float64]) -> list[Frame]:
    whole = np.clip(pcm, -32768, 32767).astype("<i2")
    return [Frame(at, whole[at : at + 320].tobytes()) for at in range(0, whole.size - 319, 320)]


def tap_of(pcm: NDArray[np.float64], rate_hz: int = RATE_HZ, epoch_s: float = 100.0) -> Tap:
    tap: Tap = queue.SimpleQueue()
    step = rate_hz // 100
    for at in range(0, pcm.size, step):
        tap.put(Heard(epoch_s + at / rate_hz, pcm[at : at + step].astype(np.int16), rate_hz))
    return tap


# -- the far end on the microphone's counter -------------------------------------------------------


def test_the_far_end_lies_where_it_was_heard() -> None:
    pcm = np.random.default_rng(1).integers(-9000, 9000, 3200).astype(np.int16)
    tap: Tap = queue.SimpleQueue()
    for at in range(0, 3200, 160):  # times jitter by a few milliseconds; samples follow one another exactly
        jitter_s = 0.004 * np.sin(at)
        tap.put(Heard(50.5 + at / RATE_HZ + (jitter_s if at else 0.0), pcm[at : at + 160], RATE_HZ))
    far = FarEnd(tap, lambda: 50.0)
    heard = np.concatenate([far.take(at) for at in range(0, 16_000, 320)])
    assert np.array_equal(heard[8000:11_200], pcm)
    assert not heard[:8000].any()
    assert not heard[11_200:].any()


def test_the_far_end_knows_when_it_can_be_heard() -> None:
    far = FarEnd(tap_of(np.full(1600, 500.0), epoch_s=10.0), lambda: 10.0)
    assert far.sounding(800)
    assert far.sounding(1600 + 7000)
    assert not far.sounding(1600 + 9000)


def test_the_far_end_of_a_long_session_stays_small_and_right() -> None:
    tap: Tap = queue.SimpleQueue()
    far = FarEnd(tap, lambda: 0.0)
    for second in range(0, 3600, 30):
        piece = np.full(1600, second % 7 + 1, dtype=np.int16)
        tap.put(Heard(float(second) + 0.2, piece, RATE_HZ))
        heard = np.concatenate([far.take(second * RATE_HZ + at) for at in range(0, 16_000, 320)])
        assert np.array_equal(heard[3200:4800], piece)
        assert np.count_nonzero(heard) == 1600
    assert far._kept.size < 4 * RATE_HZ


def test_the_voices_own_rate_is_resampled() -> None:
    tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    far = FarEnd(tap_of(tone, 22_050, 0.0), lambda: 0.0)
    heard = np.concatenate([far.take(at) for at in range(0, 16_000, 320)]).astype(np.float64)
    expected = 8000 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert np.corrcoef(heard[500:15_000], expected[500:15_000])[0, 1] > 0.999


# -- cancelling ------------------------------------------------------------------------------------


def far_speech(seconds: float) -> NDArray[np.float64]:
    clips = np.concatenate([load(path) for path in sorted((DATA / "read").glob("LJ*.flac"))])
    return np.resize(clips, round(seconds * RATE_HZ)).astype(np.float64)


def listener(far_pcm: NDArray[np.float64], *, cancel: bool = True) -> EchoAwareActivity:
    inner = GatedVoiceActivity()
    canceller = WebRtcCanceller() if cancel else NoCanceller()
    # In one piece up front: the far end keeps what is to come.
    far = FarEnd(tap_of(far_pcm), lambda: 100.0)
    far._kept = np.zeros(far_pcm.size + RATE_HZ, dtype=np.int16)

    def learn(allowed: bool) -> None:
        inner.level.learning = allowed

    return EchoAwareActivity(inner, far, canceller, hear_level=learn)


def judge(activity: VoiceActivity, heard: list[Frame]) -> list[bool]:
    return [activity.is_speech(frame) for frame in heard]


def onsets(activity: EchoAwareActivity, heard: list[Frame]) -> list[float]:
    """When the session's own segmenter takes somebody to begin to speak."""
    segmenter = Segmenter()
    events = [
        event
        for frame in heard
        for event in segmenter.push((frame.start_sample + 320) / RATE_HZ, activity.is_speech(frame))
    ]
    return [event.at_s for event in events if isinstance(event, SpeechStarted)]


@needs_data
@needs_canceller
@pytest.mark.parametrize("level_db", [0, -6, -12])
@pytest.mark.parametrize("delay_ms", [20, 300])
def test_the_interviewer_does_not_hear_itself(level_db: float, delay_ms: float) -> None:
    far = far_speech(12)
    noise = np.random.default_rng(2).standard_normal(far.size) * 10
    near = frames(echo_of(far, delay_ms, level_db) + noise)
    assert onsets(listener(far), near) == []
    assert np.mean(judge(GatedVoiceActivity(), near)) > 0.5


@needs_data
@needs_canceller
def test_a_loudspeaker_that_stutters_is_not_taken_for_the_candidate() -> None:
    far = far_speech(20)
    echo = echo_of(far, 80, -6)
    rng = np.random.default_rng(8)
    pieces = []
    at = 0
    while at < echo.size:  # a computer too busy: every second or so, sound is late by up to 40 ms
        length = int(rng.integers(8_000, 24_000))
        pieces += [echo[at : at + length], np.zeros(int(rng.integers(160, 640)))]
        at += length
    near = frames(np.concatenate(pieces)[: echo.size] + rng.standard_normal(echo.size) * 10)
    assert onsets(listener(far), near) == []


@needs_data
@needs_canceller
@pytest.mark.parametrize(("level_db", "within_s"), [(-6, 0.8), (-12, 0.6)])
def test_somebody_who_talks_over_the_interviewer_is_noticed(level_db: float, within_s: float) -> None:
    far = far_speech(10)
    words = load(DATA / "spontaneous" / "mfa_acoustic_corpus.flac").astype(np.float64)[16_800:41_600]
    words *= np.sqrt((far**2).mean() / (words**2).mean())
    delays = []
    for begin_s in (4.0, 6.0, 8.0):
        near = echo_of(far, 80, level_db) + np.random.default_rng(3).standard_normal(far.size) * 10
        begin = round(begin_s * RATE_HZ)
        near[begin : begin + words.size] += words[: near.size - begin]
        noticed = onsets(listener(far), frames(near))
        assert noticed[0] >= begin_s
        delays.append(noticed[0] - begin_s)
    assert np.median(delays) <= within_s


@needs_data
def test_without_the_loudspeaker_the_raw_sound_is_judged() -> None:
    speech = load(DATA / "read" / "librispeech_1988-24833-0000.flac").astype(np.float64)
    aware = listener(np.zeros(0), cancel=False)
    plain = GatedVoiceActivity()
    assert [aware.is_speech(f) for f in frames(speech)] == [plain.is_speech(f) for f in frames(speech)]


def test_the_canceller_is_loaded_with_the_first_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    near, tone = np.full(320, 7, dtype=np.int16), np.ones(320, dtype=np.int16)
    canceller = WebRtcCanceller()
    heard = canceller.process(near, np.zeros(320, dtype=np.int16))
    assert heard is not None
    assert np.array_equal(heard, near)
    assert canceller.process(near, tone) is None
    assert canceller.process(near, np.zeros(320, dtype=np.int16)) is None


@needs_data
def test_without_a_canceller_that_works_nobody_is_heard_over_a_prompt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    speech = load(DATA / "read" / "librispeech_1988-24833-0000.flac").astype(np.float64)
    far = far_speech(4)
    heard = judge(listener(far), frames(np.concatenate([speech[: far.size], speech])))
    until = round(4.0 * RATE_HZ) // 320
    assert not any(heard[:until])
    assert any(heard[until + round(TAIL_S * RATE_HZ) // 320 :])


# -- measuring the path ----------------------------------------------------------------------------


@pytest.mark.parametrize("delay_ms", [20, 120, 300])
@pytest.mark.parametrize("level_db", [0, -12, -40])
def test_an_echo_is_found_in_noise(delay_ms: float, level_db: float) -> None:
    probe = probe_sound().astype(np.float64)
    heard = np.random.default_rng(4).standard_normal(2 * RATE_HZ + probe.size) * 20
    begin = 5000 + round(delay_ms * 16)
    heard[begin : begin + probe.size] += probe * 10 ** (level_db / 20)
    path = find_echo(heard.astype(np.int16), probe_sound(), 5000)
    assert path.found
    assert path.delay_ms == pytest.approx(delay_ms, abs=2)
    assert path.attenuation_db == pytest.approx(level_db, abs=2)


def test_noise_alone_is_no_echo() -> None:
    for seed in range(20):
        heard = np.random.default_rng(seed).standard_normal(3 * RATE_HZ) * 300
        assert not find_echo(heard.astype(np.int16), probe_sound(), 5000).found
    assert not find_echo(np.zeros(3 * RATE_HZ, dtype=np.int16), probe_sound(), 0).found
    assert not find_echo(np.zeros(10, dtype=np.int16), probe_sound(), 0).found


@pytest.mark.parametrize(
    ("path", "canceller", "duplex"),
    [
        (EchoPath(False, 0, -100), False, "full"),
        (EchoPath(True, 50, -60), False, "full"),
        (EchoPath(True, 50, -20), False, "half"),
        (EchoPath(True, 50, -20), True, "full"),
        (EchoPath(True, 50, 3), True, "half"),
        (EchoPath(True, 700, -20), True, "half"),
    ],
)
def test_duplex_follows_from_the_path(path: EchoPath, canceller: bool, duplex: str) -> None:
    assert choose_duplex(path, canceller=canceller) == duplex


def measured(card: VirtualSoundCard) -> EchoPath:
    microphone = SoundDeviceMicrophone()
    microphone.start()
    playback = SoundDevicePlayback()
    playback.start(RATE_HZ)
    time.sleep(0.3)
    path = measure_echo(microphone, playback)
    playback.stop()
    microphone.stop()
    return path


def test_the_echo_of_the_sound_card_is_measured(sound_card: VirtualSoundCard) -> None:
    assert not measured(sound_card).found
    sound_card.add_echo(delay_ms=120, attenuation_db=12)
    time.sleep(1.0)
    path = measured(sound_card)
    assert path.found
    assert path.attenuation_db == pytest.approx(-12, abs=3)
    assert 40 < path.delay_ms < 400
    assert choose_duplex(path, canceller=True) == "full"
    assert choose_duplex(path, canceller=False) == "half"


def test_the_canceller_never_asks_for_sound_that_the_playback_does_not_know_yet() -> None:
    # The end of every other frame was silent while this was not so, and people were taken for an echo.
    assert LEAD_S < DEVICE_LATENCY_S
