"""voice-interviewer trace: what the interviewer made of a transcript, line by line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.core.content import Framework, Question
    from voice_interviewer.core.tracing import Traced


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `trace`."""
    parser.add_argument("transcript", type=Path, help="lines like [mm:ss] text, or a report.json")
    parser.add_argument("--question", metavar="ID", help="the question that was answered")
    parser.add_argument("--framework", metavar="ID", help="for a question that is not in the bank")
    parser.add_argument("--company", metavar="ID", help="whose interviewer it is")
    parser.add_argument("--json", action="store_true", help="print data instead of lines")
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same choices")


def run(args: argparse.Namespace) -> int:
    """Trace a transcript and print it."""
    from voice_interviewer.adapters import content_files
    from voice_interviewer.adapters.signal_heads import understanding_of
    from voice_interviewer.adapters.transcripts import read_transcript
    from voice_interviewer.core.tracing import Said, trace

    framework, question = _content(args)
    company = content_files.load_company(args.company) if args.company else None
    lines = [Said(line.at_s, line.end_s, line.text) for line in read_transcript(args.transcript)]
    scorer = understanding_of(framework, question)
    traced = trace(
        framework,
        question,
        lines,
        company=company,
        seed=args.seed,
        meaning=scorer.scores if scorer is not None else None,
    )
    print(_as_json(traced) if args.json else _as_text(traced))
    return 0


def _content(args: argparse.Namespace) -> tuple[Framework, Question]:
    from voice_interviewer.adapters import content_files
    from voice_interviewer.core.content import Question

    if not args.question and not args.framework:
        raise UsageError("which framework?", hint="give --question ID or --framework ID")
    if args.question:
        question = content_files.load_question(args.question)
        return content_files.load_framework(args.framework or question.framework), question
    framework = content_files.load_framework(args.framework)
    return framework, Question("", framework.type, framework.id, "", 2)


def _as_json(traced: list[Traced]) -> str:
    entries = [
        {
            "at_s": round(entry.at_s, 2),
            "text": entry.text,
            "phase": entry.phase,
            "confidence": round(entry.confidence, 3),
            "would": entry.would,
        }
        for entry in traced
    ]
    return json.dumps({"utterances": entries}, ensure_ascii=False, indent=1)


def _as_text(traced: list[Traced]) -> str:
    rows = []
    for entry in traced:
        clock = f"{int(entry.at_s) // 60:02d}:{int(entry.at_s) % 60:02d}"
        rows.append(f"[{clock}] {entry.phase} {entry.confidence:.2f}  {entry.text}")
        rows.append(f"        -> {entry.would}")
    return "\n".join(rows)
