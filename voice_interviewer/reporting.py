"""From a session's folder to its report: data, page, and the summary in the terminal.

The page is there at once, with the recordings beside it; then they are put into it, which takes a while for
a long session, and the page is replaced in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from voice_interviewer.adapters import session_folder
from voice_interviewer.adapters.audio_embed import embedded
from voice_interviewer.adapters.session_folder import SessionFolder, write_private
from voice_interviewer.adapters.thresholds_file import load_thresholds
from voice_interviewer.analysis.findings import Report
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.report import build_report
from voice_interviewer.core.errors import AudioFileError
from voice_interviewer.render.html_report import render_html
from voice_interviewer.render.json_report import dumps
from voice_interviewer.render.terminal import summary

EMBED_UP_TO_S = 2 * 3600.0
"""Longer recordings stay beside their page: inside, they would make it too heavy to open."""


def make_report(folder: SessionFolder, *, console: Console | None = None) -> Report:
    """Make the report of a session from its journal, and say where it lies. Raises JournalError,
    SessionError.
    """
    record = session_folder.load_record(folder)
    report = write_report(folder, record)
    if console is not None:
        console.print(summary(report))
        console.print(f"Report: {folder.report_html}", soft_wrap=True, highlight=False)
    finish_page(folder, report, console=console)
    return report


def write_report(folder: SessionFolder, record: SessionRecord) -> Report:
    """Compute and write report.json and report.html, the recordings beside it. Raises SessionError,
    UsageError.
    """
    report = build_report(record, thresholds=load_thresholds())
    write_private(folder.report_json, dumps(report))
    tracks = _tracks(folder, report)
    write_private(
        folder.report_html, render_html(report, audio={party: p.name for party, p in tracks.items()})
    )
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
