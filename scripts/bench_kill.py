"""Kill real sessions at random moments, recover each, and print what was lost.

    python scripts/bench_kill.py --kills 100
    python scripts/bench_kill.py --kills 25 --skip 25 --log kills.jsonl     # the second quarter of the same
    python scripts/bench_kill.py --sum-up kills.jsonl
    python scripts/bench_kill.py --kills 20 --stage report      # between the last words and the program's end
    python scripts/bench_kill.py --kills 20 --stage recover     # and twice more while it is recovered

Each session is a demonstration (real recogniser, voice, journal and tracks on disk), killed with SIGKILL.
Three of five run in real time and die at a random moment of their first 20 seconds of sound; there, lost
sound is the time between the kill and the end of the recovered track. Two of five run at fast pace and die
at a random moment of all their life, while they run or make their report. One of ten dies while it starts.

Of the stage 'report' all run at fast pace with a second look, and die at a random moment between the closing
words and the end of the program. Of the stage 'recover' they die while they run, and then `report --recover`
is killed at a random moment, twice in a row.

A report is full when it has its page, passes its schema, has the words of all that was recorded, and pitch
wherever there are words.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jsonschema

from voice_interviewer.adapters import acoustics_file, journal, models, recovery
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.core.errors import JournalError
from voice_interviewer.reporting import make_report

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-m", "voice_interviewer")
LATEST_S = {"real": 20.0, "fast": 15.0}
"""After the first sound. At fast pace the script below takes some 15 s from there to its report's end."""
REPORTING_S = 14.0
"""From the closing words to the end of the program, the second look in between: some 12 s."""
RECOVERING_S = 9.0
"""`report --recover` with something to listen to takes some 8 s."""
STARTING_S = 3.0
"""A negative moment is one of the first three seconds of the program, before any sound."""
SLOWEST_START_S = 90.0
SCRIPT = """
name = "Short"
question = "design-product-for-the-blind"
minutes = 1
answers = [
  "Um, okay. [0.8] Who are the users we should think of?",
  "So, um, I would focus on students who are blind, because they travel to new places every week.",
  "Their biggest pain point is, uh, that a new train station is frightening.",
]
spare = ["I have, um, nothing to add."]
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One killed session."""

    ran_s: float
    """From the first sound; negative when it was killed before."""
    lost_s: float
    """Between the kill and the end of the recovered track; a busy machine's own lag included."""
    written_s: float
    """Length of the track just before the kill."""
    kept_s: float
    lines: int
    words: int
    fillers: int
    voiced_s: float
    """Of the recovered pitch track."""
    moment: str
    """starting, running, finishing (before a report) or renewing (the second look)."""
    pace: str
    whole: bool
    """There is a full report, or the session had not begun."""


