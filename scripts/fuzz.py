"""Coverage-guided fuzzing of everything that reads files of others. Needs `atheris`, which is no dependency.

    pip install atheris
    python scripts/fuzz.py journal --seconds 300
    python scripts/fuzz.py all --seconds 120
    python scripts/fuzz.py journal --input found/journal-1.bin      # one input again, with its traceback

What escapes other than VoiceInterviewerError, or an error that does not name its file and line, is a finding:
it is printed, its input is kept under --keep, and the search goes on. Exit code 1 when there was any.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOUND = "FOUND"
SLOW_S = 20


def main() -> int:
    """Run the chosen targets, one child process each, and sum up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", help="one of the names in fuzz_targets.TARGETS, or all")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-found")
    parser.add_argument("--input", type=Path, help="only try this input")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return work(args.target, args.seconds, args.keep)
    from fuzz_targets import TARGETS, verdict

    if args.input:
        wrong = verdict(TARGETS[args.target], args.input.read_bytes(), Path(tempfile.mkdtemp(prefix="fuzz-")))
        print(wrong or "as it should be")
        return bool(wrong)
    names = list(TARGETS) if args.target == "all" else [args.target]
    return max(run(name, args.seconds, args.keep) for name in names)


def run(name: str, seconds: int, keep: Path) -> int:
    """One target in a process of its own, since a crash in a library's C code would end this one."""
    keep.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, name, "--worker", "--seconds", str(seconds), "--keep", str(keep)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    findings = [line for line in done.stdout.splitlines() if line.startswith(FOUND)]
    runs = re.search(r"Done (\d+) runs", done.stdout)
    covered = re.findall(r"cov: (\d+)", done.stdout)
    died = not runs
    print(
        f"{name:12} {int(runs[1]) if runs else 0:8} inputs in {seconds} s, "
        f"{covered[-1] if covered else '?'} branches, "
        f"{len(findings)} findings{', AND IT DIED' if died else ''}",
        flush=True,
    )
    for line in findings:
        print("  " + line.removeprefix(FOUND).strip(), flush=True)
    if died:
        print("\n".join("  " + line for line in done.stdout.splitlines()[-25:]), flush=True)
    return bool(findings) or died


def work(name: str, seconds: int, keep: Path) -> int:
    """Fuzz one target until the time is over."""
    import atheris  # type: ignore[import-untyped, import-not-found, unused-ignore]

    home = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for variable in ("VOICE_INTERVIEWER_DATA", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        os.environ[variable] = str(home / variable)
    with atheris.instrument_imports(include=["voice_interviewer", "tomllib"]):
        import fuzz_targets
    target = fuzz_targets.TARGETS[name]
    corpus = home / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    seen: set[str] = set()

    def one(data: bytes) -> None:
        try:
            wrong = fuzz_targets.verdict(target, data, home / "run")
            place = re.sub(r"\d+|'.*?'|\".*?\"", "", wrong)[:60]
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            last = [frame for frame in frames if "voice_interviewer" in frame.filename][-1:] or frames[-1:]
            place = f"{type(error).__name__} in {Path(last[0].filename).name}:{last[0].lineno}"
            wrong = f"{place}: {str(error)[:120]!r}"
        if wrong and place not in seen:
            seen.add(place)
            kept = keep / f"{name}-{len(seen)}.bin"
            kept.write_bytes(data)
            print(f"{FOUND} {kept.name}: {wrong}", flush=True)

    arguments = [
        sys.argv[0], str(corpus), f"-max_total_time={seconds}", f"-timeout={SLOW_S}", "-rss_limit_mb=2500",
        f"-artifact_prefix={keep}/{name}-died-", "-max_len=40000", "-print_final_stats=0",
    ]  # fmt: skip

    def mutated(data: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if target.text and chance.random() < 0.6:
            return by_lines(data, chance)[:longest]
        changed: Any = atheris.Mutate(data, longest)
        return bytes(changed)

    atheris.Setup(arguments, one, custom_mutator=mutated)
    atheris.Fuzz()
    return 0


def by_lines(data: bytes, chance: random.Random) -> bytes:
    """Lines swapped, doubled, dropped, cut; values replaced by odd ones."""
    from fuzz_targets import odd_values

    lines = data.split(b"\n")
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(6):
        case 0:
            lines[here], lines[there] = lines[there], lines[here]
        case 1:
            lines.insert(there, lines[here])
        case 2:
            del lines[here]
        case 3:
            return data[: chance.randrange(len(data) + 1)]
        case _:
            lines[here] = odd(lines[here], chance, odd_values())
    return b"\n".join(lines)


_VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null')


def odd(line: bytes, chance: random.Random, values: Sequence[bytes]) -> bytes:
    """One value of a line replaced, or one name taken away."""
    places = list(_VALUE.finditer(line))
    if not places:
        return line + chance.choice(values)
    place = chance.choice(places)
    return line[: place.start()] + chance.choice(values) + line[place.end() :]


if __name__ == "__main__":
    sys.exit(main())
