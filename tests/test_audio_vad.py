"""Voice activity on real and made sound."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voice_interviewer.adapters import vad
from voice_interviewer.adapters.audio_files import load
from voice_interviewer.adapters.vad import GatedVoiceActivity, SileroVoiceActivity, WebRtcVoiceActivity
from voice_interviewer.adapters.voice_level import HighPass, LevelGate
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import VoiceActivity

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="NOT TESTED on real speech: ../shared/data is absent"
)


def judge(activity: VoiceActivity, pcm: NDArray[np.floating | np.int16]) -> NDArray[np.bool_]:
    whole = np.clip(pcm, -32768, 32767).astype("<i2")
    return np.array([
        activity.is_speech(Frame(start, whole[start : start + 320].tobytes()))
        for start in range(0, whole.size - 319, 320)
    ])  # fmt: skip


def openings(heard: NDArray[np.bool_], at_least: int = 8) -> int:
    """Runs of speech long enough to open a turn."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], heard.astype(int), [0]])))
    return int(np.count_nonzero(edges[1::2] - edges[::2] >= at_least))


def words_heard(heard: NDArray[np.bool_], words: list[dict[str, float]]) -> float:
    """Share of the words that were taken for speech during most of their time."""
    hits = [heard[int(w["start_s"] * 50) : int(w["end_s"] * 50) + 3].mean() >= 0.4 for w in words]
    return float(np.mean(hits))


def recording(name: str) -> tuple[NDArray[np.float64], list[dict[str, float]]]:
    reference = json.loads((DATA / "spontaneous" / f"{name}.json").read_text())["words"]
    timed = [word for word in reference if word["end_s"] - word["start_s"] < 1.5]
    return load(DATA / "spontaneous" / f"{name}.flac").astype(np.float64), timed


def clean(pcm: NDArray[np.float64]) -> NDArray[np.float64]:
    rumble = HighPass()
    return np.concatenate([rumble.filter(pcm[i : i + 320]) for i in range(0, pcm.size - 319, 320)])


