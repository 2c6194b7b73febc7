"""voice-interviewer review: a report on any recording, without an interview."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.cli.recogniser import add_recogniser
from voice_interviewer.cli.review_one import Review
from voice_interviewer.core.errors import AudioFileError, UsageError, VoiceInterviewerError

if TYPE_CHECKING:
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
