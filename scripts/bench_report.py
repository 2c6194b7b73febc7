"""How long after the closing words is the report there, and how large is it?

An interview of the given length is written as a session leaves it (journal, pitch, tracks), spoken by a
made-up candidate at 140 words a minute with an um every eight seconds. Each round runs in a process of its
own, from reading the journal to the page on disk, imports included; then the page with the recordings inside.

    python scripts/bench_report.py [--minutes 45] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voice_interviewer.adapters import acoustics_file, content_files  # noqa: E402
from voice_interviewer.adapters.journal import Journal  # noqa: E402
from voice_interviewer.adapters.session_folder import SessionFolder  # noqa: E402
from voice_interviewer.analysis.record import AcousticTrack  # noqa: E402
from voice_interviewer.core import commands as c  # noqa: E402
from voice_interviewer.core import events as e  # noqa: E402
from voice_interviewer.core.commands import PromptKind  # noqa: E402
from voice_interviewer.core.speech import Word  # noqa: E402

RATE_HZ = {"candidate.wav": 16_000, "interviewer.wav": 22_050}
WORD_S = 60 / 140
ANSWER_S, PROMPT_S, UTTERANCE_WORDS = 75.0, 6.0, 18
TEXT = """So the users I would focus on are students who commute, because they told us that, you know, they
lose about 40 minutes a day. We could build a planner, we could like partner with the operators, or we could
just wait. I think the first one is right because it reduces the wait by 30 percent. The goal is retention and
the metric is weekly active riders. There is a trade-off, basically, between reach and effort. I decided
to cut the scope, and we shipped it in six weeks.""".split()


def make_session(home: Path, minutes: float) -> SessionFolder:
    """A session as an interview of that length leaves it."""
    question = content_files.load_questions()[0]
    framework = content_files.load_framework(question.framework)
    folder = SessionFolder(home / "2026-01-05T09-00-00-long")
    folder.path.mkdir(parents=True)
    header = {
        "id": folder.id,
        "kind": "practice",
        "started_at": "2026-01-05T09:00:00+00:00",
        "framework": framework.id,
        "question_id": question.id,
        "question": question.wording,
    }
    with Journal(folder.journal, header) as log:
        log.write(c.MarkBudgets({p.id: minutes * 60 / len(framework.phases) for p in framework.phases}), 0.0)
        end_s = _hold(log, [phase.id for phase in framework.phases], minutes * 60)
        log.note(duration_s=end_s)
    _sound(folder, end_s)
    return folder


def _hold(log: Journal, phases: list[str], length_s: float) -> float:
    """Prompts and answers in turn; when it ended."""
    chosen = random.Random(3)
    at_s, number, said, fillers = 0.0, 0, 0, []
    while at_s < length_s:
        number += 1
        kind: PromptKind = "question" if number == 1 else "follow_up"
        log.write(c.Say(number, "What would you do next, and why?", kind), at_s)
        log.write(e.PromptStarted(at_s, number), at_s)
        at_s += PROMPT_S
        log.write(e.PromptFinished(at_s, number, "What would you do next, and why?"), at_s)
        until_s = at_s + ANSWER_S
        while at_s < until_s:
            at_s += chosen.uniform(0.8, 2.0)
            said += 1
            words = []
            for place in range(UTTERANCE_WORDS):
                um = place == 7
                words.append(Word("um," if um else chosen.choice(TEXT), at_s, at_s + 0.8 * WORD_S, 0.85))
                if um:
                    fillers.append({"token": "um", "start_s": at_s, "end_s": at_s + 0.3, "confidence": 0.9})
                at_s += WORD_S
            span = (words[0].start_s, words[-1].end_s)
            log.write(e.UtteranceEnded(at_s, said, *span), at_s)
            log.write(e.Transcribed(at_s, said, *span, tuple(words)), at_s)
            phase = phases[min(len(phases) - 1, int(len(phases) * at_s / length_s))]
            log.write(c.MarkPhase(said, phase, *span, 0.8), at_s)
    log.note(vocal_fillers=fillers)
    return at_s


def _sound(folder: SessionFolder, length_s: float) -> None:
    frames = int(length_s * 20)
    times = np.arange(frames)
    acoustics_file.save(
        folder.path / acoustics_file.ACOUSTICS_NAME,
        AcousticTrack(0.05, tuple(120 + 20 * np.sin(times / 7)), tuple(-25 + 5 * np.sin(times / 9))),
    )
    rng = np.random.default_rng(1)
    for name, rate_hz in RATE_HZ.items():
        with wave.open(str(folder.path / name), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(rate_hz)
            for _ in range(int(length_s)):
                out.writeframes(rng.normal(0, 900, rate_hz).astype("<i2").tobytes())


def measure(path: Path) -> dict[str, float]:
    """In this process: seconds from reading the journal to the first page, and to the page with its sound."""
    begun_s = time.perf_counter()
    from voice_interviewer import reporting
    from voice_interviewer.adapters import session_folder

    folder = SessionFolder(path)
    report = reporting.write_report(folder, session_folder.load_record(folder), ready_at_s=time.time() + 60)
    first_s = time.perf_counter() - begun_s
    first_mb = folder.report_html.stat().st_size / 1e6
    reporting.finish_page(folder, report)
    return {
        "first_s": first_s,
        "whole_s": time.perf_counter() - begun_s,
        "first_mb": first_mb,
        "whole_mb": folder.report_html.stat().st_size / 1e6,
        "words": report.pacing.words,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_session(Path(scratch), args.minutes)
        for _ in range(args.rounds):
            command = [sys.executable, __file__, "--one", str(folder.path)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            one = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{args.minutes:g} min, {one['words']:.0f} words: report and page after "
                f"{one['first_s']:.2f} s ({one['first_mb']:.1f} MB); with the recordings inside after "
                f"{one['whole_s']:.1f} s ({one['whole_mb']:.1f} MB)",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
