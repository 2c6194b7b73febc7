"""From a session's folder to its report: data, page, and the summary in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from voice_interviewer.adapters import session_folder
from voice_interviewer.adapters.session_folder import SessionFolder, write_private
from voice_interviewer.analysis.findings import Report
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.report import build_report
from voice_interviewer.render.html_report import render_html
from voice_interviewer.render.json_report import to_json
from voice_interviewer.render.terminal import summary


def make_report(folder: SessionFolder, *, console: Console | None = None) -> Report:
    """Make the report of a session from its journal, and say where it lies. Raises JournalError,
    SessionError.
    """
    record = session_folder.load_record(folder)
    report = write_report(folder, record)
    if console is not None:
        console.print(summary(report))
        console.print(f"Report: {folder.report_html}", soft_wrap=True, highlight=False)
    return report


def write_report(folder: SessionFolder, record: SessionRecord) -> Report:
    """Compute and write report.json and report.html. Raises SessionError."""
    report = build_report(record)
    write_private(folder.report_json, json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n")
    audio = {party: name for party, name in record.files.items() if (folder.path / name).is_file()}
    write_private(folder.report_html, render_html(report, audio=audio))
    return report


def export_json(report: Report, path: Path) -> None:
    """Write the report's data somewhere else. Raises SessionError."""
    write_private(path, json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n")
