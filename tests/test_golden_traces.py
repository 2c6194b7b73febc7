"""A change of the interviewer's mind is seen: whole interviews are traced and compared with what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden_traces import traced, transcripts
from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.adapters.models import model_path
from voice_interviewer.core.errors import ModelError

CONFIDENCE = 0.05
"""Sums in another order, on another processor, may differ by a little."""


def test_every_framework_has_one() -> None:
    assert {path.name.split(".")[0] for path in transcripts()} == {one.id for one in load_frameworks()}


@pytest.mark.parametrize("path", transcripts(), ids=lambda path: path.name.split(".")[0])
def test_the_trace_is_as_kept(path: Path) -> None:
    try:
        model_path("minilm-l6-v2")
    except ModelError as error:
        pytest.skip(f"SKIPPED: golden traces need the sentence model: {error}")
    kept = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    entries = traced(path)
    hint = "if this is meant: python -m tests.golden_traces"
    assert [one["phase"] for one in entries] == [one["phase"] for one in kept], hint
    assert [one["would"] for one in entries] == [one["would"] for one in kept], hint
    for entry, before in zip(entries, kept, strict=True):
        assert entry["at_s"] == before["at_s"] and entry["text"] == before["text"]
        assert entry["confidence"] == pytest.approx(before["confidence"], abs=CONFIDENCE), hint
