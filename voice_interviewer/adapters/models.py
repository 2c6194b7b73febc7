"""Weights on this machine: where they are, whether they are complete, whether they are what they should be.

Hashing 300 MB takes a second, so a file found to be right is remembered (size, time of change, checksum)
in `.verified.json` beside it and is hashed again only when it has changed since or when asked to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from voice_interviewer.adapters.model_manifest import Model, ModelFile, find_models, load_manifest
from voice_interviewer.adapters.paths import checkout_dir, models_dir
from voice_interviewer.core.errors import ModelError

State = Literal["absent", "incomplete", "present", "verified", "differs"]
"""`present`: every file is there with the right size; `verified`: and was found to be right, by checksum."""

RECORD_NAME = ".verified.json"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when its checksum was last computed."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One file of a weight, looked at."""

    file: ModelFile
    path: Path
    state: Literal["absent", "wrong size", "present", "verified", "differs"]
    sha256: str = ""
    """What was computed now or earlier, '' when nothing was."""
    pinned: bool = True
    """False when the manifest knows no checksum and the first fetch's is the measure."""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """One weight, looked at."""

    model: Model
    state: State
    files: tuple[FileCheck, ...]
    """Of the build that is installed, or of the usual one."""


def model_path(model_id: str) -> Path:
    """The folder of a weight that is there and complete by size; nothing is hashed.

    Raises UsageError for an unknown id and ModelError when files are missing or of the wrong size.
    """
    (model,) = find_models([model_id], load_manifest())
    folder = models_dir() / model_id
    check = check_model(model, hashing="never")
    if check.state in ("present", "verified"):
        return folder
    what = "are not here" if check.state == "absent" else "are incomplete"
    raise ModelError(f"the weights of {model_id} {what} ({folder})", hint=fetch_hint(model_id))


def fetch_hint(model_id: str) -> str:
    """What to run to get a weight."""
    command = ".venv/bin/voice-interviewer" if checkout_dir() else "voice-interviewer"
    return f"run: {command} models fetch {model_id}"


def check_model(model: Model, *, hashing: Literal["never", "when changed", "always"]) -> ModelCheck:
    """Look at a weight. With 'never', files of the right size that nobody has hashed are 'present'."""
    folder = models_dir() / model.id
    seen = _read_record(folder)
    builds = [tuple(_check_file(folder, file, seen, "never") for file in files) for files in model.builds]
    installed = max(builds, key=_completeness)
    if hashing != "never":
        installed = tuple(_check_file(folder, check.file, seen, hashing) for check in installed)
        remember(folder, [check for check in installed if check.state == "verified"])
    return ModelCheck(model, _overall(installed), installed)


def remember(folder: Path, checks: list[FileCheck]) -> None:
    """Note the checksums of files that were found to be right. A folder that can't be written is no error."""
    seen = _read_record(folder)
    known = dict(seen)
    for check in checks:
        status = check.path.stat()
        known[check.file.name] = _Seen(status.st_size, status.st_mtime_ns, check.sha256)
    if known == seen:
        return
    try:
        text = json.dumps({name: asdict(entry) for name, entry in known.items()}, indent=2)
        (folder / RECORD_NAME).write_text(text + "\n", encoding="utf-8")
    except OSError:
        return


def sha256_of(path: Path) -> str:
    """Hex digest of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _check_file(folder: Path, file: ModelFile, seen: dict[str, _Seen], hashing: str) -> FileCheck:
    path = folder / file.name
    pinned = bool(file.sha256)
    try:
        status = path.stat()
    except OSError:
        return FileCheck(file, path, "absent", pinned=pinned)
    if file.size is not None and status.st_size != file.size:
        return FileCheck(file, path, "wrong size", pinned=pinned)
    known = seen.get(file.name)
    expected = file.sha256 or (known.sha256 if known else "")
    unchanged = known and (known.size, known.mtime_ns) == (status.st_size, status.st_mtime_ns)
    if known and unchanged and known.sha256 == expected and hashing != "always":
        return FileCheck(file, path, "verified", known.sha256, pinned)
    if hashing == "never":
        return FileCheck(file, path, "present", pinned=pinned)
    try:
        actual = sha256_of(path)
    except OSError as error:
        raise ModelError(f"{path} can't be read ({error.strerror})") from error
    right = actual == (expected or actual)
    return FileCheck(file, path, "verified" if right else "differs", actual, pinned)


def _completeness(checks: tuple[FileCheck, ...]) -> tuple[int, int]:
    """More files of the right size first, then more files at all."""
    usable = sum(check.state in ("present", "verified") for check in checks)
    return usable, sum(check.state != "absent" for check in checks)


def _overall(checks: tuple[FileCheck, ...]) -> State:
    states = {check.state for check in checks}
    if states == {"absent"}:
        return "absent"
    if states & {"absent", "wrong size"}:
        return "incomplete"
    if "differs" in states:
        return "differs"
    return "verified" if states == {"verified"} else "present"


def _read_record(folder: Path) -> dict[str, _Seen]:
    try:
        data = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
        return {str(name): _Seen(**entry) for name, entry in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