def loudness(pcm: NDArray[np.float64]) -> float:
    """Mean power of the louder part."""
    power = (pcm[: pcm.size // 320 * 320].reshape(-1, 320) ** 2).mean(axis=1)
    return float(power[power > np.percentile(power, 40)].mean())


SPEAKERS = ("mfa_acoustic_corpus", "mfa_cold_corpus3", "batchalign")


@needs_data
@pytest.mark.parametrize("name", SPEAKERS)
@pytest.mark.parametrize("gain_db", [0, -30])
def test_words_are_heard_however_quiet_the_microphone(name: str, gain_db: float) -> None:
    pcm, words = recording(name)
    assert words_heard(judge(GatedVoiceActivity(), pcm * 10 ** (gain_db / 20)), words) >= 0.9


@needs_data
@pytest.mark.parametrize("ratio_db", [10, 5])
def test_words_are_heard_in_noise(ratio_db: float) -> None:
    shares = []
    for noise_name in ("city-ambience", "crowded-room", "keyboard-typing"):
        noise = load(DATA / "noise" / f"{noise_name}.ogg").astype(np.float64)
        for name in SPEAKERS:
            pcm, words = recording(name)
            pcm = clean(pcm)
            mixed = np.resize(noise, pcm.size)
            mixed *= np.sqrt(loudness(pcm) / loudness(mixed) / 10 ** (ratio_db / 10))
            both = pcm + mixed
            shares.append(words_heard(judge(GatedVoiceActivity(), both * 12_000 / np.abs(both).max()), words))
    assert np.mean(shares) >= 0.93
    assert min(shares) >= 0.85


@needs_data
@pytest.mark.parametrize("name", ["city-ambience", "keyboard-typing", "keyboard-typing2"])
def test_noise_opens_no_turn(name: str) -> None:
    noise = load(DATA / "noise" / f"{name}.ogg")
    assert judge(GatedVoiceActivity(), noise).mean() < 0.01


@needs_data
def test_somebody_far_away_opens_no_turn_and_somebody_near_does() -> None:
    pcm = clean(recording("mfa_acoustic_corpus")[0])[: 16_000 * 15]
    for clip in sorted((DATA / "read").glob("librispeech_1988*.flac")):
        other = load(clip).astype(np.float64)
        silence = np.zeros(16_000)
        for below_db, allowed in ((22.0, 0.02), (4.0, 1.0)):
            far = other * np.sqrt(loudness(pcm) / loudness(other) / 10 ** (below_db / 10))
            heard = judge(GatedVoiceActivity(), np.concatenate([pcm, silence, far, silence]))
            during = heard[16 * 50 : 16 * 50 + far.size // 320]
            assert during.mean() <= allowed
            assert (openings(during) > 0) == (below_db < 10)


def test_silence_and_hiss_are_no_speech() -> None:
    hiss = np.random.default_rng(1).standard_normal(16_000 * 5) * 20
    for pcm in (np.zeros(16_000 * 5), hiss, hiss * 50):
        assert not judge(GatedVoiceActivity(), pcm).any()
        assert not judge(SileroVoiceActivity(), pcm).any()


def test_clicks_and_hum_are_no_speech() -> None:
    clicks = np.zeros(16_000 * 5)
    clicks[np.random.default_rng(2).integers(0, clicks.size, 60)] = 20_000
    hum = 3000 * np.sin(2 * np.pi * 50 * np.arange(16_000 * 5) / 16_000)
    assert openings(judge(GatedVoiceActivity(), clicks)) == 0
    assert openings(judge(GatedVoiceActivity(), hum)) == 0


def test_listening_costs_little() -> None:
    hiss = np.random.default_rng(3).standard_normal(16_000 * 20) * 50
    for activity in (GatedVoiceActivity(), SileroVoiceActivity()):
        began = time.process_time()
        judge(activity, hiss)
        # Some 1 % of a core on an idle machine; the rest is room for a busy one.
        assert (time.process_time() - began) / 20 < 0.06


@needs_data
def test_pieces_of_any_length_give_silero_the_same_windows() -> None:
    pcm = load(DATA / "read" / "librispeech_1988-24833-0000.flac").astype("<i2").tobytes()
    whole, pieces = SileroVoiceActivity(), SileroVoiceActivity()
    expected = whole.feed(pcm)
    got = np.concatenate([pieces.feed(pcm[start : start + 640]) for start in range(0, len(pcm), 640)])
    assert np.abs(got - expected).max() < 1e-4
    assert expected.max() > 0.9
    pieces.reset()
    assert pieces.probability == 0.0


@needs_data
def test_webrtc_hears_speech_and_says_no_to_silence() -> None:
    activity = WebRtcVoiceActivity(2)
    assert judge(activity, load(DATA / "read" / "jfk.flac")[:160_000]).mean() > 0.6
    assert not judge(activity, np.zeros(16_000))[10:].any()
    assert activity.probability == 0.0


def test_the_high_pass_is_the_recursion_it_stands_for() -> None:
    rng = np.random.default_rng(4)
    pcm = rng.standard_normal(960)
    blocks = HighPass()
    by_blocks = np.concatenate([blocks.filter(pcm[i : i + 320]) for i in range(0, 960, 320)])
    single = HighPass(1)
    by_samples = np.concatenate([single.filter(pcm[i : i + 1]) for i in range(960)])
    assert np.abs(by_blocks - by_samples).max() < 1e-9


@pytest.mark.parametrize(("hz", "low_db", "high_db"), [(20, -60, -20), (80, -3.3, -2.7), (200, -0.5, 0.1)])
def test_the_high_pass_takes_rumble_and_leaves_voices(hz: float, low_db: float, high_db: float) -> None:
    pcm = np.sin(2 * np.pi * hz * np.arange(32_000) / 16_000)
    out = clean(pcm)[16_000:]
    assert low_db < 10 * np.log10((out**2).mean() / 0.5) < high_db


# -- who is near -----------------------------------------------------------------------------------


def hear(gate: LevelGate, level_db: float, seconds: float, speech: bool = True) -> list[bool]:
    return [gate.hear(level_db, speech) for _ in range(round(seconds * 50))]


def test_everybody_is_near_before_the_candidate_is_known() -> None:
    assert all(hear(LevelGate(), -60, 0.9))


def test_a_voice_far_below_the_candidate_is_somebody_else() -> None:
    gate = LevelGate()
    assert all(hear(gate, -25, 3))
    hear(gate, -90, 1.5, speech=False)
    assert not any(hear(gate, -42, 3))
    assert all(hear(gate, -30, 1)[2:])


def test_trailing_off_is_allowed_for_a_second() -> None:
    gate = LevelGate()
    hear(gate, -25, 3)
    trailing = hear(gate, -41, 3)
    assert all(trailing[:45])
    assert not any(trailing[70:])


def test_whoever_leans_back_for_good_is_heard_again_within_half_a_minute() -> None:
    gate = LevelGate()
    hear(gate, -25, 5)
    assert any(hear(gate, -43, 30)[-50:])


def test_the_loudspeakers_echo_teaches_nothing() -> None:
    gate = LevelGate()
    hear(gate, -35, 3)
    gate.learning = False
    hear(gate, -10, 5)
    gate.learning = True
    assert gate.candidate_db == pytest.approx(-35, abs=0.5)
    gate.reset()
    assert gate.candidate_db is None


def test_missing_weights_are_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="voice-activity model is missing - reinstall"):
        SileroVoiceActivity()


def test_broken_weights_are_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "silero_vad_v6.onnx"
    broken.write_bytes(b"no model")
    monkeypatch.setattr(vad, "silero_path", lambda: broken)
    with pytest.raises(ModelError, match="cannot be loaded"):
        SileroVoiceActivity()
