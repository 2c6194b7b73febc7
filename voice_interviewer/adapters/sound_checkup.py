"""The doctor's checks of microphone and loudspeaker, through PortAudio and the adapters of the interview."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters import echo_memory, echo_path, portaudio
from voice_interviewer.adapters.checkup import Finding
from voice_interviewer.adapters.echo import canceller_available
from voice_interviewer.adapters.echo_memory import Duplex
from voice_interviewer.adapters.echo_path import EchoPath
from voice_interviewer.adapters.paths import data_dir
from voice_interviewer.core.errors import DeviceError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Microphone

LISTEN_S = 1.0
_SETTLE_S = 0.3
"""The first moments of a stream are clicks and fades."""
_TONE_RATE_HZ = 22_050
_FULL_SCALE = 32_768
_CLIPPED = 32_700
SILENT_PEAK_DB = -78.0
"""A few steps of the converter: no microphone that is switched on is this quiet."""
QUIET_PEAK_DB = -36.0
_CLIPPED_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a recording is."""

    peak_db: float
    """dBFS, -inf for digital silence."""
    rms_db: float
    clipped: int
    """Samples at full scale."""


def measure(pcm: NDArray[np.int16]) -> Level:
    """The level of 16-bit samples; an empty array is silence."""
    if not pcm.size:
        return Level(-np.inf, -np.inf, 0)
    # A microphone's constant offset is no sound.
    wave = pcm.astype(np.float64) - float(np.mean(pcm))
    with np.errstate(divide="ignore"):
        peak_db = 20 * np.log10(np.max(np.abs(wave)) / _FULL_SCALE)
        rms_db = 20 * np.log10(np.sqrt(np.mean(wave**2)) / _FULL_SCALE)
    return Level(
        float(peak_db), float(rms_db), int(np.count_nonzero(np.abs(pcm.astype(np.int32)) >= _CLIPPED))
    )


def judge(level: Level, name: str) -> Finding:
    """What a level says about a microphone."""
    text = f"{name}: peak {level.peak_db:.0f} dBFS, mean {level.rms_db:.0f} dBFS"
    if level.peak_db < SILENT_PEAK_DB:
        return Finding(
            "microphone",
            "failure",
            f"{name}: silent, no sound at all arrives",
            "switch it on, unmute it, and allow this terminal to use it (privacy settings)",
        )
    if level.clipped >= _CLIPPED_SAMPLES:
        return Finding(
            "microphone", "warning", f"{text}: clipping", "lower the input level or move away from it"
        )
    if level.peak_db < QUIET_PEAK_DB:
        return Finding(
            "microphone",
            "warning",
            f"{text}: quiet",
            "fine if nobody spoke just now; otherwise raise the input level or move closer",
        )
    return Finding("microphone", "ok", text)


def check_portaudio() -> list[Finding]:
    """Can PortAudio be loaded, and what does it see?"""
    module = portaudio.sounddevice()
    version = module.get_portaudio_version()[1].partition(",")[0]
    inputs, outputs = portaudio.devices("input"), portaudio.devices("output")
    text = f"{version.removeprefix('PortAudio ')}, {len(inputs)} microphone(s), {len(outputs)} loudspeaker(s)"
    return [Finding("PortAudio", "ok", text)]


def check_microphone(name: str | None) -> list[Finding]:
    """Record about a second and judge its level."""
    from voice_interviewer.adapters.microphone import SoundDeviceMicrophone

    try:
        microphone = SoundDeviceMicrophone(name)
        microphone.start()
    except DeviceError as error:
        advice = f"{error.hint or 'connect one'}; until then practice runs its built-in demonstration"
        return [Finding("microphone", "failure", error.message, advice)]
    try:
        pcm = _record(microphone)
    finally:
        microphone.stop()
    findings = [judge(measure(pcm), microphone.name)]
    if microphone.dropped_blocks:
        lost = f"{microphone.dropped_blocks} blocks of sound were lost in {LISTEN_S:.0f} s"
        findings.append(Finding("microphone", "warning", lost, "end other heavy programs"))
    return findings


