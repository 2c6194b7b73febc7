"""The guides under `content/guides/`."""

from __future__ import annotations

import difflib
from pathlib import Path

from voice_interviewer.core.errors import ContentError, UsageError
from voice_interviewer.core.guide import Guide


def load_guides(folder: Path | None = None) -> tuple[Guide, ...]:
    """Every guide, by id. `folder`: another content folder. Raises ContentError."""
    paths = _paths(folder)
    if not paths:
        raise ContentError("there are no guides in the content folder", hint="reinstall the program")
    return tuple(_read(path) for path in paths)


def load_guide(guide_id: str, folder: Path | None = None) -> Guide:
    """One guide. Raises UsageError when there is none of that id, ContentError when it cannot be read."""
    paths = {path.stem: path for path in _paths(folder)}
    if guide_id not in paths:
        near = difflib.get_close_matches(guide_id, paths, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(paths)}"
        raise UsageError(f"there is no guide {guide_id}", hint=hint)
    return _read(paths[guide_id])


def _paths(folder: Path | None) -> list[Path]:
    if folder is None:
        from voice_interviewer.adapters.paths import content_dir

        folder = content_dir()
    return sorted((folder / "guides").glob("*.md"))


def _read(path: Path) -> Guide:
    try:
        return Guide(path.stem, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name} cannot be read: {error}", hint="reinstall the program") from None
