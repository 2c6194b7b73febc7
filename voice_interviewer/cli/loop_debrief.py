"""The debrief of a loop: its rounds' reports taken together, on the terminal, as a page and as data."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError, VoiceInterviewerError

if TYPE_CHECKING:
    from voice_interviewer.analysis.debrief import HeldRound
    from voice_interviewer.core.loop import LoopState


def show_debrief(state: LoopState) -> int:
    """Show it and write page and data."""
    import json

    from rich.console import Console

    from voice_interviewer.adapters import content_files, loop_files
    from voice_interviewer.adapters.paths import data_dir
    from voice_interviewer.adapters.session_folder import write_private
    from voice_interviewer.analysis.debrief import make_debrief
    from voice_interviewer.render.loop_view import debrief_json, debrief_view, render_debrief

    held = _held_rounds(state)
    if not held:
        raise UsageError(
            f"no round of the loop {state.id} was held yet", hint="voice-interviewer loop --resume"
        )
    principles = {question.id: question.principles for question in content_files.load_questions()}
    debrief = make_debrief(content_files.load_company(state.company), state.rounds, held, principles)
    folder = loop_files.debrief_folder(data_dir(), state.id)
    home = Path(state.sessions_dir)
    links = {
        one.report.session.id: Path(
            os.path.relpath(home / one.report.session.id / "report.html", folder)
        ).as_posix()
        for one in held
    }
    data = json.dumps(debrief_json(debrief, state), ensure_ascii=False, indent=1)
    write_private(folder / "report.json", data + "\n")
    write_private(folder / "report.html", render_debrief(debrief, state, links))
    console = Console()
    console.print(debrief_view(debrief))
    console.print(f"Debrief: {folder / 'report.html'}", soft_wrap=True, highlight=False)
    return 0


def _held_rounds(state: LoopState) -> list[HeldRound]:
    """Every round whose session is still there, with its report made anew."""
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.analysis.debrief import HeldRound
    from voice_interviewer.analysis.report import build_report

    found = []
    for plan, session, done in zip(state.rounds, state.sessions, state.done, strict=True):
        if not session:
            continue
        try:
            record = session_folder.load_record(Path(state.sessions_dir) / session)
        except VoiceInterviewerError as error:
            print(f"round {plan.number} is left out: {error}", file=sys.stderr)
            continue
        found.append(HeldRound(plan, build_report(record), done))
    return found