def _record(microphone: Microphone) -> NDArray[np.int16]:
    pieces: list[bytes] = []
    deadline_s = time.monotonic() + _SETTLE_S + LISTEN_S
    begin_s = time.monotonic() + _SETTLE_S
    while (now_s := time.monotonic()) < deadline_s:
        frame = microphone.read(0.2)
        if frame is not None and now_s >= begin_s:
            pieces.append(frame.pcm)
    return np.frombuffer(b"".join(pieces), dtype="<i2").astype(np.int16)


def check_loudspeaker(name: str | None, *, sound: bool) -> list[Finding]:
    """Open the loudspeaker, and play a short tone when asked to."""
    from voice_interviewer.adapters.playback import SoundDevicePlayback

    playback = SoundDevicePlayback(name)
    try:
        playback.start(_TONE_RATE_HZ)
    except DeviceError as error:
        advice = f"{error.hint or 'connect one'}; until then questions are shown on the screen"
        return [Finding("loudspeaker", "warning", error.message, advice)]
    try:
        if sound:
            for piece in np.array_split(_tone(), 30):
                playback.write(piece)
            playback.drain()
    except DeviceError as error:
        return [Finding("loudspeaker", "warning", error.message, error.hint)]
    finally:
        playback.stop()
    done = (
        "played a tone; if you heard nothing, look at the volume" if sound else "opens (--sound plays a tone)"
    )
    return [Finding("loudspeaker", "ok", f"{playback.name}: {done}")]


def check_echo(microphone_name: str | None, loudspeaker_name: str | None) -> list[Finding]:
    """Play a chirp and look for it in what the microphone hears; what suits these devices is remembered.

    Nothing is found where a device is missing: its own check has said so.
    """
    from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
    from voice_interviewer.adapters.playback import SoundDevicePlayback

    microphone = SoundDeviceMicrophone(microphone_name)
    playback = SoundDevicePlayback(loudspeaker_name)
    try:
        playback.start(SAMPLE_RATE_HZ)
        microphone.start()
        path = echo_path.measure_echo(microphone, playback)
    except DeviceError:
        return []
    finally:
        microphone.stop()
        playback.stop()
    canceller = canceller_available()
    duplex = echo_path.choose_duplex(path, canceller=canceller)
    finding = echo_memory.EchoFinding(
        microphone.name, playback.name, path.found, path.attenuation_db, path.delay_ms, duplex
    )
    echo_memory.remember(data_dir(), finding)
    return [describe_echo(path, duplex, canceller=canceller)]


def describe_echo(path: EchoPath, duplex: Duplex, *, canceller: bool) -> Finding:
    """What the echo means for an interview, in words."""
    if not path.found:
        text = "none, as with headphones: you can speak over the interviewer"
        return Finding("echo", "ok", text)
    text = f"{path.attenuation_db:+.0f} dB after {max(0.0, path.delay_ms):.0f} ms: "
    if duplex == "full" and canceller:
        return Finding("echo", "ok", text + "taken out, you can speak over the interviewer")
    if duplex == "full":
        return Finding("echo", "ok", text + "too faint to matter, you can speak over the interviewer")
    return Finding(
        "echo",
        "warning",
        text + "the microphone will rest while the interviewer speaks (half duplex)",
        "headphones, or a lower volume, let you speak over the interviewer; then run doctor again",
    )


def _tone() -> NDArray[np.int16]:
    """0.6 s of 440 Hz at -20 dBFS, faded in and out."""
    at_s = np.arange(int(0.6 * _TONE_RATE_HZ)) / _TONE_RATE_HZ
    fade = np.minimum(1.0, np.minimum(at_s, at_s[::-1]) / 0.05)
    tone: NDArray[np.int16] = (0.1 * 32767 * fade * np.sin(2 * np.pi * 440 * at_s)).astype(np.int16)
    return tone
