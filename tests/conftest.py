"""What every test gets: its own home for data, and a sound card where one can be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.held_session import short_session
from tests.soundcard import sound_card

__all__ = ["short_session", "sound_card"]


@pytest.fixture(autouse=True, scope="session")
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes to the user's sessions, nor lets a setting of theirs change what it sees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("VOICE_INTERVIEWER_SETTINGS", str(tmp_path_factory.mktemp("config") / "settings.toml"))
        patch.delenv("VOICE_INTERVIEWER_MODEL_SOURCE", raising=False)
        yield


@pytest.fixture
def shared_data() -> Path:
    """The measurement recordings beside the checkout; skips, loudly, where they are not."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"NO MEASUREMENT DATA, real recordings are NOT tested: {folder} is absent")
    return folder
