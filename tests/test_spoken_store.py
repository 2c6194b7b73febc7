"""Fixed prompts outlive the session as sound; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voice_interviewer.adapters import content_schema
from voice_interviewer.adapters.spoken_store import MOST_FILES, SpokenStore
from voice_interviewer.core.errors import ContentError
from voice_interviewer.ports import AudioChunk
from voice_interviewer.runtime.speech import SpeechCache


class CountingVoice:
    sample_rate_hz = 22_050

    def __init__(self) -> None:
        self.said: list[str] = []

    def synthesise(self, text: str) -> Iterator[AudioChunk]:
        self.said.append(text)
        for number, sentence in enumerate(text.split("|"), start=1):
            yield AudioChunk(np.full(100 * number, number, dtype=np.int16), self.sample_rate_hz, sentence)


def test_a_fixed_text_is_synthesised_once_for_all_sessions(tmp_path: Path) -> None:
    voice = CountingVoice()
    heard = []
    for _session in range(2):
        speech = SpeechCache(voice, SpokenStore(tmp_path, "voice"), fixed=["Hi.|Welcome."])
        heard.append(list(speech.chunks("Hi.|Welcome.")))
        list(speech.chunks("You said bus drivers. Why them?"))
    assert voice.said.count("Hi.|Welcome.") == 1
    assert voice.said.count("You said bus drivers. Why them?") == 2
    assert [chunk.text for chunk in heard[1]] == ["Hi.", "Welcome."]
    assert [len(chunk.pcm) for chunk in heard[1]] == [100, 200]
    assert (heard[1][1].pcm == 2).all()
    assert heard[1][0].sample_rate_hz == 22_050
    assert len(list(tmp_path.iterdir())) == 1  # the candidate's words are nowhere


def test_another_voice_has_its_own(tmp_path: Path) -> None:
    chunk = AudioChunk(np.ones(10, dtype=np.int16), 16_000, "Hi.")
    SpokenStore(tmp_path, "one").save("Hi.", [chunk])
    assert SpokenStore(tmp_path, "one").load("Hi.") is not None
    assert SpokenStore(tmp_path, "another").load("Hi.") is None


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_no_sound(tmp_path: Path, content: bytes) -> None:
    store = SpokenStore(tmp_path, "voice")
    store.save("Hi.", [AudioChunk(np.ones(10, dtype=np.int16), 16_000, "Hi.")])
    next(tmp_path.iterdir()).write_bytes(content)
    assert store.load("Hi.") is None


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    store = SpokenStore(tmp_path, "voice")
    for number in range(MOST_FILES + 5):
        store.save(f"{number}", [AudioChunk(np.ones(10, dtype=np.int16), 16_000, "x")])
    assert len(list(tmp_path.iterdir())) == MOST_FILES


def test_a_checked_content_file_is_checked_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_interviewer.adapters.paths.cache_dir", lambda: tmp_path / "cache")
    from voice_interviewer.adapters.paths import content_dir

    copy = tmp_path / "metrics-ai.toml"
    good = (content_dir() / "questions" / copy.name).read_text(encoding="utf-8")
    copy.write_text(good, encoding="utf-8")
    content_schema.read(copy, "question")
    assert len(list((tmp_path / "cache" / "content").iterdir())) == 1
    content_schema.read(copy, "question")
    copy.write_text(good.replace("wording =", "words =", 1), encoding="utf-8")
    with pytest.raises(ContentError):
        content_schema.read(copy, "question")
