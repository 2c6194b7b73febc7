"""A session killed without warning: the sound, the journal and a report remain."""

from __future__ import annotations

from pathlib import Path

import bench_kill
import pytest

from voice_interviewer.adapters import recovery
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.whisper import WhisperTranscriber


@pytest.mark.timeout(240)
@pytest.mark.parametrize("after_s", [2.0, 14.0])
def test_a_killed_session_is_recovered(tmp_path: Path, after_s: float) -> None:
    outcome = bench_kill.kill_one(tmp_path, after_s, WhisperTranscriber(model_path("whisper-base")))
    assert outcome is not None
    assert outcome.kept_s >= outcome.written_s
    # The promise is one second, shown by scripts/bench_kill.py; a machine that is busy with tests lags by
    # itself.
    assert outcome.lost_s <= 3.0
    assert outcome.lines >= 3
    assert recovery.cut_short(tmp_path) == []
