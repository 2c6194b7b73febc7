"""The user's own ranges: `thresholds.toml` in the data folder, one table a range."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from voice_interviewer.adapters.paths import data_dir
from voice_interviewer.analysis.findings import Range
from voice_interviewer.analysis.thresholds import DEFAULT_THRESHOLDS, with_overrides
from voice_interviewer.core.errors import UsageError

FILE_NAME = "thresholds.toml"


def load_thresholds(path: Path | None = None) -> Mapping[str, Range]:
    """The defaults with what the file says; the defaults alone where there is no file.

    Raises UsageError when the file is damaged, or names a range that does not exist or hold together.
    """
    chosen = path or data_dir() / FILE_NAME
    if path is None and not chosen.is_file():
        return DEFAULT_THRESHOLDS
    try:
        tables = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {chosen}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{chosen} is not valid TOML: {error}") from None
    loose = [name for name, table in tables.items() if not isinstance(table, dict)]
    if loose:
        raise UsageError(
            f"{chosen}: {loose[0]} must be a table", hint="[speech_rate_wpm] and below it good_high = 170"
        )
    try:
        return with_overrides(tables)
    except UsageError as error:
        raise UsageError(f"{chosen}: {error.message}", hint=error.hint) from None
