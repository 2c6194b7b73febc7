"""The recogniser itself, on a voice and on noise. Uses the real weights."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.whisper import WhisperTranscriber, holds_sound
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import Samples

SAID = "I would start with the users, then choose one problem to solve."


@pytest.fixture(scope="module")
def transcriber() -> WhisperTranscriber:
    try:
        return WhisperTranscriber(model_path("whisper-base"))
    except ModelError as error:
        pytest.skip(f"NO MODEL, the recogniser is NOT tested: {error}")


MORE = (
    "The market in Brazil grows by nine percent every year.",
    "Teachers need less paper and more time with the children.",
    "We could measure how many people come back on Monday.",
    "My second idea is a map that works without any network.",
    "A risk is that drivers will not trust the numbers.",
    "Let me compare the cost of both against the budget.",
    "In summary, the library is the place to begin.",
)


def say(texts: Sequence[str]) -> Samples:
    """By the voice that ships with the product, half a second of silence around each."""
    from voice_interviewer.adapters.piper import PiperVoice
    from voice_interviewer.adapters.resample import Resampler

    try:
        voice = PiperVoice(model_path("piper-en_US-joe-medium"))
    except ModelError as error:
        pytest.skip(f"NO VOICE, the recogniser is NOT tested on speech: {error}")
    quiet = np.zeros(8_000, np.float32)
    parts = [quiet]
    for text in texts:
        resampler = Resampler(voice.sample_rate_hz, 16_000)
        pcm = [resampler.feed(chunk.pcm) for chunk in voice.synthesise(text)]
        parts += [np.concatenate([*pcm, resampler.flush()]).astype(np.float32) / 32768.0, quiet]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return say([SAID])


def bare(words: list[Word]) -> list[str]:
    return ["".join(ch for ch in word.text.lower() if ch.isalpha()) for word in words]


def test_the_words_come_with_times_in_order_inside_the_sound(
    transcriber: WhisperTranscriber, spoken: Samples
) -> None:
    words = list(transcriber.transcribe(spoken, start_s=20.0))
    assert bare(words) == [word.strip(".,").lower() for word in SAID.split()]
    assert 20.3 < words[0].start_s < 20.9
    assert words[-1].end_s < 20.0 + len(spoken) / 16_000 - 0.2
    assert all(before.end_s <= after.start_s for before, after in pairwise(words))
    assert all(word.end_s > word.start_s and 0 <= word.probability <= 1 for word in words)


def test_sound_longer_than_a_window_is_heard_to_its_end(transcriber: WhisperTranscriber) -> None:
    sound = say([SAID, *MORE])
    words = list(transcriber.transcribe(sound, start_s=0.0))
    length_s = len(sound) / 16_000
    assert length_s > 25
    wanted = [word.strip(".,").lower() for text in (SAID, *MORE) for word in text.split()]
    kept = SequenceMatcher(None, wanted, bare(words), autojunk=False).get_matching_blocks()
    assert sum(block.size for block in kept) >= 0.95 * len(wanted)
    assert words[-1].end_s > length_s - 1.5
    assert all(before.end_s <= after.start_s for before, after in pairwise(words))


def test_a_quick_look_sees_how_the_clause_ends(transcriber: WhisperTranscriber, spoken: Samples) -> None:
    assert bare(list(transcriber.quick(spoken)))[-3:] == ["problem", "to", "solve"]


def test_a_stretch_transcribed_twice_counts_its_fillers_once(
    transcriber: WhisperTranscriber, shared_data: Path
) -> None:
    from voice_interviewer.adapters.audio_files import load

    sound = (
        load(shared_data / "spontaneous" / "mfa_cold_corpus3.flac").astype(np.float32)[: 9 * 16_000] / 32768.0
    )
    transcriber.transcribe(sound[: 5 * 16_000], start_s=50.0)
    transcriber.transcribe(sound, start_s=50.0)
    tokens = [event.token for event in transcriber.vocal_fillers() if 50 <= event.start_s < 60]
    assert tokens == ["uh", "um"]
    track = transcriber.acoustics()
    assert len(track.f0_hz) * track.hop_s == pytest.approx(59.0, abs=0.6)


@pytest.mark.parametrize("kind", ["silence", "hiss", "clicks", "hum", "nothing"])
def test_no_speech_gives_no_words(transcriber: WhisperTranscriber, kind: str) -> None:
    rng = np.random.default_rng(5)
    sound = np.zeros(48_000, np.float32)
    if kind == "hiss":
        sound = rng.normal(0, 0.01, 48_000).astype(np.float32)
    elif kind == "clicks":
        sound[::9_000] = 0.8
    elif kind == "hum":
        sound = (0.05 * np.sin(2 * np.pi * 50 * np.arange(48_000) / 16_000)).astype(np.float32)
    elif kind == "nothing":
        sound = sound[:0]
    assert list(transcriber.transcribe(sound, start_s=0.0)) == []
    assert list(transcriber.quick(sound)) == []


def test_background_noise_says_nothing(transcriber: WhisperTranscriber, shared_data: Path) -> None:
    from voice_interviewer.adapters.audio_files import load

    for name in ("keyboard-typing.ogg", "city-ambience.ogg"):
        sound = load(shared_data / "noise" / name).astype(np.float32)[: 12 * 16_000] / 32768.0
        assert [word.text for word in transcriber.transcribe(sound, start_s=0.0)] == []


def test_missing_weights_are_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"lacks model\.bin"):
        WhisperTranscriber(tmp_path).warm_up()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(ModelError) as caught:
        WhisperTranscriber(tmp_path).warm_up()
    assert "\n" not in str(caught.value)


def test_a_click_or_a_blink_of_sound_is_none() -> None:
    click = np.zeros(16_000, np.float32)
    click[5_000] = 0.9
    assert not holds_sound(click)
    assert not holds_sound(np.ones(800, np.float32))
    assert holds_sound(np.sin(np.arange(16_000) * 0.1).astype(np.float32))


def test_importing_the_adapter_loads_no_library() -> None:
    code = (
        "import sys, voice_interviewer.adapters.whisper; "
        "print([m for m in ('faster_whisper', 'ctranslate2', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
