"""The review of one recording: heard, journalled like an interview, and reported."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_interviewer.cli.recogniser import USUAL
from voice_interviewer.core.errors import AudioFileError, UsageError

if TYPE_CHECKING:
    from voice_interviewer.adapters.audio_files import AudioReader
    from voice_interviewer.adapters.journal import Journal
    from voice_interviewer.adapters.recording import TrackRecorder
    from voice_interviewer.adapters.review_pipeline import Progress, Reviewed, ReviewPipeline
    from voice_interviewer.adapters.review_voices import Candidate
    from voice_interviewer.adapters.session_folder import SessionFolder
    from voice_interviewer.adapters.voice_prints import VoicePrints
    from voice_interviewer.core.content import Framework, Question


class Review:
    """What all recordings of one call share."""

    def __init__(
        self,
        pipeline: ReviewPipeline,
        sessions_dir: Path,
        question: Question | None,
        framework: Framework | None,
        channel: int | None,
        prints: VoicePrints | None = None,
        who: Candidate = "most",
        recogniser: str = USUAL,
    ) -> None:
        from rich.console import Console

        self._pipeline = pipeline
        self._sessions_dir = sessions_dir
        self._question = question
        self._framework = framework
        self._channel = channel
        self._prints = prints
        self._who: Candidate = who or "most"
        self._recogniser = recogniser
        self._console = Console()

    def one(self, path: Path, json_path: Path | None) -> None:
        """Review one recording; a failure leaves no half-made session. Raises VoiceInterviewerError."""
        from voice_interviewer.adapters import session_folder

        self._check_channels(path)
        folder = session_folder.create(self._sessions_dir, datetime.now().astimezone(), f"review-{path.stem}")
        try:
            reviewed = self._hear(path, folder)
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        self._report(folder, reviewed, json_path)

    def _check_channels(self, path: Path) -> None:
        from voice_interviewer.adapters.acoustics_channels import has_a_voice_in_each_channel
        from voice_interviewer.adapters.audio_files import probe

        channels = probe(path).channels
        if self._channel is not None and self._channel > channels:
            raise UsageError(f"{path} has {channels} channel{'s'[: channels != 1]}, not {self._channel}")
        if self._channel is None and channels == 2 and has_a_voice_in_each_channel(path):
            raise UsageError(
                f"{path} has a different voice in each channel", hint="name the candidate's: --channel 1 or 2"
            )

    def _hear(self, path: Path, folder: SessionFolder) -> Reviewed:
        from voice_interviewer.adapters.audio_files import AudioReader
        from voice_interviewer.adapters.journal import Journal
        from voice_interviewer.adapters.recording import TrackRecorder
        from voice_interviewer.render.progress_bars import ListeningProgress

        reader = AudioReader(path, None if self._channel is None else self._channel - 1)
        with Journal(folder.journal, self._header(path, folder)) as log:
            track = TrackRecorder(folder.candidate_track)
            try:
                with ListeningProgress(path.name, reader.info.duration_s) as bar:
                    reviewed, notes = self._run(reader, log, track, bar.at)
            finally:
                track.close()
            if not reviewed.utterances:
                why = f" ({'; '.join(reader.warnings)})" if reader.warnings else ""
                raise AudioFileError(
                    f"{path} holds no speech that can be made out{why}",
                    hint="is it the right file or channel?",
                )
            self._mark_phases(log, reviewed)
            _note(log, reviewed, [*reader.warnings, *notes])
        for warning in reader.warnings:
            print(f"voice-interviewer: {' '.join(warning.split())}", file=sys.stderr)
        return reviewed

    def _run(
        self, reader: AudioReader, log: Journal, track: TrackRecorder, progress: Progress
    ) -> tuple[Reviewed, list[str]]:
        """Hear it all; with --diarize the candidate's side of it, and the interviewer's in the journal."""
        if self._prints is None:
            return self._pipeline.run(reader, journal=log, track=track, progress=progress), []
        from voice_interviewer.adapters.review_voices import told_apart, write_both
        from voice_interviewer.adapters.two_voices import TwoVoices

        voices = TwoVoices(self._prints)
        reviewed = self._pipeline.run(reader, track=track, progress=progress, hear=voices.hear)
        words = [word for said in reviewed.utterances for word in said.words]
        other, note = told_apart(reviewed, voices.part(words), self._who)
        write_both(log, reviewed.utterances, other)
        return reviewed, [note]

    def _header(self, path: Path, folder: SessionFolder) -> dict[str, Any]:
        from voice_interviewer import __version__

        return {
            "program": __version__,
            "id": folder.id,
            "kind": "review",
            "started_at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "framework": self._framework.id if self._framework else "",
            "question_id": self._question.id if self._question else "",
            "question": self._question.wording if self._question else "",
            "company": "",
            "models": {"recogniser": self._recogniser},
            "recording": _printable(path.name),
            "channel": self._channel or 0,
            "diarized": self._prints is not None,
        }

    def _mark_phases(self, log: Journal, reviewed: Reviewed) -> None:
        """What each utterance means and which phase it belongs to, when a framework was named."""
        if self._framework is None:
            return
        from voice_interviewer.adapters.meanings_later import as_note, meanings_of
        from voice_interviewer.adapters.phase_marks import phase_marks
        from voice_interviewer.core.commands import MarkBudgets

        log.write(MarkBudgets({phase.id: phase.budget_s for phase in self._framework.phases}), 0.0)
        meanings = meanings_of(self._framework, reviewed.utterances)
        for mark in phase_marks(self._framework, reviewed.utterances, meanings):
            log.write(mark, mark.end_s)
        log.note(**as_note(self._framework, meanings))

    def _report(self, folder: SessionFolder, reviewed: Reviewed, json_path: Path | None) -> None:
        from voice_interviewer import reporting
        from voice_interviewer.adapters import acoustics_file

        acoustics_file.save(folder.path / acoustics_file.ACOUSTICS_NAME, reviewed.acoustics)
        report = reporting.make_report(folder, console=self._console)
        if json_path is not None:
            reporting.export_json(report, json_path)


def _printable(name: str) -> str:
    """A file's name as it can be shown anywhere: names may hold control signs and broken characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _note(log: Journal, reviewed: Reviewed, warnings: Sequence[str]) -> None:
    log.note(
        duration_s=reviewed.duration_s,
        notes=list(warnings),
        vocal_fillers=[asdict(event) for event in reviewed.vocal_fillers],
    )
