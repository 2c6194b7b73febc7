"""voice-interviewer retry: take one part of a session again, and see both takes side by side."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_interviewer.cli.practice import add_sound_arguments, opinion_of, parse_minutes
from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.adapters.session_folder import SessionFolder
    from voice_interviewer.bootstrap import Practice
    from voice_interviewer.core.content import Framework


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `retry`."""
    parser.add_argument("session", nargs="?", default="last", help="its name or folder; the last by default")
    parser.add_argument("--phase", metavar="ID", help="the part to take again; the weakest when not given")
    parser.add_argument("--minutes", type=parse_minutes, help="for this part; its own budget when not given")
    parser.add_argument("--seed", type=int, help="the same seed makes the same choices")
    add_sound_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Hold the part again and compare; 0."""
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.disk_space import room_for
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.cli.holding import perform, wants_second_look

    opinion_of(args)  # what is wrong with it is told before anything is held
    sessions = args.sessions_dir or sessions_dir()
    first = session_folder.find(sessions, args.session)
    practice = _practice(args, first)
    print(room_for(practice.minutes, first.path.parent))
    plain = args.plain or not sys.stdout.isatty()
    again = wants_second_look(args.second_look, practice.sound)
    held = perform(practice, plain=plain, second_look=again, opinion=opinion_of(args))
    _compare(_original(first), held.folder, practice.only_phase)
    return 0


def _practice(args: argparse.Namespace, first: SessionFolder) -> Practice:
    import dataclasses

    from voice_interviewer import bootstrap
    from voice_interviewer.adapters import content_files, journal, session_folder
    from voice_interviewer.analysis.part import weakest_phase
    from voice_interviewer.analysis.report import build_report
    from voice_interviewer.cli.practice import sound_options, writer_for
    from voice_interviewer.core.one_phase import only_phase, phase_budget_s

    header = journal.read_header(first.journal)
    record = session_folder.load_record(first)
    if record.question is None or record.framework is None or not header.get("framework"):
        raise UsageError(f"{first.id} has no question to take again", hint="choose a practice session")
    phase_id = args.phase or str(header.get("phase", "")) or weakest_phase(build_report(record))
    whole = content_files.load_framework(record.framework.id)
    _check_phase(whole, phase_id)
    header = {key: value for key, value in header.items() if key != "phase"}
    framework, question = session_folder.content_of(header)
    assert framework is not None and question is not None  # they were there a moment ago
    framework, question = only_phase(framework, question, phase_id)
    options, _ = sound_options(args)
    own_s = record.budgets_s.get(phase_id)
    budget_s = own_s or phase_budget_s(whole, phase_id, float(header.get("minutes") or whole.nominal_s / 60))
    llm = args.llm or ""
    return bootstrap.Practice(
        framework,
        question,
        args.minutes or budget_s / 60.0,
        first.path.parent,
        args.seed if args.seed is not None else secrets.randbelow(2**31),
        session_folder.company_of(header),
        dataclasses.replace(options, framework=whole.id),
        writer=writer_for(llm),
        language_model=llm,
        extra=_facts(header, first),
        only_phase=phase_id,
    )


def _facts(header: dict[str, Any], first: SessionFolder) -> dict[str, Any]:
    """A retry of a retry is compared with the very first take too."""
    facts: dict[str, Any] = {"retry_of": str(header.get("retry_of") or first.id)}
    if "follow_ups" in header:
        facts["follow_ups"] = header["follow_ups"]
    return facts


def _original(folder: SessionFolder) -> SessionFolder:
    """The session that was retried first, where it is still there."""
    from voice_interviewer.adapters import journal
    from voice_interviewer.adapters.session_folder import SessionFolder

    name = str(journal.read_header(folder.journal).get("retry_of", ""))
    original = SessionFolder(folder.path.parent / Path(name).name) if name else folder
    return original if original.journal.is_file() else folder


def _check_phase(framework: Framework, phase_id: str) -> None:
    known = [phase.id for phase in framework.phases]
    if phase_id not in known:
        raise UsageError(f"{framework.name} has no phase {phase_id}", hint=f"one of {', '.join(known)}")


def _compare(first: SessionFolder, second: SessionFolder, phase_id: str) -> None:
    """Show both takes and leave the page beside the new one."""
    from rich.console import Console

    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.session_folder import TAKES_HTML, write_private
    from voice_interviewer.analysis.part import take_of
    from voice_interviewer.render.takes_view import render_takes, takes_view

    records = [session_folder.load_record(folder) for folder in (first, second)]
    takes = [take_of(record, phase_id) for record in records]
    folders = [_relative(folder.path, second.path) for folder in (first, second)]
    audio = [
        {party: _join(folder, name) for party, name in record.files.items()}
        for folder, record in zip(folders, records, strict=True)
    ]
    framework, question = records[1].framework, records[1].question
    name = framework.phase(phase_id).name if framework else phase_id
    page = render_takes(
        takes[0],
        takes[1],
        name,
        question.wording if question else "",
        audio=(audio[0], audio[1]),
        links=(_join(folders[0], "report.html"), _join(folders[1], "report.html")),
    )
    path = second.path / TAKES_HTML
    write_private(path, page)
    console = Console()
    console.print(takes_view(takes[0], takes[1], name))
    console.print(f"Both takes: {path}", soft_wrap=True, highlight=False)


def _relative(folder: Path, base: Path) -> str:
    return Path(os.path.relpath(folder, base)).as_posix()


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"
