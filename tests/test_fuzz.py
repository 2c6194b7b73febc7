"""What comes from outside, damaged: sound, content, journals, settings, transcripts, model replies.

A few seconds of what `scripts/fuzz.py` does for as long as one likes, with coverage as its guide.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fuzz
import fuzz_targets
import numpy as np
import pytest
from fuzz_targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_interviewer.adapters import audio_files
from voice_interviewer.adapters.language_model import sentences
from voice_interviewer.core.codec import COMMANDS, EVENTS, canonical, decode
from voice_interviewer.core.errors import AudioFileError, JournalError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    return tmp_path / "run"


@pytest.fixture(autouse=True)
def fresh_content() -> Iterator[None]:
    """Targets read broken content, and what was read is remembered."""
    yield
    fuzz_targets.forget_content()


@pytest.mark.parametrize("name", TARGETS)
def test_good_examples_are_read(name: str, home: Path) -> None:
    for seed in TARGETS[name].seeds():
        assert fuzz_targets.verdict(TARGETS[name], seed, home) == ""


@pytest.mark.parametrize("name", TARGETS)
def test_damage_ends_in_one_clear_error(name: str, home: Path) -> None:
    target = TARGETS[name]
    chance = random.Random(name)
    seeds = target.seeds()
    for _ in range(12):
        data = chance.choice(seeds)
        for _ in range(chance.randrange(1, 4)):
            data = fuzz.by_lines(data, chance) if target.text else flipped(data, chance)
        assert fuzz_targets.verdict(target, data, home) == "", data[:400]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """With a few bytes changed, or an end missing."""
    changed = bytearray(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.3 else data)
    for _ in range(min(len(changed), 6)):
        changed[chance.randrange(len(changed))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(changed)


# -- sound ---------------------------------------------------------------------------------------

USABLE = {
    "honest", "not a number", "768 kHz", "32 channels", "claims four gigabytes", "claims nothing",
    "half a sample",
}  # fmt: skip


@pytest.mark.parametrize("name", fuzz_targets.hostile_sounds())
def test_hostile_sound_is_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.wav"
    path.write_bytes(fuzz_targets.hostile_sounds()[name])
    if name not in USABLE:
        with pytest.raises(AudioFileError, match=r"hostile\.wav"):
            audio_files.load(path)
        return
    pcm = audio_files.load(path)
    assert pcm.dtype == np.int16 and 0 < pcm.size <= 16_000
    if name == "not a number":
        assert np.abs(pcm.astype(np.int32)).max() <= 32_767


# -- the core ------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.sampled_from(sorted({**EVENTS, **COMMANDS})), st.dictionaries(st.text(max_size=12), JSON, max_size=5)
)
def test_any_line_is_an_item_or_a_journal_error(name: str, fields: dict[str, Any]) -> None:
    kind = "event" if name in EVENTS else "command"
    classes: dict[str, Any] = {**EVENTS, **COMMANDS}
    known = [spec.name for spec in dataclasses.fields(classes[name])]
    values = dict(zip(known, fields.values(), strict=False))
    for line in ({kind: name, **fields}, {kind: name, **values}):
        try:
            item: Any = decode(line)
        except JournalError:
            continue
        assert canonical(item) == canonical(canonical(item))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_sentences_lose_nothing_that_was_said(pieces: list[str]) -> None:
    said = "".join(sentences(iter(pieces)))
    assert re.sub(r"\s", "", said) == re.sub(r"\s", "", "".join(pieces))


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=200))
def test_any_transcript_is_traced_or_refused_by_its_line(tmp_path: Path, text: str) -> None:
    whole = f"[00:01] {text}\n"
    assert fuzz_targets.verdict(TARGETS["transcript"], whole.encode("utf-8", "replace"), tmp_path) == ""
