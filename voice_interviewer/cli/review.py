"""voice-interviewer review: a report on any recording, without an interview."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_interviewer.cli.recogniser import USUAL, add_recogniser
from voice_interviewer.core.errors import AudioFileError, UsageError, VoiceInterviewerError

if TYPE_CHECKING:
    from voice_interviewer.adapters.audio_files import AudioReader
    from voice_interviewer.adapters.journal import Journal
    from voice_interviewer.adapters.recording import TrackRecorder
    from voice_interviewer.adapters.review_pipeline import Progress, Reviewed, ReviewPipeline
    from voice_interviewer.adapters.review_voices import Candidate
    from voice_interviewer.adapters.session_folder import SessionFolder
    from voice_interviewer.adapters.voice_prints import VoicePrints
    from voice_interviewer.core.content import Framework, Question

RECORDINGS = frozenset(
    (
        ".wav .flac .mp3 .m4a .m4b .aac .ogg .oga .opus .wma .aif .aiff .amr "
        ".webm .mp4 .m4v .mov .mkv .avi .3gp"
    ).split()
)
_SIDES = {"left": 1, "right": 2}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `review`."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="FILE|FOLDER", help="sound or video files"
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", help="write the report's data there (a folder for several)"
    )
    parser.add_argument(
        "--channel",
        type=_channel,
        metavar="N",
        help="the candidate's channel: 1 or left, 2 or right; else all mixed",
    )
    parser.add_argument(
        "--diarize",
        nargs="?",
        const="most",
        choices=("most", "first", "second"),
        help="tell two voices in one channel apart by their sound; the candidate is the one that says most, "
        "or is heard first or second",
    )
    parser.add_argument("--framework", metavar="ID", help="what the answer followed, for example star")
    parser.add_argument("--question", metavar="ID", help="the question that was answered (see: content list)")
    add_recogniser(parser)
    parser.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")


def _channel(text: str) -> int:
    number = _SIDES.get(text.lower()) or (int(text) if text.isdigit() else 0)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no channel; the first is 1 or left")
    return number


def run(args: argparse.Namespace) -> int:
    """Review each recording; 0 when all were, 1 when one could not be."""
    files = find_recordings(args.recordings)
    question, framework = _content(args)
    if args.json is not None and len(files) > 1:
        args.json.mkdir(parents=True, exist_ok=True)
    from voice_interviewer.adapters.audio_files import probe
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.adapters.review_pipeline import ReviewPipeline
    from voice_interviewer.cli.recogniser import careful_listener

    if args.diarize and args.channel:
        raise UsageError("with --channel the voices are apart already", hint="leave --diarize out")
    prints = _prints() if args.diarize else None
    if len(files) == 1:
        probe(files[0])  # what cannot be read should not cost the loading of a model
    pipeline = ReviewPipeline(careful_listener(args.recogniser))
    sessions = args.sessions_dir or sessions_dir()
    review = Review(
        pipeline, sessions, question, framework, args.channel, prints, args.diarize, args.recogniser
    )
    failed = 0
    for path in files:
        try:
            review.one(path, _json_path(args.json, path, several=len(files) > 1))
        except VoiceInterviewerError as error:
            if len(files) == 1:
                raise
            failed += 1
            print(f"voice-interviewer: {' '.join(str(error).split())}", file=sys.stderr)
    if len(files) > 1:
        print(f"{len(files) - failed} of {len(files)} recordings reviewed")
    return 1 if failed else 0


def _prints() -> VoicePrints:
    """What tells voices apart. Raises ModelError where its weights are not here."""
    from voice_interviewer.adapters.models import model_path
    from voice_interviewer.adapters.voice_prints import MODEL_ID, VoicePrints

    return VoicePrints(model_path(MODEL_ID))


def find_recordings(paths: Sequence[Path]) -> list[Path]:
    """The files named, and every recording in the folders named, without repeats. Raises AudioFileError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [each for each in sorted(path.rglob("*")) if _is_recording(each)]
            if not inside:
                raise AudioFileError(
                    f"there is no recording in {path}", hint="WAV, FLAC, MP3, M4A, MP4 and others"
                )
            found += inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _is_recording(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in RECORDINGS and not path.name.startswith(".")


def _json_path(out: Path | None, recording: Path, *, several: bool) -> Path | None:
    return out / f"{recording.stem}.json" if out is not None and several else out


def _content(args: argparse.Namespace) -> tuple[Question | None, Framework | None]:
    """The question and framework asked for. Raises UsageError."""
    from voice_interviewer.adapters import content_files

    question = content_files.load_question(args.question) if args.question else None
    framework_id = args.framework or (question.framework if question else "")
    if question is not None and args.framework and args.framework != question.framework:
        raise UsageError(f"{question.id} is answered by {question.framework}, not by {args.framework}")
    return question, content_files.load_framework(framework_id) if framework_id else None


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
        """Which phase each utterance belongs to, when a framework was named."""
        if self._framework is None:
            return
        from voice_interviewer.adapters.meaning import scorer_for
        from voice_interviewer.core.commands import MarkBudgets, MarkPhase
        from voice_interviewer.core.phase_tracker import PhaseTracker

        log.write(MarkBudgets({phase.id: phase.budget_s for phase in self._framework.phases}), 0.0)
        tracker = PhaseTracker(self._framework)
        scorer = scorer_for(self._framework)  # None without its weights: the cues then have to do
        for said in reviewed.utterances:
            meanings = scorer.scores(said.text) if scorer is not None else {}
            tracker.observe(said.text, said.start_s, said.end_s, meanings)
        for said, belief in zip(reviewed.utterances, tracker.smoothed(), strict=True):
            log.write(
                MarkPhase(said.id, belief.phase_id, said.start_s, said.end_s, belief.confidence), said.end_s
            )

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
