"""The doctor: levels judged, a real microphone and loudspeaker heard, the real weights timed."""

from __future__ import annotations

import json
import shutil
import wave
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.soundcard import VirtualSoundCard
from voice_interviewer.adapters import checkup, portaudio, sound_checkup
from voice_interviewer.adapters.audio_sources import SoundOptions, choose_sound
from voice_interviewer.adapters.checkup import Finding, guarded
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.sound_checkup import judge, measure
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import DeviceError, ModelError

RATE_HZ = 16_000


def sine(peak: float, seconds: float = 1.0, offset: float = 0.0) -> NDArray[np.int16]:
    at_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    wave_ = peak * np.sin(2 * np.pi * 220 * at_s) + offset
    return np.clip(wave_ * 32768, -32768, 32767).astype(np.int16)


def test_a_level_is_measured_in_decibels_below_full_scale() -> None:
    level = measure(sine(0.5))
    assert level.peak_db == pytest.approx(-6.0, abs=0.1)
    assert level.rms_db == pytest.approx(-9.0, abs=0.1)
    assert level.clipped == 0
    assert measure(sine(0.5, offset=0.2)).peak_db == pytest.approx(-6.0, abs=0.2)
    assert measure(np.zeros(0, np.int16)).peak_db == -np.inf


@pytest.mark.parametrize(
    ("pcm", "status", "word"),
    [
        (np.zeros(RATE_HZ, np.int16), "failure", "silent"),
        (np.full(RATE_HZ, 900, np.int16), "failure", "silent"),
        (sine(0.00005), "failure", "silent"),
        (sine(0.005), "warning", "quiet"),
        (sine(0.1), "ok", "peak -20 dBFS"),
        (sine(0.9), "ok", "peak -1 dBFS"),
        (sine(1.5), "warning", "clipping"),
    ],
)
def test_levels_are_judged(pcm: NDArray[np.int16], status: str, word: str) -> None:
    finding = judge(measure(pcm), "USB microphone")
    assert finding.status == status
    assert word in finding.text
    assert bool(finding.advice) == (status != "ok")


def test_a_check_that_breaks_is_a_failure_and_not_the_end() -> None:
    def without_portaudio() -> list[Finding]:
        raise DeviceError("PortAudio is not installed", hint="install it")

    def defect() -> list[Finding]:
        raise ZeroDivisionError("by zero")

    assert guarded("a", without_portaudio) == [
        Finding("a", "failure", "PortAudio is not installed", "install it")
    ]
    (finding,) = guarded("b", defect)
    assert (finding.status, finding.text) == ("failure", "ZeroDivisionError: by zero")


@pytest.mark.parametrize(
    ("free", "status"), [(100_000_000, "failure"), (1_000_000_000, "warning"), (50_000_000_000, "ok")]
)
def test_the_disk_is_judged_by_the_hours_that_fit(
    free: int, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    (finding,) = checkup.check_disk(tmp_path / "not" / "yet" / "there")
    assert finding.status == status
    assert "hours of recording" in finding.text


def test_missing_and_wrong_weights_are_failures_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_MODELS", str(tmp_path))
    folder = tmp_path / "smart-turn-v3.2"
    folder.mkdir()
    (folder / "smart-turn-v3.2-cpu.onnx").write_bytes(bytes(8_679_182))
    findings = {finding.name: finding for finding in checkup.check_models(hashing=True)}
    assert findings["model whisper-base"].status == "failure"
    assert "models fetch whisper-base" in findings["model whisper-base"].advice
    assert findings["model smart-turn-v3.2"].text == "wrong checksum: smart-turn-v3.2-cpu.onnx"
    assert "model whisper-small" not in findings
    quick = {finding.name: finding for finding in checkup.check_models(hashing=False)}
    assert quick["model smart-turn-v3.2"].status == "ok"


def test_the_real_voice_detectors_and_recogniser_are_timed() -> None:
    findings, sentence = checkup.speak_sentence()
    findings += checkup.check_voice_activity(sentence)
    findings += checkup.check_recogniser(sentence)
    assert 4 < sentence.duration_s < 9
    assert [finding.name for finding in findings] == ["voice", "voice activity", "recogniser"]
    assert all(finding.status != "failure" for finding in findings), findings


def test_a_deaf_recogniser_is_a_failure() -> None:
    silence = checkup.Sentence(np.zeros(3 * RATE_HZ, np.float32))
    with pytest.raises(ModelError, match="misunderstands"):
        checkup.check_recogniser(silence)
    (finding,) = checkup.check_voice_activity(silence)
    assert finding.status == "failure"


def test_without_sound_devices_the_rest_is_still_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(portaudio, "devices", lambda kind=None: [])
    assert main(["doctor", "--quick", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    found = {check["name"]: check for check in report["checks"]}
    assert report["ok"] is False
    assert found["microphone"]["status"] == "failure"
    assert "demonstration" in found["microphone"]["advice"]
    assert found["loudspeaker"]["status"] == "warning"
    assert found["disk"]["text"]
    assert found["model whisper-base"]["status"] == "ok"
    assert "recogniser" not in found


def test_a_real_microphone_and_loudspeaker(sound_card: VirtualSoundCard, tmp_path: Path) -> None:
    (silent,) = sound_checkup.check_microphone(None)
    assert (silent.status, "silent" in silent.text) == ("failure", True)

    sound_card.speak(save(tmp_path / "speech.wav", sine(0.1, seconds=8.0)))
    (heard,) = sound_checkup.check_microphone(None)
    assert heard.status == "ok"
    assert "peak -20 dBFS" in heard.text

    ear = sound_card.listen()
    (played,) = sound_checkup.check_loudspeaker(None, sound=True)
    assert played.status == "ok"
    level = measure(ear.stop())
    assert level.peak_db == pytest.approx(-20, abs=1.5)


def test_the_echo_of_these_devices_is_measured_and_remembered(
    sound_card: VirtualSoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path))
    (apart,) = sound_checkup.check_echo(None, None)
    assert (apart.status, "none" in apart.text) == ("ok", True)

    sound_card.add_echo(delay_ms=120, attenuation_db=0)  # as loud as it was played: talked over too late
    (loud,) = sound_checkup.check_echo(None, None)
    assert (loud.status, "half duplex" in loud.text) == ("warning", True)

    def chosen() -> str:
        sound = choose_sound(SoundOptions(), model_path("piper-en_US-joe-medium"), seed=1)
        sound.playback.stop()
        return sound.duplex

    assert chosen() == "half"
    sound_card.remove_echo()
    sound_checkup.check_echo(None, None)
    assert chosen() == "full"


def test_an_unknown_microphone_names_those_there_are(sound_card: VirtualSoundCard) -> None:
    (finding,) = sound_checkup.check_microphone("no such thing")
    assert finding.status == "failure"
    assert "pulse" in finding.advice


def save(path: Path, pcm: NDArray[np.int16]) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(pcm.tobytes())
    return path
