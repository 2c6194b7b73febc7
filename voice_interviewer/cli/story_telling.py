"""Where stories come from: a microphone with a display, a recording, a text, a practice session."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError
from voice_interviewer.core.speech import Utterance

if TYPE_CHECKING:
    from voice_interviewer.adapters.story_audio import Moment

FRAMEWORK = "star"
LEAST_S = 2.0
"""Less speech than this is no story."""
_ENDINGS = {
    "silence": "Ten seconds of silence: taken as the end.",
    "length": "A quarter of an hour is recorded: stopping here.",
    "device": "The microphone is gone; what was told is kept.",
}


def record_story(name: str | None, target: Path) -> None:
    """Record from the microphone (or a file in its place) into `target`, until the teller has finished.

    Raises DeviceError, AudioFileError, UsageError when nothing was said; then `target` is not left behind.
    """
    from voice_interviewer.adapters.file_microphone import FileMicrophone
    from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
    from voice_interviewer.adapters.recording import TrackRecorder
    from voice_interviewer.adapters.story_audio import record
    from voice_interviewer.adapters.vad import GatedVoiceActivity

    from_file = name is not None and Path(name).is_file()
    microphone = (
        FileMicrophone(Path(name or ""), realtime=False) if from_file else SoundDeviceMicrophone(name)
    )
    track = TrackRecorder(target)
    try:
        with _stopping(watch=not from_file) as stopped, _display() as show:
            recorded = record(microphone, track, GatedVoiceActivity(), stopped=stopped.is_set, show=show)
        if recorded.spoken_s < LEAST_S:
            raise UsageError(
                "no story was heard", hint="check the microphone: voice-interviewer doctor --sound"
            )
    except BaseException:
        track.close()
        target.unlink(missing_ok=True)
        raise
    if recorded.ending in _ENDINGS:
        print(_ENDINGS[recorded.ending], file=sys.stderr)
    if recorded.dropped_blocks:
        print(f"{recorded.dropped_blocks} blocks of sound were lost on the way.", file=sys.stderr)


def hear_story(path: Path) -> Sequence[Utterance]:
    """The words of a recording. Raises AudioFileError, ModelError."""
    from rich.console import Console

    from voice_interviewer.adapters.story_audio import hear
    from voice_interviewer.cli.recogniser import usual_recogniser

    transcriber = usual_recogniser()
    with Console(stderr=True).status("Writing it down…"):
        return hear(path, transcriber)


def read_written(path: Path) -> Sequence[Utterance]:
    """A story from a text file. Raises UsageError when there is none in it."""
    from voice_interviewer.core.story_parts import written

    try:
        told = written(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as text: {error}") from None
    if not told:
        raise UsageError(f"{path} is empty")
    return told


def from_session(folder: Path, name: str) -> tuple[Sequence[Utterance], str]:
    """What the candidate said in a behavioural session, and the session's id. Raises UsageError."""
    from voice_interviewer.adapters import session_folder

    session = session_folder.find(folder, name)
    record = session_folder.load_record(session)
    if record.framework is not None and record.framework.id != FRAMEWORK:
        raise UsageError(
            f"{session.id} is a {record.framework.type} session and holds no story",
            hint="choose a behavioural one",
        )
    if not record.utterances:
        raise UsageError(f"nothing was said in {session.id}")
    return record.utterances, session.id


@contextmanager
def _stopping(*, watch: bool) -> Iterator[threading.Event]:
    """Set when the user presses Enter or Ctrl-C."""
    stopped = threading.Event()
    if watch and sys.stdin is not None and sys.stdin.isatty():

        def wait() -> None:
            sys.stdin.readline()
            stopped.set()

        threading.Thread(target=wait, daemon=True, name="enter key").start()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    previous = signal.signal(signal.SIGINT, lambda _signal, _frame: stopped.set())
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def _display() -> Iterator[Callable[[Moment], None]]:
    """A line that shows the time told and whether the microphone hears anything."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("Listening…") as status:
        shown = -1.0

        def show(moment: Moment) -> None:
            nonlocal shown
            if moment.at_s - shown < 0.25:
                return
            shown = moment.at_s
            state = "hearing you" if moment.speaking else "…" if moment.quiet_s < 5 else "silence"
            whole = int(moment.at_s)
            status.update(f"{whole // 60}:{whole % 60:02d}  {state}")

        yield show
