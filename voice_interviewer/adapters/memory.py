"""Memory that a finished session used, given back to the system."""

from __future__ import annotations

import ctypes
import gc

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def keep_together() -> None:
    """Let all threads allocate from one heap; to be called before there are any.

    glibc gives each thread a heap of its own, and of those `malloc_trim` leaves the free end: up to 64 MB
    each stayed with the process after a round. Other C libraries are left as they are.
    """
    _ask_libc("mallopt", _ARENA_MAX, 1)


def give_back() -> None:
    """Collect what nobody holds any more and return it, where the C library keeps it: glibc does, some 90 MB
    a round of a loop, since several threads loaded weights and put pages together.
    """
    gc.collect()
    _ask_libc("malloc_trim", 0)


def _ask_libc(name: str, *arguments: int) -> None:
    try:
        ctypes.CDLL(None)[name](*arguments)
    except (OSError, AttributeError, TypeError):
        return  # another C library, which gives back by itself
