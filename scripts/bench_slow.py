"""A session on a machine far too slow for it: is anything dropped, is it said, is the report complete?

    python scripts/bench_slow.py --share 0.25

A real session in real time (real recogniser, voice, threads, journal) whose process is held to a fraction of
one core: on one processor where the system can pin it, and stopped and continued ten times a second. Compared
with what the candidate's script says. Windows has no SIGSTOP; use a job object's CPU rate there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from voice_interviewer.adapters import journal
from voice_interviewer.adapters.session_folder import SessionFolder

PERIOD_S = 0.1
LONGEST_S = 1800.0
ANSWERS = (
    "Um, okay. Who are the users we should think of? I would like to know that before I begin.",
    "So I would focus on students who are blind, because they travel to new places every week, and they "
    "have to learn each way again. There are two groups, those in cities and those in the country.",
    "Their biggest pain point is that a new train station is frightening, and nobody is there to help them "
    "with the way to the platform. The second one is that they depend on the help of strangers.",
    "I would build an app that describes the way with the camera of the phone, and a service where a person "
    "looks through that camera when the app does not know what to say.",
)
SCRIPT = """
name = "Slow"
question = "design-product-for-the-blind"
minutes = {minutes}
answers = [{answers}]
spare = ["The metric I would look at is the number of trips to new places."]
"""


def hold(home: Path, share: float, minutes: float) -> tuple[str, float]:
    """Hold a session at that share of one core; what the screen said, and how long it all took."""
    script = home / "script.toml"
    answers = ", ".join(json.dumps(text) for text in ANSWERS)
    script.write_text(SCRIPT.format(minutes=minutes, answers=answers), encoding="utf-8")
    command = [
        sys.executable, "-m", "voice_interviewer", "practice", "--candidate", str(script), "--pace", "real",
        "--loudspeaker", "none", "--plain", "--seed", "1", "--no-second-look",
        "--sessions-dir", str(home / "sessions"),
    ]  # fmt: skip
    begun_s = time.monotonic()
    with (home / "screen.txt").open("w", encoding="utf-8") as screen:
        process = subprocess.Popen(command, stdout=screen, stderr=subprocess.STDOUT)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        try:
            while process.poll() is None and time.monotonic() - begun_s < LONGEST_S:
                time.sleep(PERIOD_S * share)
                process.send_signal(signal.SIGSTOP)
                time.sleep(PERIOD_S * (1 - share))
                process.send_signal(signal.SIGCONT)
        finally:
            if process.poll() is None:
                process.kill()
        process.wait(10)
    return (home / "screen.txt").read_text(encoding="utf-8"), time.monotonic() - begun_s


def words_of(text: str) -> list[str]:
    """Bare, for counting."""
    return re.findall(r"[a-z']+", text.lower())


def main() -> int:
    """Hold one and judge it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--share", type=float, default=0.25, help="of one core")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--keep", type=Path, help="leave the session there")
    args = parser.parse_args()
    home = args.keep or Path(tempfile.mkdtemp(prefix="slow-"))
    home.mkdir(parents=True, exist_ok=True)
    screen, took_s = hold(home, args.share, args.minutes)
    (path,) = (home / "sessions").iterdir()
    folder = SessionFolder(path)
    lines = list(journal.read_lines(folder.journal))
    asked = {line["utterance_id"] for line in lines if line.get("command") == "Transcribe" and line["final"]}
    known = {line["utterance_id"] for line in lines if line.get("event") == "Transcribed" and line["final"]}
    dropped = max((line["note"].get("dropped_blocks", 0) for line in lines if "note" in line), default=0)
    report = json.loads(folder.report_json.read_text(encoding="utf-8"))
    heard = set(words_of(" ".join(word["text"] for word in report["words"])))
    told = set(words_of(" ".join(ANSWERS)))
    notes = [line for line in screen.splitlines() if line.startswith(("Note", "Transcribing"))]
    duration_s = report["session"]["duration_s"]
    print(f"{args.share:.2f} of one core: {duration_s:.0f} s of interview, {took_s:.0f} s until the report")
    print(f"{dropped} blocks of sound dropped; of {len(asked)} utterances {len(asked - known)} without words")
    print(f"of the script's different words {len(told & heard)} of {len(told)} are in the report")
    print(f"prompts: {sum(turn['by'] == 'interviewer' for turn in report['turns'])}; on the screen:")
    print("\n".join(f"  {line}" for line in notes) or "  no note")
    return int(bool(dropped or asked - known or not folder.report_html.is_file()))


if __name__ == "__main__":
    sys.exit(main())
