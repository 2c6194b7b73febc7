"""Which recogniser listens to a recording: the usual one, or a larger one that was fetched."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from voice_interviewer.adapters.whisper import WhisperTranscriber

USUAL = "whisper-base"


def add_recogniser(parser: argparse.ArgumentParser) -> None:
    """The argument of every command that listens to recordings."""
    parser.add_argument(
        "--recogniser",
        metavar="ID",
        default=USUAL,
        help=f"weights to listen with (see: models list); larger ones than {USUAL} take longer and err less",
    )


def usual_recogniser() -> WhisperTranscriber:
    """The one of an interview. Raises ModelError when its weights are not here."""
    from voice_interviewer.adapters.models import model_path
    from voice_interviewer.adapters.whisper import WhisperTranscriber

    return WhisperTranscriber(model_path(USUAL))


def careful_listener(model_id: str) -> WhisperTranscriber:
    """A recogniser that reads twice where in doubt. Raises UsageError, ModelError when it is not here."""
    from voice_interviewer.adapters.models import model_path
    from voice_interviewer.adapters.whisper import WhisperTranscriber

    if not model_id.startswith("whisper-"):
        raise UsageError(f"{model_id} is no recogniser", hint="for example whisper-base or whisper-small")
    return WhisperTranscriber(model_path(model_id), second_look=True)
