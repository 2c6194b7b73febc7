"""The list of weights, `models/manifest.toml`, as data. What its parts mean is said in that file."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from voice_interviewer.adapters.paths import manifest_path
from voice_interviewer.core.errors import ModelError, UsageError


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a weight."""

    name: str
    size: int | None
    """Bytes, None when not known ahead."""
    sha256: str
    """Lower-case hex, '' when not known ahead."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package that carries data files."""

    project: str
    version: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a wheel; `inner` names a member of the zip that the member is, or is ''."""

    project: str
    member: str
    inner: str = ""


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder the user names."""

    files: tuple[ModelFile, ...]


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Data files inside packages; `parts` are joined in order."""

    files: tuple[ModelFile, ...]
    wheels: tuple[Wheel, ...]
    parts: Mapping[str, tuple[Part, ...]]


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository on the Hugging Face hub."""

    files: tuple[ModelFile, ...]
    repo: str
    revision: str
    folder: str


Source = FolderSource | PackageSource | HubSource


@dataclass(frozen=True, slots=True)
class Model:
    """One weight."""

    id: str
    purpose: str
    licence: str
    credit: str
    optional: bool
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]

    @property
    def builds(self) -> tuple[tuple[ModelFile, ...], ...]:
        """The sets of files, any one of which makes the model complete; the usual one first."""
        return tuple(dict.fromkeys([self.files, *(source.files for source in self.sources)]))

    @property
    def size(self) -> int:
        """Bytes of the usual build, as far as known."""
        return sum(file.size or 0 for file in self.files)


def load_manifest(path: Path | None = None) -> dict[str, Model]:
    """All weights by id, in the manifest's order. Raises ModelError when the manifest is unusable."""
    return _load(path or manifest_path())


@cache
def _load(path: Path) -> dict[str, Model]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        if data["version"] != 1:
            raise ValueError(f"version {data['version']} is not known here")
        models = [_model(entry) for entry in data["models"]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the list of weights {path} is unusable ({error})", hint="reinstall") from error
    return {model.id: model for model in models}


def find_models(ids: Iterable[str], manifest: Mapping[str, Model]) -> list[Model]:
    """The models of these ids. Raises UsageError for one that is not in the manifest."""
    found = []
    for model_id in ids:
        if model_id not in manifest:
            near = difflib.get_close_matches(model_id, manifest, n=1)
            hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(manifest)
            raise UsageError(f"no model is called {model_id}", hint=hint)
        found.append(manifest[model_id])
    return found


def _model(entry: dict[str, Any]) -> Model:
    files = _files(entry["files"])
    return Model(
        id=entry["id"],
        purpose=entry["purpose"],
        licence=entry["licence"],
        credit=entry.get("credit", ""),
        optional=entry.get("optional", False),
        files=files,
        sources=tuple(_source(source, files) for source in entry["sources"]),
    )


def _files(entries: list[dict[str, Any]]) -> tuple[ModelFile, ...]:
    return tuple(ModelFile(item["name"], item.get("size"), item.get("sha256", "")) for item in entries)


def _source(entry: dict[str, Any], usual: tuple[ModelFile, ...]) -> Source:
    files = _files(entry["files"]) if "files" in entry else usual
    kind = entry["kind"]
    if kind == "folder":
        return FolderSource(files)
    if kind == "hub":
        return HubSource(files, entry["repo"], entry["revision"], entry.get("folder", ""))
    if kind == "packages":
        wheels = tuple(Wheel(**wheel) for wheel in entry["wheels"])
        parts = {name: tuple(_part(text) for text in texts) for name, texts in entry["parts"].items()}
        return PackageSource(files, wheels, parts)
    raise ValueError(f"a source of kind {kind!r}")


def _part(text: str) -> Part:
    project, _, path = text.partition(":")
    member, _, inner = path.partition("!")
    return Part(project, member, inner)
