"""The prosody model: its features, and what it says of real ends and of pauses inside clauses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from voice_interviewer.adapters import smart_turn
from voice_interviewer.adapters.paths import models_dir
from voice_interviewer.adapters.smart_turn import MODEL_FILE, SmartTurnVote, last_window, log_mel, mel_filters
from voice_interviewer.core.errors import ModelError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples, TurnVote

FOLDER = models_dir() / "smart-turn-v3.2"


def tone(hz: float, length_s: float) -> Samples:
    return np.sin(2 * np.pi * hz * np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ).astype(
        np.float32
    )


def test_the_filters_are_eighty_overlapping_triangles() -> None:
    filters = mel_filters()
    assert filters.shape == (80, 201)
    assert (filters >= 0).all()
    peaks_hz = filters.argmax(axis=1) * 40.0
    assert (np.diff(peaks_hz) >= 0).all()
    assert peaks_hz[0] < 80
    assert peaks_hz[-1] > 7500


def test_features_have_the_shape_and_range_of_the_training() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 8 * SAMPLE_RATE_HZ).astype(np.float32)
    features = log_mel(noise)
    assert features.shape == (80, 800)
    assert features.dtype == np.float32
    assert features.max() - features.min() <= 2.0 + 1e-5, "eight decades, by four"


def test_a_tone_lights_up_its_own_band() -> None:
    for hz in (200.0, 1000.0, 4000.0):
        band = int(log_mel(tone(hz, 8.0)).mean(axis=1).argmax())
        centre_hz = mel_filters()[band].argmax() * 40.0
        assert centre_hz == pytest.approx(hz, rel=0.15, abs=40.0)


def test_loudness_does_not_matter() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 8 * SAMPLE_RATE_HZ).astype(np.float32)
    assert np.allclose(log_mel(noise), log_mel(noise * 0.2), atol=1e-3)


def test_the_last_eight_seconds_count_with_silence_in_front_of_less() -> None:
    long = np.arange(10 * SAMPLE_RATE_HZ, dtype=np.float32)
    assert last_window(long)[0] == 2 * SAMPLE_RATE_HZ
    short = last_window(np.ones(SAMPLE_RATE_HZ, np.float32))
    assert short.shape == (8 * SAMPLE_RATE_HZ,)
    assert short[: 7 * SAMPLE_RATE_HZ].max() == 0.0
    assert short[7 * SAMPLE_RATE_HZ :].min() == 1.0


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        SmartTurnVote(tmp_path)
    assert "models fetch" in caught.value.hint


def test_a_broken_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / MODEL_FILE).write_bytes(b"not a model")
    with pytest.raises(ModelError) as caught:
        SmartTurnVote(tmp_path).warm_up()
    assert "models verify" in caught.value.hint


@pytest.fixture(scope="module")
def vote() -> SmartTurnVote:
    if not (FOLDER / MODEL_FILE).is_file():
        pytest.skip(f"NO TURN MODEL, its votes are NOT tested: {FOLDER} is absent")
    return SmartTurnVote(FOLDER)


def test_it_is_a_turn_vote(vote: SmartTurnVote) -> None:
    port: TurnVote = vote
    assert 0.0 <= port.probability(tone(150.0, 2.0)) <= 1.0
    assert port.probability(np.zeros(0, np.float32)) == 0.0


def test_it_says_the_same_of_the_same_sound(vote: SmartTurnVote) -> None:
    sound = np.random.default_rng(3).normal(0, 0.05, 5 * SAMPLE_RATE_HZ).astype(np.float32)
    assert vote.probability(sound) == vote.probability(sound)


def test_ends_of_read_sentences_get_more_than_stops_inside_them(
    vote: SmartTurnVote, shared_data: Path
) -> None:
    """Clips end where their sentence does; cut in half they stop in mid-clause."""
    soundfile = pytest.importorskip("soundfile")
    names = sorted(json.loads((shared_data / "read" / "texts.json").read_text(encoding="utf-8")))
    ends, stops = [], []
    for path in sorted((shared_data / "read").glob("librispeech*.flac")):
        samples, rate_hz = soundfile.read(path, dtype="float32")
        assert rate_hz == SAMPLE_RATE_HZ
        ends.append(vote.probability(samples))
        half = samples[: len(samples) // 2]
        stops.append(vote.probability(np.concatenate([half, np.zeros(3200, np.float32)])))
    assert names
    assert len(ends) == 10
    assert np.mean([p >= 0.5 for p in ends]) >= 0.7
    assert np.mean([p >= 0.5 for p in stops]) <= 0.4
    assert smart_turn.WINDOW_S == 8
