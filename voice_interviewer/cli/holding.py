"""Holding a session on the screen, and what follows: the report, and a second look at the recording."""

from __future__ import annotations

import dataclasses
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import StorageFullError, VoiceInterviewerError

if TYPE_CHECKING:
    from rich.console import Console

    from voice_interviewer.adapters.audio_sources import SoundOptions
    from voice_interviewer.adapters.session_folder import SessionFolder
    from voice_interviewer.adapters.whisper import WhisperTranscriber
    from voice_interviewer.analysis.findings import Report
    from voice_interviewer.bootstrap import Practice, Stage
    from voice_interviewer.core.commands import Command
    from voice_interviewer.core.events import Event
    from voice_interviewer.render.live_screen import Snapshot
    from voice_interviewer.reporting import Listen


@dataclass(frozen=True, slots=True)
class Held:
    """A session that was held."""

    folder: SessionFolder
    reason: str
    """Why it ended: 'completed' or what cut it short."""
    report: Report


def perform(
    practice: Practice,
    *,
    plain: bool,
    second_look: bool = False,
    opinion: str = "",
    began: Callable[[SessionFolder], None] = lambda _folder: None,
) -> Held:
    """Hold a session on the screen and make its report; `began` hears of its folder first. With
    `second_look` a session that came to its end is then heard again, and the report renewed in place; last
    the language model `opinion`, where one is named, is asked for marks by the rubric.
    """
    from rich.console import Console

    console = Console()
    folder, reason, failure = _hold(practice, console, plain=plain, began=began)
    gc.collect()  # the models of the session: what hears it again loads its own
    # Imported now: at the start it would delay the first word by a fifth of a second.
    from voice_interviewer.reporting import add_opinion, make_report, make_report_twice

    try:
        if second_look and failure is None and reason == "completed":
            # It hears everything, also what was not transcribed in time: the first report need not wait.
            report = make_report_twice(folder, _listener(folder), console=console)
            if _transcribe_the_rest(folder):  # the second look was broken off
                report = make_report(folder)
        else:
            _transcribe_the_rest(folder)
            report = make_report(folder, console=console)
    except StorageFullError as error:
        later = f"free some space, then: voice-interviewer report --recover {folder.id}"
        raise StorageFullError(error.message, hint=later) from None
    if opinion and failure is None:
        report = add_opinion(folder, report, opinion, console)
    if failure is not None:
        raise failure
    return Held(folder, reason, report)


def _hold(
    practice: Practice, console: Console, *, plain: bool, began: Callable[[SessionFolder], None]
) -> tuple[SessionFolder, str, VoiceInterviewerError | None]:
    """Where the session lies, why it ended, and what broke it off. What it was held with is let go of."""
    from voice_interviewer.analysis.live_figures import LiveFigures
    from voice_interviewer.bootstrap import staged
    from voice_interviewer.render.live_screen import LiveScreen, PlainScreen, Snapshot

    stage: Stage | None = None

    def snapshot() -> Snapshot:
        if stage is None:
            return Snapshot("waiting", "", 0.0, practice.minutes * 60, -99.0, False)
        line = figures.line if practice.live_figures else ""
        return dataclasses.replace(_snapshot(stage), live_line=line)

    def follow(event: Event | None, _commands: Sequence[Command]) -> None:
        figures.observe(event)

    figures = LiveFigures()
    screen = PlainScreen(snapshot, _write_line) if plain else LiveScreen(snapshot, console)
    with staged(practice, [follow, screen.observe]) as ready:
        stage = ready
        stage.idle(screen.refresh)
        began(stage.folder)
        with screen:
            try:
                return stage.folder, stage.loop.run(), None
            except VoiceInterviewerError as error:
                return stage.folder, "", error.with_traceback(None)


def _transcribe_the_rest(folder: SessionFolder) -> bool:
    """A computer that could not keep up has the recording: its words are made up for before the report.

    True when there were any.
    """
    from voice_interviewer.adapters import recovery
    from voice_interviewer.cli.recogniser import usual_recogniser

    def recogniser() -> WhisperTranscriber:
        _write_line("Transcribing what was not done in time …")
        return usual_recogniser()

    try:
        return recovery.recover(folder, recogniser).utterances_added > 0
    except VoiceInterviewerError as error:
        print(f"Not everything could be transcribed: {error}", file=sys.stderr)
        return False


def _listener(folder: SessionFolder) -> Listen:
    """Hears the session's recording again."""

    def listen(progress: Callable[[float], None]) -> int:
        from voice_interviewer.adapters.second_look import listen_again
        from voice_interviewer.cli.recogniser import USUAL, careful_listener

        return listen_again(folder, careful_listener(USUAL), progress=progress)

    return listen


def hear_again(folders: Sequence[SessionFolder]) -> None:
    """A second look at sessions that were held one after the other; Ctrl-C leaves the rest as they are."""
    from voice_interviewer import reporting
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.render.progress_bars import ListeningProgress

    try:
        for number, folder in enumerate(folders, 1):
            record = session_folder.load_record(folder)
            name = f"round {number} of {len(folders)}"
            with ListeningProgress(
                name, record.duration_s, doing="listening again, more carefully, to"
            ) as bar:
                _listener(folder)(bar.at)
            reporting.make_report(folder)
    except KeyboardInterrupt:
        print("The other reports stay as they are. Later: voice-interviewer reanalyse --listen SESSION")
    except VoiceInterviewerError as error:
        print(f"The second look failed and the reports stay as they are: {error}", file=sys.stderr)


def give_marks(folders: Sequence[SessionFolder], model: str) -> None:
    """A language model's marks for sessions whose reports are made; nothing without a model."""
    if not model:
        return
    from rich.console import Console

    from voice_interviewer import reporting
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.analysis.report import build_report

    for folder in folders:
        report = build_report(session_folder.load_record(folder))
        reporting.add_opinion(folder, report, model, Console())


def wants_second_look(asked: bool | None, sound: SoundOptions) -> bool:
    """As asked for; else after a session in real time, since at fast pace nobody was waiting."""
    return sound.pace != "fast" if asked is None else asked


def _write_line(text: str) -> None:
    print(text, flush=True)


def _snapshot(stage: Stage) -> Snapshot:
    from voice_interviewer.render.live_screen import Snapshot

    interviewer = stage.interviewer
    at_s = stage.clock.now_s()
    agenda = interviewer.agenda
    phase = interviewer.setup.framework.phase(agenda.current)
    begun = agenda.started_s is not None
    return Snapshot(
        interviewer.state,
        phase.name if begun else "",
        agenda.phase_left_s(phase.id, at_s),
        agenda.left_s(at_s),
        stage.listener.level_db,
        interviewer.taker.candidate_speaking,
        stage.sound.microphone.dropped_blocks,
    )