def kill_one(
    home: Path,
    after_s: float,
    transcriber: WhisperTranscriber,
    pace: str = "real",
    *,
    to_the_end: bool = False,
    recoveries_s: Sequence[float] = (),
) -> Outcome:
    """Start a session and kill it `after_s` after its first sound, or before it when negative; what is left
    of it, recovered. `to_the_end`: after its closing words instead, with a second look. Recoveries are begun
    and killed after so many seconds each, before the one that is left alone.
    """
    home.mkdir(parents=True, exist_ok=True)
    script = home / "script.toml"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [
        *PROGRAM, "practice", "--candidate", str(script), "--pace", pace, "--loudspeaker", "none", "--plain",
        "--seed", "1", "--sessions-dir", str(home), *(["--second-look"] if to_the_end else []),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        begun_s = sound_begins(home, process, None if to_the_end else after_s)
        if to_the_end:
            time.sleep(after_s)
        written_s = max((length_s(track) for track in home.glob("*/candidate.wav")), default=0.0)
        process.send_signal(signal.SIGKILL)
        ran_s = time.monotonic() - begun_s if begun_s is not None else -1.0
        process.wait(10)
    for recovery_s in recoveries_s:
        kill_recovery(home, recovery_s)
    return inspected(home, ran_s, written_s, transcriber, pace)


def kill_recovery(home: Path, after_s: float) -> None:
    """Begin to recover the session in `home`, and kill that as well."""
    command = [*PROGRAM, "report", "--recover", "last", "--sessions-dir", str(home)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.send_signal(signal.SIGKILL)


def sound_begins(home: Path, process: subprocess.Popen[bytes], after_s: float | None) -> float | None:
    """Wait until it is time to kill, with None until the closing words were said; when the first sound was
    written, on the monotonic clock.
    """
    to_the_end, after_s = after_s is None, SLOWEST_START_S if after_s is None else after_s
    until_s = time.monotonic() + (SLOWEST_START_S if after_s >= 0 else STARTING_S + after_s)
    begun_s = None
    while time.monotonic() < until_s and process.poll() is None:
        if begun_s is None:
            for track in home.glob("*/candidate.wav"):
                if length := length_s(track):
                    begun_s = time.monotonic() - length
                    until_s = min(until_s, time.monotonic() + after_s) if after_s >= 0 else until_s
        if to_the_end and any(b'"Finish"' in path.read_bytes() for path in home.glob("*/journal.jsonl")):
            break
        time.sleep(min(0.02, max(0.0, until_s - time.monotonic())))
    return begun_s


def inspected(
    home: Path, ran_s: float, written_s: float, transcriber: WhisperTranscriber, pace: str
) -> Outcome:
    """Recover the session in `home` and look at its report."""
    left = [SessionFolder(path) for path in home.iterdir() if path.is_dir()]
    if not left or (ran_s < 0 and not has_begun(left[0])):
        nothing_offered = not recovery.cut_short(home)
        return Outcome(-1.0, 0.0, 0.0, 0.0, 0, 0, 0, 0.0, "starting", pace, nothing_offered)
    (folder,) = left
    first_look = folder.report_html.exists()
    over = [line for line in journal.read_lines(folder.journal) if line.get("command") == "Finish"]
    recovery.recover(folder, lambda: transcriber)
    kept_s = 0.0
    with contextlib.suppress(FileNotFoundError), wave.open(str(folder.candidate_track)) as sound:
        kept_s = sound.getnframes() / sound.getframerate()
    report = make_report(folder)
    lines = sum(1 for _ in journal.read_lines(folder.journal))
    pitch = acoustics_file.load(folder.path / acoustics_file.ACOUSTICS_NAME)
    voiced_s = sum(f0 > 0 for f0 in pitch.f0_hz) * pitch.hop_s if pitch.f0_hz else 0.0
    words = len(report.words)
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(folder.report_json.read_text(encoding="utf-8")), schema)
    whole = (
        folder.report_html.stat().st_size > 10_000
        and recovery.cut_short(home) == []
        and (words == 0 or voiced_s > 0)
        and _nothing_left_to_do(folder)
    )
    live = pace == "real" and not over  # the microphone is closed while the report is made
    lost_s = max(0.0, ran_s - kept_s) if live else 0.0
    moment = ("renewing" if first_look else "finishing") if over else "running"
    fillers = report.fillers.vocal.count
    return Outcome(ran_s, lost_s, written_s, kept_s, lines, words, fillers, voiced_s, moment, pace, whole)


def has_begun(folder: SessionFolder) -> bool:
    """Whether its journal has a first line."""
    try:
        journal.read_header(folder.journal)
    except JournalError:
        return False
    return True


def _nothing_left_to_do(folder: SessionFolder) -> bool:
    """A second recovery finds nothing to listen to."""

    def refuse() -> WhisperTranscriber:
        raise AssertionError("something was left over")

    before = folder.journal.read_bytes()
    recovery.recover(folder, refuse)
    return folder.journal.read_bytes() == before


def length_s(track: Path) -> float:
    """By the file's size: the header lags."""
    try:
        return max(0, track.stat().st_size - 44) / 2 / 16_000
    except FileNotFoundError:
        return 0.0


def sum_up(outcomes: list[Outcome]) -> None:
    """Print the figures."""
    running = [one for one in outcomes if one.moment == "running" and one.pace == "real"]
    lost = [one.lost_s for one in running]
    moments = {
        name: sum(one.moment == name for one in outcomes)
        for name in ("starting", "running", "finishing", "renewing")
    }
    print(f"killed {len(outcomes)}: " + ", ".join(f"{count} while {name}" for name, count in moments.items()))
    print(f"full reports, or nothing to report: {sum(one.whole for one in outcomes)} of {len(outcomes)}")
    print(f"sessions that miss sound handed to the system: {sum(o.kept_s < o.written_s for o in outcomes)}")
    print(
        f"words {sum(one.words for one in outcomes)}, ums {sum(one.fillers for one in outcomes)}, "
        f"voiced {sum(one.voiced_s for one in outcomes):.0f} s"
    )
    if lost:
        print(
            f"lost sound in {len(lost)} sessions in real time: median {statistics.median(lost):.2f} s, "
            f"most {max(lost):.2f} s"
        )


def moments_of(stage: str, count: int, chance: random.Random) -> list[tuple[str, float, tuple[float, ...]]]:
    """Pace, seconds to the kill, and seconds to the kill of each recovery."""
    if stage == "report":
        return [("fast", chance.uniform(0.0, REPORTING_S), ()) for _ in range(count)]
    if stage == "recover":
        return [
            (
                "fast",
                chance.uniform(0.0, LATEST_S["fast"]),
                (chance.uniform(0.5, RECOVERING_S), chance.uniform(0.5, RECOVERING_S)),
            )
            for _ in range(count)
        ]
    return [
        (
            pace := ("real", "fast")[number % 5 in (1, 3)],
            -chance.uniform(0.0, STARTING_S) if number % 10 == 9 else chance.uniform(0.0, LATEST_S[pace]),
            (),
        )
        for number in range(count)
    ]


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--skip", type=int, default=0, help="so many of the seed's moments were done before")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stage", choices=("session", "report", "recover"), default="session")
    parser.add_argument("--log", type=Path, help="append each outcome there")
    parser.add_argument("--sum-up", type=Path, metavar="LOG", help="only add up what was logged")
    args = parser.parse_args()
    if args.sum_up:
        lines = args.sum_up.read_text(encoding="utf-8").splitlines()
        sum_up([Outcome(**json.loads(line)) for line in lines])
        return
    moments = moments_of(args.stage, args.skip + args.kills, random.Random(args.seed))[args.skip :]
    transcriber = WhisperTranscriber(models.model_path("whisper-base"))
    outcomes = []
    for number, (pace, after_s, recoveries_s) in enumerate(moments, args.skip + 1):
        home = Path(tempfile.mkdtemp(prefix="killed-"))
        to_the_end = args.stage == "report"
        try:
            outcome = kill_one(
                home, after_s, transcriber, pace, to_the_end=to_the_end, recoveries_s=recoveries_s
            )
        finally:
            shutil.rmtree(home, ignore_errors=True)
        outcomes.append(outcome)
        print(
            f"{number:4}  {pace}  {outcome.moment:9}  ran {outcome.ran_s:5.1f} s  "
            f"lost {outcome.lost_s:5.2f} s  {outcome.lines:4} lines  {outcome.words:4} words  "
            f"{outcome.fillers} ums  {'full' if outcome.whole else 'NOT WHOLE'}",
            flush=True,
        )
        if args.log:
            with args.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(dataclasses.asdict(outcome)) + "\n")
    sum_up(outcomes)


if __name__ == "__main__":
    main()
