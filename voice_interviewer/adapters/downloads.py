"""Files from the network: resumed where they stopped, checked before they count, written atomically.

A download goes to `NAME.part` beside its target and is renamed only when it is complete and right, so a
file under its own name is always whole.
"""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import certifi
import httpx

from voice_interviewer.adapters.models import sha256_of
from voice_interviewer.core.errors import ChecksumError, ModelError, StorageFullError

_ATTEMPTS = 4
_TIMEOUT = httpx.Timeout(60.0, connect=20.0)


class Progress(Protocol):
    """Somebody who shows how far a fetch has come."""

    def begin(self, label: str, done: int, total: int | None) -> None:
        """A file starts at `done` of `total` bytes; may be said again when more is known."""
        ...

    def advance(self, count: int) -> None:
        """`count` more bytes."""
        ...

    def note(self, text: str) -> None:
        """One line the user should know."""
        ...


class SilentProgress:
    """Shows nothing."""

    def begin(self, label: str, done: int, total: int | None) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


class UnavailableError(Exception):
    """A source can't deliver; the next one may."""


def download(
    url: str,
    target: Path,
    *,
    size: int | None,
    sha256: str,
    progress: Progress,
    headers: Mapping[str, str] | None = None,
    network: Mapping[str, str] | None = None,
) -> None:
    """Fetch `url` to `target`, going on where an earlier try stopped.

    `network` may hold `cert`, a file of trusted certificates, and `proxy`, as pip's settings name them.
    Raises UnavailableError when the server can't be reached or refuses, ChecksumError when something else
    than the expected file came, StorageFullError when the disk is full.
    """
    part = target.with_name(target.name + ".part")
    with storage_errors(target, size), _client(network or {}, headers or {}) as client:
        done = part.stat().st_size if part.exists() else 0
        if size is not None and done > size:
            part.unlink()
            done = 0
        progress.begin(target.name, done, size)
        if size is None or done < size:
            _fetch(client, url, part, progress)
        settle(part, target, size=size, sha256=sha256, source=url.partition("?")[0])


def settle(part: Path, target: Path, *, size: int | None, sha256: str, source: str) -> str:
    """Give a completely written file its own name if it is the expected one; returns its checksum.

    Raises ChecksumError, having removed the file, when it is not.
    """
    actual_size = part.stat().st_size
    actual = sha256_of(part)
    if (size is not None and actual_size != size) or (sha256 and actual != sha256):
        part.unlink()
        raise ChecksumError(
            f"{target.name} from {source} is not the file the manifest names "
            f"({actual_size} bytes, sha256 {actual[:12]}…, expected {size or 'any'} bytes, {sha256[:12]}…)",
            hint="it was thrown away; run the fetch again, or take the file from elsewhere with --from",
        )
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(target)
    return actual


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Where to write a file before it is settled; removed when that fails, so as not to fill a full disk."""
    copy = target.with_name(target.name + ".copy")
    try:
        yield copy
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


@contextmanager
def storage_errors(path: Path, size: int | None) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into one clear line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            room = f"make room for {size / 1e6:.0f} MB" if size else "make room"
            raise StorageFullError(
                f"the disk is full: {path.name} does not fit into {path.parent}",
                hint=f"{room}, or put weights elsewhere with VOICE_INTERVIEWER_MODELS, and run it again",
            ) from error
        raise ModelError(
            f"{error.filename or path} can't be read or written ({error.strerror or error})",
            hint="check the folder's permissions, or put weights elsewhere with VOICE_INTERVIEWER_MODELS",
        ) from error


def _fetch(client: httpx.Client, url: str, part: Path, progress: Progress) -> None:
    """Try a few times; every try goes on where the last one stopped."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _fetch_once(client, url, part, progress)
        except httpx.HTTPStatusError as error:
            raise UnavailableError(f"{url} answered {error.response.status_code}") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            if attempt == _ATTEMPTS or isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol):
                raise UnavailableError(f"{httpx.URL(url).host} can't be reached ({error})") from error
        else:
            return


def _fetch_once(client: httpx.Client, url: str, part: Path, progress: Progress) -> None:
    done = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={done}-"} if done else {}
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink(missing_ok=True)  # whatever lies there is not a beginning of this file
            raise httpx.ReadError("the download had to start over", request=response.request)
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        if done and not resumed:
            progress.advance(-done)
        with part.open("ab" if resumed else "wb") as stream:
            for (
                chunk
            ) in response.iter_raw():  # as it comes: what is gathered first is lost when the line breaks
                stream.write(chunk)
                progress.advance(len(chunk))


def _client(network: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Client:
    """A client that trusts the system's certificates, the well-known ones, and those the user named."""
    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())
    if network.get("cert"):
        trust.load_verify_locations(network["cert"])
    return httpx.Client(
        verify=trust,
        proxy=network.get("proxy") or None,
        follow_redirects=True,
        timeout=_TIMEOUT,
        # A compressed answer could not be resumed.
        headers={"Accept-Encoding": "identity", **headers},
    )
