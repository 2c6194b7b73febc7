"""The story bank on disk: one JSON file a story in the data folder, and the rules that tag them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from voice_interviewer.adapters import content_files
from voice_interviewer.adapters.content_schema import read
from voice_interviewer.adapters.session_folder import write_private
from voice_interviewer.core.errors import SessionError, UsageError
from voice_interviewer.core.stories import Story, Tag, TagRule

FOLDER = "stories"
SCHEMA = "voice-interviewer.story/1"
_ID = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


@dataclass(frozen=True, slots=True)
class TagRules:
    """Rules for both kinds of tags, and for the parts of a story."""

    competencies: tuple[TagRule, ...]
    principles: tuple[TagRule, ...]
    parts: Mapping[str, tuple[str, ...]]
    """Phase id -> cues beside the framework's own."""


def load_tag_rules(folder: Path | None = None) -> TagRules:
    """The cue rules. `folder`: another content folder. Raises ContentError."""
    if folder is None:
        from voice_interviewer.adapters.paths import content_dir

        folder = content_dir()
    return _tag_rules(folder / "story-tags.toml")


@cache
def _tag_rules(path: Path) -> TagRules:
    names: dict[str, str] = {}
    for company in content_files.load_companies():
        for one in company.principles:
            names.setdefault(one.id, one.name)
    data = read(path, "story-tags").data
    return TagRules(
        tuple(_rule(one, names) for one in data["competencies"]),
        tuple(_rule(one, names) for one in data["principles"]),
        {one["id"]: tuple(one["cues"]) for one in data["parts"]},
    )


def _rule(data: dict[str, Any], names: dict[str, str]) -> TagRule:
    name = data.get("name", "") or names.get(data["id"], data["id"])
    return TagRule(data["id"], name, tuple(data["strong"]), tuple(data["weak"]))


def story_path(data_dir: Path, story_id: str) -> Path:
    """Where a story lies; its recording is beside it, as .wav."""
    return data_dir / FOLDER / f"{story_id}.json"


def count_stories(data_dir: Path) -> int:
    """How many stories there are, readable or not."""
    return sum(1 for _ in (data_dir / FOLDER).glob("*.json"))


def load_stories(data_dir: Path) -> tuple[Story, ...]:
    """Every story, oldest first. Raises SessionError when one is unreadable."""
    stories = [_read(path) for path in sorted((data_dir / FOLDER).glob("*.json"))]
    return tuple(sorted(stories, key=lambda one: (one.told_on, one.id)))


def find_story(data_dir: Path, name: str) -> Story:
    """The story of that id, unambiguous beginning of one, number in the list, or 'last'."""
    stories = load_stories(data_dir)
    if not stories:
        raise UsageError("there are no stories yet", hint="tell one: voice-interviewer stories tell")
    if name == "last":
        return stories[-1]
    if name.isdigit() and 1 <= int(name) <= len(stories):
        return stories[int(name) - 1]
    matches = [one for one in stories if one.id == name] or [
        one for one in stories if one.id.startswith(name)
    ]
    if len(matches) != 1:
        what = "no story" if not matches else f"{len(matches)} stories"
        raise UsageError(f"{what} named {name!r}", hint="voice-interviewer stories list shows them")
    return matches[0]


def new_id(data_dir: Path, title: str) -> str:
    """A free id made of the title."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:48].strip("-") or "story"
    name, number = stem, 2
    while story_path(data_dir, name).exists():
        name, number = f"{stem}-{number}", number + 1
    return name


def save_story(data_dir: Path, story: Story) -> Path:
    """Write it whole or not at all, readable by the user alone. Raises SessionError, StorageFullError."""
    path = story_path(data_dir, story.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    plain = {"schema": SCHEMA, **asdict(story)}
    write_private(path, json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
    return path


def delete_story(data_dir: Path, story: Story) -> None:
    """Remove it and its recording. Raises SessionError."""
    path = story_path(data_dir, story.id)
    try:
        path.with_suffix(".wav").unlink(missing_ok=True)
        path.unlink()
    except OSError as error:
        raise SessionError(f"cannot remove {path}: {error.strerror}") from None


def _read(path: Path) -> Story:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError(f"written as {data['schema']}, known is {SCHEMA}")
        if data["id"] != path.stem or not _ID.match(data["id"]):
            raise ValueError("its id is not its file's name")
        return Story(
            data["id"],
            str(data["title"]),
            str(data["told_on"]),
            {str(k): str(v) for k, v in data["parts"].items()},
            {str(k): float(v) for k, v in data["seconds"].items()},
            _tags(data["competencies"]),
            _tags(data["principles"]),
            str(data.get("question_id", "")),
            str(data.get("source", "")),
            tuple(data.get("unheard", ())),
        )
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise SessionError(f"{path} cannot be read: {error}", hint="mend or remove the file") from None


def _tags(data: Sequence[dict[str, Any]]) -> tuple[Tag, ...]:
    return tuple(Tag(one["id"], one["by"], int(one["score"]), tuple(one["evidence"])) for one in data)
