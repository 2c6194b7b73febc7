"""Memory that a finished session used, given back to the system."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Collect what nobody holds any more and return it, where the C library keeps it: glibc does, some 90 MB
    a round of a loop, since several threads loaded weights and put pages together.
    """
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return  # another C library, which gives back by itself
