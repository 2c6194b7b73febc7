"""One session at a microphone, one process in a session's folder; a lock dies with its process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from voice_interviewer.core.errors import SessionBusyError, SessionError

LOCK_NAME = ".lock"


@contextmanager
def hold(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file at `path`. Raises SessionBusyError when another process does, SessionError on
    failure.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path, timeout=0, mode=0o600)
        with lock:
            yield
    except Timeout:
        raise SessionBusyError(f"another session is using {what}", hint="end it first") from None
    except PermissionError as error:
        raise SessionError(f"cannot lock {path}: {error.strerror}") from None


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, OSError):
        return True
