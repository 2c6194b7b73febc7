"""Checks of this machine for `voice-interviewer doctor`: sound, weights, disk and speed, with the real parts.

Every check returns findings and raises nothing; what goes wrong inside one becomes its failure.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from voice_interviewer.adapters.disk_space import SPARE_BYTES, free_bytes, session_bytes
from voice_interviewer.adapters.model_manifest import load_manifest
from voice_interviewer.adapters.models import check_model, fetch_hint, model_path
from voice_interviewer.adapters.paths import models_dir, sessions_dir
from voice_interviewer.core.errors import ModelError, VoiceInterviewerError
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, VoiceActivity

Status = Literal["ok", "warning", "failure"]

SENTENCE = "Imagine you are a product manager. How would you improve public transport for older people?"
WHISPER_ID = "whisper-base"
VOICE_ID = "piper-en_US-joe-medium"
INTERVIEW_H = 0.75
_SLOW_VOICE = 0.7
"""Share of the sentence's length that making it may take before the interviewer stutters."""
_SLOW_RECOGNISER = 0.9
_DEAF, _JUMPY = 0.4, 0.05
"""Shares of frames: less of a spoken sentence, or more of silence, is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    name: str
    status: Status
    text: str
    advice: str = ""
    """What to do about it; '' where there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A spoken sentence: 16 kHz samples in [-1, 1]."""

    samples: Samples

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ


def guarded(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """A check's findings, or its breakdown as a failure."""
    try:
        return check()
    except VoiceInterviewerError as error:
        return [Finding(name, "failure", error.message, error.hint)]
    except Exception as error:  # a doctor that breaks down is no help: name what broke and go on
        return [Finding(name, "failure", f"{type(error).__name__}: {error}", "report this as a defect")]


def check_system() -> list[Finding]:
    """What this runs on."""
    return [Finding("system", "ok", f"Python {platform.python_version()} on {platform.platform(terse=True)}")]


def check_models(*, hashing: bool) -> list[Finding]:
    """One finding a weight that is needed, or optional and here."""
    return [finding for finding in _model_findings(hashing) if finding]


def _model_findings(hashing: bool) -> Iterable[Finding | None]:
    for model in load_manifest().values():
        check = check_model(model, hashing="always" if hashing else "never")
        name = f"model {model.id}"
        if check.state == "absent" and model.optional:
            yield None
        elif check.state in ("absent", "incomplete"):
            yield Finding(name, "failure", f"{check.state} in {models_dir()}", fetch_hint(model.id))
        elif check.state == "differs":
            wrong = ", ".join(each.file.name for each in check.files if each.state == "differs")
            yield Finding(name, "failure", f"wrong checksum: {wrong}", fetch_hint(model.id))
        else:
            yield Finding(name, "ok", "checksum correct" if hashing else "complete, checksum not computed")


def check_disk(folder: Path | None = None) -> list[Finding]:
    """How many hours of interviews fit where sessions go."""
    folder = folder or sessions_dir()
    free = free_bytes(folder)
    hours = max(0, free - SPARE_BYTES) / session_bytes(60)
    text = f"{free / 1e9:.1f} GB free for sessions in {folder}: about {hours:.0f} hours of recording"
    advice = "make room, or put sessions elsewhere with VOICE_INTERVIEWER_DATA"
    if hours < INTERVIEW_H:
        return [Finding("disk", "failure", text, advice)]
    if hours < 10 * INTERVIEW_H:
        return [Finding("disk", "warning", text, advice)]
    return [Finding("disk", "ok", text)]


