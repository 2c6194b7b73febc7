#!/usr/bin/env python3
"""How long from Enter to the interviewer's first word, on the virtual sound card.

Each start is a process of its own whose loudspeaker is listened to from outside; it is ended once it has
spoken. The first start fills the caches and does not count. With --beside another checkout is started in
turn with this one, on the same models.

    python scripts/bench_start.py --starts 8 --beside ../before
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from tests.soundcard import VirtualSoundCard, missing_programs  # noqa: E402

LIMIT_S = 30.0
TAIL_S = 2.0
"""Listened to after the first sound: what loads behind the greeting belongs to the start."""


def main() -> int:
    """Print each checkout's starts and their median."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--starts", type=int, default=8)
    parser.add_argument("--beside", type=Path, action="append", default=[], metavar="CHECKOUT")
    options = parser.parse_args()
    if missing := missing_programs():
        print(f"not measured: no {', '.join(missing)}", file=sys.stderr)
        return 1
    checkouts = [ROOT, *(folder.resolve() for folder in options.beside)]
    took_s: dict[Path, list[float]] = {folder: [] for folder in checkouts}
    with VirtualSoundCard() as card, tempfile.TemporaryDirectory() as sessions:
        for number in range(options.starts + 1):
            for folder in checkouts:
                first_s = start(card, folder, Path(sessions))
                if number:
                    took_s[folder].append(first_s)
    print("| checkout | starts, s | median | target |\n| --- | --- | --- | --- |")
    for folder, each in took_s.items():
        starts = ", ".join(f"{value:.2f}" for value in sorted(each))
        print(f"| {folder.name} | {starts} | {median(each):.2f} s | 1.5 s |")
    return 0


def start(card: VirtualSoundCard, checkout: Path, sessions: Path) -> float:
    """Seconds from the start of the process to the first sound of its loudspeaker; infinite without one."""
    ear = card.listen(card.loudspeaker)
    began_s = time.monotonic()
    program = subprocess.Popen(
        [sys.executable, "-m", "voice_interviewer", "practice", "--plain", "--seed", "1",
         "--question", "teams-frontline-workers", "--sessions-dir", str(sessions)],
        cwd=checkout, env=card.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not ear.first_sound_at_s() and program.poll() is None:
            if time.monotonic() > began_s + LIMIT_S:
                break
            time.sleep(0.05)
        time.sleep(TAIL_S)
    finally:
        program.kill()
        program.wait()
        ear.stop()
    return (ear.first_sound_at_s() or float("inf")) - began_s


if __name__ == "__main__":
    raise SystemExit(main())
