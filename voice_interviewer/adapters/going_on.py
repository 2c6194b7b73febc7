"""A session that was broken off, made ready to go on: its interviewer as it was, and its timeline's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voice_interviewer.adapters import journal, session_folder
from voice_interviewer.adapters.microphone import Gap
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.wav_span import HEADER_BYTES
from voice_interviewer.analysis.record import AcousticTrack
from voice_interviewer.core.codec import decode
from voice_interviewer.core.endpointing import NEEDED, EndpointSettings
from voice_interviewer.core.errors import JournalError, SessionError, UsageError
from voice_interviewer.core.events import Event
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.speech import Frame
from voice_interviewer.core.turn_settings import TurnSettings
from voice_interviewer.ports import SAMPLE_RATE_HZ, Microphone

SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True)
class GoingOn:
    """Everything a new run needs to go on with a session."""

    folder: SessionFolder
    header: Mapping[str, Any]
    interviewer: Interviewer
    """Has seen every event up to the break."""
    at_s: float
    """Session time at which it goes on: after the last event and the last sound."""
    first_utterance_id: int
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What the journal noted so far."""


def can_go_on(folder: SessionFolder) -> bool:
    """Whether the session was broken off and something of it is left; False for what cannot be read."""
    try:
        prepare(folder)
    except (SessionError, UsageError):
        return False
    return True


def prepare(folder: SessionFolder) -> GoingOn:
    """Replay a session's journal. Raises UsageError when nothing is left of it, SessionError."""
    header = journal.read_header(folder.journal)
    interviewer = Interviewer(setup_of(header, folder.id))
    last_s, last_id = 0.0, 0
    notes: dict[str, Any] = {}
    for line in journal.read_lines(folder.journal):
        if "note" in line:
            notes.update(line["note"])
            continue
        item = decode({key: value for key, value in line.items() if key != "t"})
        if not isinstance(item, Event):
            continue
        last_s = max(last_s, item.at_s)
        last_id = max(last_id, getattr(item, "utterance_id", 0))
        try:
            interviewer.handle(item)
        except ValueError as error:
            raise SessionError(f"the session {folder.id} makes no sense to this version: {error}") from None
    if not interviewer.can_go_on:
        raise UsageError(
            f"the session {folder.id} came to its end", hint="take one part again: voice-interviewer retry"
        )
    return GoingOn(folder, header, interviewer, max(last_s, _sound_s(folder)), last_id + 1, notes)


def setup_of(header: Mapping[str, Any], name: str) -> Setup:
    """What the session's interviewer was made of. Raises UsageError when it was no interview, or its content
    is gone.
    """
    framework, question = session_folder.content_of(dict(header))
    if header.get("kind") != "practice" or framework is None or question is None:
        raise UsageError(f"{name} is not an interview that can go on", hint="reviews are made in one go")
    if float(header.get("minutes", 0.0)) <= 0:
        raise JournalError(
            f"{name}/{journal.JOURNAL_NAME}, line 1: the session's minutes are missing or none"
        )
    return Setup(
        framework,
        question,
        float(header["minutes"]),
        int(header.get("seed", 0)),
        session_folder.company_of(dict(header)),
        "half" if header.get("duplex") == "half" else "full",
        writer=bool(header.get("writer", False)),
        only_phase=str(header.get("phase", "")),
        turns=TurnSettings(
            look_ahead="quick" if header.get("look_ahead") == "quick" else "full",
            judges_content=header.get("judges_content") is True,
            endpointing=EndpointSettings(needed=NEEDED.get(str(header.get("patience")), NEEDED["usual"])),
        ),
    )


def _sound_s(folder: SessionFolder) -> float:
    """Length of the longer track; their headers were mended before."""
    lengths = [0.0]
    for path in (folder.candidate_track, folder.interviewer_track):
        if path.exists():
            with path.open("rb") as file:
                rate_hz = int.from_bytes(file.read(HEADER_BYTES)[24:28], "little") or SAMPLE_RATE_HZ
            lengths.append(max(0, path.stat().st_size - HEADER_BYTES) / SAMPLE_BYTES / rate_hz)
    return max(lengths)


class ShiftedMicrophone:
    """A microphone whose first sample lies at a later place on the session's timeline."""

    def __init__(self, microphone: Microphone, first_sample: int) -> None:
        self._microphone = microphone
        self._first_sample = first_sample
        self.name = microphone.name
        reopen = getattr(microphone, "reopen", None)
        if reopen is not None:
            self.reopen: Callable[[], None] = reopen

    @property
    def dropped_blocks(self) -> int:
        """Blocks lost since the start."""
        return self._microphone.dropped_blocks

    @property
    def gaps(self) -> Sequence[Gap]:
        """Stretches without recorded sound; their times are this run's own."""
        gaps: Sequence[Gap] = getattr(self._microphone, "gaps", ())
        return gaps

    def start(self) -> None:
        """Open. Raises DeviceError or AudioFileError."""
        self._microphone.start()

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame, shifted. Raises EOFError, DeviceError."""
        frame = self._microphone.read(timeout_s)
        return None if frame is None else Frame(frame.start_sample + self._first_sample, frame.pcm)

    def stop(self) -> None:
        """Close; never raises."""
        self._microphone.stop()


def joined(before: AcousticTrack, after: AcousticTrack, at_s: float) -> AcousticTrack:
    """Measures of both runs on one timeline; what was measured before `at_s` is the first run's."""
    if not before.f0_hz or before.hop_s != after.hop_s:
        return after
    count = round(at_s / after.hop_s)
    blank = max(0, count - len(before.f0_hz))
    # Silent as the recogniser's own track writes it.
    silence = min([*before.level_db, *after.level_db], default=0.0)
    return AcousticTrack(
        after.hop_s,
        before.f0_hz[:count] + (0.0,) * blank + after.f0_hz[count:],
        before.level_db[:count] + (silence,) * blank + after.level_db[count:],
    )
