"""Kill real sessions at random moments, recover each, and print what was lost.

    python scripts/bench_kill.py --kills 100

Each session is a real-time demonstration (real recogniser, real voice, journal and tracks on disk), killed
with
SIGKILL. Lost sound is the time between the kill and the end of the recovered track.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

from voice_interviewer.adapters import journal, models, recovery
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.reporting import make_report

LEAST_S, MOST_S = 1.0, 25.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One killed session."""

    ran_s: float
    lost_s: float
    """Between the kill and the end of the recovered track; a busy machine's own lag included."""
    written_s: float
    """Length of the track just before the kill."""
    kept_s: float
    lines: int
    words: int


def kill_one(home: Path, after_s: float, transcriber: WhisperTranscriber) -> Outcome | None:
    """Start a session, kill it `after_s` after its first sound; None when it was killed before there was
    any.
    """
    command = [
        sys.executable, "-m", "voice_interviewer", "practice", "--candidate", "demo", "--pace", "real",
        "--loudspeaker", "none", "--plain", "--seed", "1", "--sessions-dir", str(home),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        track = wait_for_track(home, process)
        begun_s = time.monotonic() - length_s(track)
        time.sleep(after_s)
        written_s = length_s(track)
        process.send_signal(signal.SIGKILL)
        killed_s = time.monotonic() - begun_s
        process.wait(10)
    folder = SessionFolder(track.parent)
    recovery.recover(folder, lambda: transcriber)
    with wave.open(str(folder.candidate_track)) as sound:
        kept_s = sound.getnframes() / sound.getframerate()
    lines = sum(1 for _ in journal.read_lines(folder.journal))
    report = make_report(folder)
    return Outcome(killed_s, killed_s - kept_s, written_s, kept_s, lines, len(report.words))


def wait_for_track(home: Path, process: subprocess.Popen[bytes]) -> Path:
    """The candidate's track once sound is written to it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for track in home.glob("*/candidate.wav"):
            if length_s(track) > 0:
                return track
        time.sleep(0.02)
    raise RuntimeError("the session did not start")


def length_s(track: Path) -> float:
    """By the file's size: the header lags."""
    return max(0, track.stat().st_size - 44) / 2 / 16_000


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    transcriber = WhisperTranscriber(models.model_path("whisper-base"))
    outcomes = []
    for number in range(args.kills):
        home = Path(tempfile.mkdtemp(prefix="killed-"))
        try:
            outcome = kill_one(home, chance.uniform(LEAST_S, MOST_S), transcriber)
        finally:
            shutil.rmtree(home, ignore_errors=True)
        if outcome is not None:
            outcomes.append(outcome)
            print(
                f"{number + 1:4}  ran {outcome.ran_s:5.1f} s  lost {outcome.lost_s:5.2f} s  "
                f"{outcome.lines:4} lines  {outcome.words:4} words",
                flush=True,
            )
    lost = [outcome.lost_s for outcome in outcomes]
    print(f"sessions {len(lost)}, reports {len(lost)}")
    print(f"lost sound: median {statistics.median(lost):.2f} s, most {max(lost):.2f} s")


if __name__ == "__main__":
    main()
