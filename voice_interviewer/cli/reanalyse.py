"""voice-interviewer reanalyse: compute reports again from the recordings."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import SessionError, UsageError, VoiceInterviewerError

if TYPE_CHECKING:
    from voice_interviewer.adapters.session_folder import SessionFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `reanalyse`."""
    parser.add_argument("sessions", nargs="*", metavar="SESSION", help="names or folders")
    parser.add_argument("--all", action="store_true", help="every session")
    parser.add_argument(
        "--listen", action="store_true", help="listen to the recordings again for fillers first (slow)"
    )
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def run(args: argparse.Namespace) -> int:
    """Make each report again with today's analysis; 1 when one could not be made."""
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.session_index import SessionIndex

    if bool(args.sessions) == args.all:
        raise UsageError("which sessions?", hint="name some, or say --all")
    root = args.sessions_dir or sessions_dir()
    folders = (
        session_folder.all_folders(root)
        if args.all
        else [session_folder.find(root, name) for name in args.sessions]
    )
    failed = 0
    for folder in folders:
        try:
            _again(folder, listen=args.listen)
        except VoiceInterviewerError as error:
            if len(folders) == 1:
                raise
            failed += 1
            print(f"voice-interviewer: {folder.id}: {' '.join(str(error).split())}", file=sys.stderr)
    SessionIndex(root).refresh()
    return 1 if failed else 0


def _again(folder: SessionFolder, *, listen: bool) -> None:
    from voice_interviewer import reporting

    if listen:
        _listen(folder)
    report = reporting.make_report(folder)
    fillers = report.fillers
    print(
        f"{folder.id}: {fillers.vocal.per_minute:.1f} ums and {fillers.lexical.per_minute:.1f} filler "
        f"words a minute, {report.pacing.speech_rate_wpm:.0f} words a minute"
    )


def _listen(folder: SessionFolder) -> None:
    """Hear the candidate's track again; what fillers were found goes into the journal as a new fact."""
    from voice_interviewer.adapters.audio_files import AudioReader
    from voice_interviewer.adapters.models import model_path
    from voice_interviewer.adapters.review_pipeline import ReviewPipeline
    from voice_interviewer.adapters.whisper import WhisperTranscriber

    if not folder.candidate_track.is_file():
        raise UsageError(f"session {folder.id} has no recording to listen to", hint="leave --listen out")
    pipeline = ReviewPipeline(WhisperTranscriber(model_path("whisper-base"), second_look=True))
    heard = pipeline.run(AudioReader(folder.candidate_track))
    _append_note(
        folder.journal,
        {
            "vocal_fillers": [
                {
                    "token": event.token,
                    "start_s": event.start_s,
                    "end_s": event.end_s,
                    "confidence": event.confidence,
                    "evidence": list(event.evidence),
                }
                for event in heard.vocal_fillers
            ]
        },
    )


def _append_note(journal: Path, note: dict[str, object]) -> None:
    """One line at the end; the later note wins. A last line that a crash cut short is void and goes."""
    text = json.dumps({"note": note}, ensure_ascii=False, separators=(",", ":")) + "\n"
    try:
        with journal.open("r+b") as file:
            whole = file.read().rfind(b"\n") + 1
            file.truncate(whole)
            file.seek(whole)
            file.write(text.encode("utf-8"))
    except OSError as error:
        raise SessionError(f"cannot write {journal}: {error.strerror}") from None
