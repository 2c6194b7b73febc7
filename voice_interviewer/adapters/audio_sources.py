"""Which microphone and loudspeaker a session uses: devices, files, or the built-in stand-in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voice_interviewer.adapters import echo_memory, portaudio
from voice_interviewer.adapters.candidates import (
    RecordedSource,
    ScriptedSource,
    StandIn,
    load_script,
)
from voice_interviewer.adapters.echo import canceller_available, echo_aware
from voice_interviewer.adapters.file_microphone import FileMicrophone
from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
from voice_interviewer.adapters.paths import content_dir, data_dir
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.playback import SoundDevicePlayback
from voice_interviewer.adapters.silent_playback import FilePlayback, NullPlayback
from voice_interviewer.adapters.vad import GatedVoiceActivity
from voice_interviewer.core.commands import Command
from voice_interviewer.core.errors import DeviceError, UsageError
from voice_interviewer.core.events import Event
from voice_interviewer.ports import Microphone, Playback, VoiceActivity

NONE = "none"
CANDIDATE_PITCH, CANDIDATE_SPEED = 1.12, 1.05
"""The stand-in speaks with the interviewer's voice, higher and faster, so that one can tell them apart."""


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """As given on the command line."""

    microphone: str | None = None
    """A device's name or a file; None for the default device."""
    loudspeaker: str | None = None
    """A device's name, a .wav to write, 'none', or None for the default device."""
    candidate: str | None = None
    """'demo', a script (.toml) or a recording; stands in for the microphone."""
    framework: str = ""
    """Which demonstration: its script is content/demo/<framework>.toml."""
    pace: Literal["real", "fast"] | None = None
    duplex: Literal["full", "half"] | None = None
    patience: str = "usual"
    """How long a pause may be: a key of core.endpointing.NEEDED."""


@dataclass(slots=True)
class Sound:
    """What was chosen."""

    microphone: Microphone
    playback: Playback
    duplex: Literal["full", "half"]
    simulated: bool
    activity: VoiceActivity
    """Hears the candidate; with the interviewer's echo taken out where that is needed and can be done."""
    owns_microphone: bool
    """A real device is used: no other session may have it."""
    observe: Callable[[Event | None, Sequence[Command]], None] | None = None


def choose_sound(options: SoundOptions, voice_folder: Path, *, seed: int) -> Sound:
    """Resolve the options. Raises DeviceError, AudioFileError, UsageError."""
    real = options.pace != "fast"
    stand_in: StandIn | None = None
    microphone: Microphone
    if options.candidate is not None:
        stand_in = _stand_in(options, voice_folder, realtime=real, seed=seed)
        microphone = stand_in
    elif options.microphone is not None and is_file(options.microphone):
        microphone = FileMicrophone(Path(options.microphone), realtime=real)
    else:
        if not real:
            raise UsageError("--pace fast needs a file or --candidate", hint="a microphone runs in real time")
        device = portaudio.find("input", options.microphone)  # a name that fits nothing is told at once
        microphone = SoundDeviceMicrophone(options.microphone)
        microphone.name = device.name  # as the doctor's findings call it
    backed_by_file = not isinstance(microphone, SoundDeviceMicrophone)
    rate_hz = PiperVoice(voice_folder).sample_rate_hz
    playback = _playback(options.loudspeaker, rate_hz, real=real, required=not backed_by_file)
    duplex = options.duplex or _suitable_duplex(microphone, playback)
    observe = stand_in.observe if stand_in else None
    activity = echo_aware(GatedVoiceActivity(), microphone, playback, cancel=duplex == "full")
    return Sound(microphone, playback, duplex, not real, activity, not backed_by_file, observe)


def _suitable_duplex(microphone: Microphone, playback: Playback) -> Literal["full", "half"]:
    """What `doctor` measured for these devices; else full where the echo can be cancelled, half where not."""
    if not isinstance(microphone, SoundDeviceMicrophone) or not isinstance(playback, SoundDevicePlayback):
        return "full"
    known = echo_memory.recall(data_dir(), microphone.name, playback.name)
    if known is not None:
        return known.duplex
    return "full" if canceller_available() else "half"


def script_path(framework: str) -> Path:
    """The built-in demonstration for a framework; CIRCLES where it has none of its own."""
    own = content_dir() / "demo" / f"{framework}.toml"
    return own if own.is_file() else content_dir() / "demo" / "circles.toml"


def _stand_in(options: SoundOptions, voice_folder: Path, *, realtime: bool, seed: int) -> StandIn:
    assert options.candidate is not None
    path = script_path(options.framework) if options.candidate == "demo" else Path(options.candidate)
    if path.suffix == ".toml":
        voice = PiperVoice(voice_folder, speed=CANDIDATE_SPEED, pitch=CANDIDATE_PITCH)
        return StandIn(
            "scripted candidate", ScriptedSource(load_script(path), voice), realtime=realtime, seed=seed
        )
    if not path.exists():
        raise UsageError(f"there is no candidate file {path}", hint="use demo, a script or a recording")
    return StandIn(path.name, RecordedSource(path), realtime=realtime, seed=seed)


def _playback(name: str | None, rate_hz: int, *, real: bool, required: bool) -> Playback:
    """A playback that is already open; silence where none is asked for or needed."""
    playback: Playback
    if not real or name == NONE:
        playback = NullPlayback()
    elif name is not None and name.lower().endswith(".wav"):
        playback = FilePlayback(Path(name))
    else:
        playback = SoundDevicePlayback(name)
    try:
        playback.start(rate_hz)
    except DeviceError:
        if name is not None or required:
            raise
        playback = NullPlayback()
        playback.start(rate_hz)
    return playback


def is_file(name: str) -> bool:
    """Whether a microphone's name means a recording."""
    path = Path(name)
    return path.is_file() or path.suffix.lower() in {
        ".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".webm", ".mp4", ".mov", ".mkv",
    }  # fmt: skip