def speak_sentence() -> tuple[list[Finding], Sentence]:
    """Time the voice on one sentence; the sentence serves the checks after this one."""
    from voice_interviewer.adapters.piper import PiperVoice

    voice = PiperVoice(model_path(VOICE_ID))
    began_s = time.perf_counter()
    voice.warm_up()
    loaded_s = time.perf_counter()
    chunks = list(voice.synthesise(SENTENCE))
    took_s = time.perf_counter() - loaded_s
    pcm = np.concatenate([chunk.pcm for chunk in chunks])
    rate_hz = voice.sample_rate_hz
    length_s = len(pcm) / rate_hz
    text = f"Piper makes {length_s:.1f} s of speech in {took_s:.1f} s (loaded in {loaded_s - began_s:.1f} s)"
    slow = took_s > _SLOW_VOICE * length_s
    advice = "the interviewer may pause between sentences: end other heavy programs" if slow else ""
    positions = np.arange(int(length_s * SAMPLE_RATE_HZ)) * rate_hz / SAMPLE_RATE_HZ
    samples = np.interp(positions, np.arange(len(pcm)), pcm / 32768).astype(np.float32)
    return [Finding("voice", "warning" if slow else "ok", text, advice)], Sentence(samples)


def check_recogniser(sentence: Sentence) -> list[Finding]:
    """Time the recogniser on the sentence; it must understand most of it."""
    from voice_interviewer.adapters.whisper import WhisperTranscriber

    recogniser = WhisperTranscriber(model_path(WHISPER_ID))
    began_s = time.perf_counter()
    recogniser.warm_up()
    loaded_s = time.perf_counter()
    words = recogniser.transcribe(sentence.samples, start_s=0.0)
    took_s = time.perf_counter() - loaded_s
    heard = {"".join(filter(str.isalpha, word.text)).lower() for word in words}
    expected = {"".join(filter(str.isalpha, word)).lower() for word in SENTENCE.split()}
    text = (
        f"Whisper takes {took_s:.1f} s for {sentence.duration_s:.1f} s of speech "
        f"(loaded in {loaded_s - began_s:.1f} s)"
    )
    if len(heard & expected) < len(expected) / 2:
        raise ModelError(
            f"Whisper misunderstands a clear sentence: {' '.join(word.text for word in words)!r}"
        )
    if took_s > _SLOW_RECOGNISER * sentence.duration_s:
        advice = "the interviewer will answer late: end other heavy programs"
        return [Finding("recogniser", "warning", text, advice)]
    return [Finding("recogniser", "ok", text)]


def check_voice_activity(sentence: Sentence) -> list[Finding]:
    """Both detectors must hear the sentence and must not hear silence."""
    from voice_interviewer.adapters.vad import SileroVoiceActivity, WebRtcVoiceActivity

    silence = Sentence(np.zeros(SAMPLE_RATE_HZ, np.float32))
    detectors: dict[str, Callable[[], VoiceActivity]] = {
        "WebRTC": WebRtcVoiceActivity,
        "Silero": SileroVoiceActivity,
    }
    heard = {name: _share_of_speech(detector(), sentence) for name, detector in detectors.items()}
    imagined = {name: _share_of_speech(detector(), silence) for name, detector in detectors.items()}
    text = "speech heard in a spoken sentence: " + ", ".join(
        f"{name} {share:.0%}" for name, share in heard.items()
    )
    wrong = [name for name in detectors if heard[name] < _DEAF or imagined[name] > _JUMPY]
    if wrong:
        advice = "reinstall webrtcvad-wheels, onnxruntime and faster-whisper"
        return [
            Finding("voice activity", "failure", f"{text}; not to be trusted: {', '.join(wrong)}", advice)
        ]
    return [Finding("voice activity", "ok", f"{text}; none in silence")]


def _share_of_speech(detector: VoiceActivity, sentence: Sentence) -> float:
    """Of 20-ms frames, 0 to 1."""
    pcm = (sentence.samples * 32767).astype("<i2")
    starts = range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    frames = [Frame(at, pcm[at : at + FRAME_SAMPLES].tobytes()) for at in starts]
    return float(np.mean([detector.is_speech(frame) for frame in frames]))


def libraries() -> str:
    """Versions that matter in a report of a defect."""
    from importlib.metadata import version

    names = ("faster-whisper", "ctranslate2", "onnxruntime", "piper-tts", "sounddevice")
    return ", ".join(f"{name} {version(name)}" for name in names) + f", {sys.platform}"
