"""Where things lie: content and weights, in a checkout or installed from a wheel, and the user's own data.

A checkout keeps its weights and its content beside the package, so that nothing outside it is touched
but the user's sessions. A wheel carries the content inside the package and puts weights in the user's
data folder. No function here creates a folder.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import platformdirs

APP_NAME = "voice-interviewer"
_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def checkout_dir() -> Path | None:
    """The checkout this package runs from, None when it was installed."""
    root = _PACKAGE.parent
    is_checkout = (root / "pyproject.toml").is_file() and (root / "models" / "manifest.toml").is_file()
    return root if is_checkout else None


def data_dir() -> Path:
    """The user's own data: sessions, history. `VOICE_INTERVIEWER_DATA` moves it."""
    return _from_environment("VOICE_INTERVIEWER_DATA") or platformdirs.user_data_path(
        APP_NAME, appauthor=False
    )


def sessions_dir() -> Path:
    """One folder a session."""
    return data_dir() / "sessions"


def models_dir() -> Path:
    """One folder a weight. `VOICE_INTERVIEWER_MODELS` moves it."""
    chosen = _from_environment("VOICE_INTERVIEWER_MODELS")
    if chosen:
        return chosen
    checkout = checkout_dir()
    return checkout / "models" if checkout else data_dir() / "models"


def content_dir() -> Path:
    """Frameworks, questions, companies and rubrics."""
    checkout = checkout_dir()
    return checkout / "content" if checkout else _PACKAGE / "_content"


def manifest_path() -> Path:
    """The list of weights and where they come from."""
    checkout = checkout_dir()
    return checkout / "models" / "manifest.toml" if checkout else _PACKAGE / "_models" / "manifest.toml"


def settings_path() -> Path:
    """The user's own defaults for options. `VOICE_INTERVIEWER_SETTINGS` names another file."""
    return (
        _from_environment("VOICE_INTERVIEWER_SETTINGS")
        or platformdirs.user_config_path(APP_NAME, appauthor=False) / "settings.toml"
    )


def cache_dir() -> Path:
    """What may be deleted at any time."""
    return platformdirs.user_cache_path(APP_NAME, appauthor=False)


def _from_environment(variable: str) -> Path | None:
    value = os.environ.get(variable, "").strip()
    return Path(value).expanduser().absolute() if value else None
