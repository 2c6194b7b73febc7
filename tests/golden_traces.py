"""The golden traces: one whole interview of every framework, and what the interviewer makes of each line.

`FRAMEWORK.QUESTION.txt` is what the candidate says, `.json` beside it what `trace --json` printed; QUESTION
is 'any' for a question that is not in the bank. `python -m tests.golden_traces` writes all of them anew.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from voice_interviewer.cli.main import main

FOLDER = Path(__file__).parent / "golden"
SEED = "7"


def transcripts() -> list[Path]:
    """All of them, in order of the framework's name."""
    return sorted(FOLDER.glob("*.txt"))


def traced(path: Path) -> list[dict[str, Any]]:
    """What `trace --json` prints for a transcript."""
    framework, question, _ = path.name.split(".")
    about = ["--framework", framework] if question == "any" else ["--question", question]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["trace", str(path), *about, "--seed", SEED, "--json"]) == 0
    entries: list[dict[str, Any]] = json.loads(printed.getvalue())["utterances"]
    return entries


def renew() -> None:
    """Write all traces; look at the difference before it is kept."""
    for path in transcripts():
        text = json.dumps(traced(path), ensure_ascii=False, indent=1) + "\n"
        before = path.with_suffix(".json").read_text(encoding="utf-8") if _has(path) else ""
        path.with_suffix(".json").write_text(text, encoding="utf-8")
        print(f"{path.with_suffix('.json').name}: {'as it was' if text == before else 'renewed'}")


def _has(path: Path) -> bool:
    return path.with_suffix(".json").is_file()


if __name__ == "__main__":
    renew()
