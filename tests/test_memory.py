"""What a finished session used goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

LEFT_BEHIND = """
import os, sys, threading
from pathlib import Path
from voice_interviewer.adapters import memory

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

if sys.argv[1] == "together":
    memory.keep_together()
before = resident_mb()

def work():
    del [bytearray(30_000_000)][:]  # glibc learns from it to keep so much at the end of a heap
    pieces = [bytearray(b"x" * 100_000) for _ in range(500)]
    while pieces:
        pieces.pop()

for _ in range(4):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
memory.give_back()
print(round(resident_mb() - before))
"""


def left_behind_mb(how: str) -> int:
    """What four threads that held 50 MB each leave with the process."""
    command = [sys.executable, "-c", LEFT_BEHIND, how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps a heap for each thread")
def test_a_thread_leaves_nothing_behind() -> None:
    assert left_behind_mb("together") < 10


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps a heap for each thread")
def test_it_would_with_a_heap_of_its_own() -> None:
    """Else the test above could not fail."""
    assert left_behind_mb("apart") > 30
