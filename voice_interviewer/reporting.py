"""From a session's folder to its report: data, page, and the summary in the terminal.

The page is there at once, with the recordings beside it. After an interview the recording is then heard
again, more carefully, and all is made anew in its place. Last the recordings are put into the page, which
takes a while for a long session.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from voice_interviewer.adapters import session_folder
from voice_interviewer.adapters.audio_embed import embedded
from voice_interviewer.adapters.session_folder import SessionFolder, write_private
from voice_interviewer.adapters.thresholds_file import load_thresholds
from voice_interviewer.analysis.findings import Report
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.report import build_report
from voice_interviewer.core.errors import AudioFileError, LanguageModelError, VoiceInterviewerError
from voice_interviewer.render.html_report import render_html
from voice_interviewer.render.json_report import dumps
from voice_interviewer.render.opinion_view import opinion_view
from voice_interviewer.render.progress_bars import ListeningProgress
from voice_interviewer.render.terminal import summary

EMBED_UP_TO_S = 2 * 3600.0
"""Longer recordings stay beside their page: inside, they would make it too heavy to open."""
SECOND_LOOK_SHARE = 0.15
"""Of the length of a recording that hearing it again takes, roughly, on two cores."""

Listen = Callable[[Callable[[float], None]], object]
"""Hears a session's recording again and notes what it heard; calls its argument with the seconds done."""


def make_report(folder: SessionFolder, *, console: Console | None = None) -> Report:
    """Make the report of a session from its journal, and say where it lies. Raises JournalError,
    SessionError.
    """
    _read_for_meaning(folder)
    record = session_folder.load_record(folder)
    report = write_report(folder, record)
    if console is not None:
        _show(folder, report, console)
    finish_page(folder, report, console=console)
    return report


def _read_for_meaning(folder: SessionFolder) -> None:
    """What was recovered, or said before meanings were kept, is read now; an interview's own words have been
    already.
    """
    from voice_interviewer.adapters.meanings_later import complete

    complete(folder)


def make_report_twice(folder: SessionFolder, listen: Listen, *, console: Console) -> Report:
    """Make the report at once; then hear the recording again and make it anew in place. A second look that
    fails or is stopped (Ctrl-C) leaves the first one's figures. Raises JournalError, SessionError.
    """
    record = session_folder.load_record(folder)
    takes_s = 5.0 + SECOND_LOOK_SHARE * record.duration_s
    first = write_report(folder, record, ready_at_s=time.time() + takes_s)
    _show(folder, first, console)
    console.print(
        f"Listening again, more carefully (about {takes_s:.0f} s). The page can be opened already and renews "
        "itself; Ctrl-C leaves the report as it is.",
        highlight=False,
    )
    outcome = ""
    try:
        with ListeningProgress(folder.id, record.duration_s, doing="listening again to") as bar:
            listen(bar.at)
    except KeyboardInterrupt:
        outcome = "Left as it was. Later: voice-interviewer reanalyse --listen " + folder.id
    except VoiceInterviewerError as error:
        outcome = f"The second look failed and the report stays as it was: {error}"
    report = write_report(folder, session_folder.load_record(folder))
    console.print(outcome or renewed(first, report), highlight=False, soft_wrap=True)
    finish_page(folder, report, console=console)
    return report


def add_opinion(folder: SessionFolder, report: Report, model: str, console: Console) -> Report:
    """Ask a language model for marks by the rubric and make the report anew with them. Where there are none,
    one line says why and the report stays as it is. Raises SessionError.
    """
    from voice_interviewer.adapters.language_model import LitellmWriter
    from voice_interviewer.adapters.opinion_writer import ask_opinion

    try:
        with console.status(f"Asking {model} for marks by the rubric (Ctrl-C leaves them out) …"):
            ask_opinion(folder, report, LitellmWriter(model))
    except KeyboardInterrupt:
        console.print("No marks by the model: left out.", highlight=False)
        return report
    except LanguageModelError as error:
        console.print(f"No marks by the model: {error}", highlight=False, markup=False, soft_wrap=True)
        return report
    again = write_report(folder, session_folder.load_record(folder))
    console.print(opinion_view(again.opinion) if again.opinion else "")
    finish_page(folder, again)
    return again


def renewed(before: Report, after: Report) -> str:
    """What a second look changed, in one line."""
    pairs = (
        ("ums", before.fillers.vocal.count, after.fillers.vocal.count),
        ("filler words", before.fillers.lexical.count, after.fillers.lexical.count),
        ("words", before.pacing.words, after.pacing.words),
        ("words a minute", round(before.pacing.speech_rate_wpm), round(after.pacing.speech_rate_wpm)),
    )
    changes = [f"{new} {what} (were {old})" for what, old, new in pairs if old != new]
    return f"The report is renewed in its place: {', '.join(changes) or 'the figures are the same'}."


def _show(folder: SessionFolder, report: Report, console: Console) -> None:
    console.print(summary(report))
    console.print(f"Report: {folder.report_html}", soft_wrap=True, highlight=False)


def write_report(folder: SessionFolder, record: SessionRecord, *, ready_at_s: float | None = None) -> Report:
    """Compute and write report.json and report.html, the recordings beside it. `ready_at_s` (Unix time) says
    when a better one is due. Raises SessionError, UsageError.
    """
    report = build_report(record, thresholds=load_thresholds())
    write_private(folder.report_json, dumps(report))
    tracks = _tracks(folder, report)
    beside = {party: path.name for party, path in tracks.items()}
    write_private(folder.report_html, render_html(report, audio=beside, ready_at_s=ready_at_s))
    return report


def finish_page(folder: SessionFolder, report: Report, *, console: Console | None = None) -> None:
    """Put the recordings into the page, so that the one file is all there is to keep. Raises SessionError."""
    tracks = _tracks(folder, report)
    if not tracks or report.session.duration_s > EMBED_UP_TO_S:
        return
    try:
        if console is not None:
            with console.status("Putting the recording into the page (it can be opened already) …"):
                audio = embedded(tracks)
        else:
            audio = embedded(tracks)
    except AudioFileError as error:
        if console is not None:
            console.print(f"The page plays the recordings from their files: {error}", highlight=False)
        return
    write_private(folder.report_html, render_html(report, audio=audio))


def _tracks(folder: SessionFolder, report: Report) -> Mapping[str, Path]:
    paths = {party: folder.path / name for party, name in report.tracks.items()}
    return {party: path for party, path in paths.items() if path.is_file()}


def export_json(report: Report, path: Path) -> None:
    """Write the report's data somewhere else. Raises SessionError."""
    write_private(path, dumps(report))
