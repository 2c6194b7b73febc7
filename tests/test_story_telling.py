"""Telling a story with real parts: Piper speaks, the recorder records, Whisper writes it down."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.soundcard import VirtualSoundCard
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.story_audio import QUIET_S, SPOKEN_S, hear, record
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import AudioFileError, DeviceError
from voice_interviewer.core.speech import Frame, Word
from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

TOLD = (
    "In March I was a product manager at a train company. My job was to bring complaints down by half. "
    "First I talked to ten customers. Then I asked the team to change the tickets. "
    "After two months complaints went down from forty percent to twelve percent."
)


class Hours:
    """A microphone of silent frames; `is_speech` says which count as speech."""

    name = "hours"
    dropped_blocks = 0

    def __init__(self, seconds: float, speech_s: float, *, lost: bool = False) -> None:
        self._frames = self._make(round(seconds * 50))
        self._speech_s = speech_s
        self._lost = lost
        self.stopped = False

    def _make(self, count: int) -> Iterator[Frame]:
        for number in range(count):
            yield Frame(number * FRAME_SAMPLES, b"\0" * 2 * FRAME_SAMPLES)

    def start(self) -> None:
        self.stopped = False

    def read(self, timeout_s: float) -> Frame | None:
        frame = next(self._frames, None)
        if frame is None:
            raise DeviceError("gone") if self._lost else EOFError
        return frame

    def stop(self) -> None:
        self.stopped = True

    def is_speech(self, frame: Frame) -> bool:
        return frame.start_sample < self._speech_s * SAMPLE_RATE_HZ


def recording(tmp_path: Path, room: Hours, *, stop_after: int = 10**9) -> tuple[str, float, float]:
    frames = iter(range(stop_after))
    track = TrackRecorder(tmp_path / "told.wav")
    done = record(room, track, room, stopped=lambda: next(frames, None) is None)
    assert room.stopped
    with wave.open(str(tmp_path / "told.wav")) as file:
        assert file.getnframes() / SAMPLE_RATE_HZ == pytest.approx(done.duration_s)
    return done.ending, done.duration_s, done.spoken_s


def test_long_silence_ends_a_story_that_has_begun(tmp_path: Path) -> None:
    ending, duration_s, spoken_s = recording(tmp_path, Hours(600, SPOKEN_S + 1))
    assert ending == "silence" and duration_s == pytest.approx(SPOKEN_S + 1 + QUIET_S, abs=0.05)
    assert spoken_s == pytest.approx(SPOKEN_S + 1, abs=0.05)


def test_silence_before_it_has_begun_does_not(tmp_path: Path) -> None:
    ending, duration_s, _ = recording(tmp_path, Hours(60, SPOKEN_S - 1))
    assert ending == "file" and duration_s == pytest.approx(60.0)


def test_the_teller_may_stop_and_nobody_talks_for_ever(tmp_path: Path) -> None:
    ending, duration_s, _ = recording(tmp_path, Hours(60, 60), stop_after=500)
    assert ending == "stopped" and duration_s == pytest.approx(10.0)
    ending, duration_s, _ = recording(tmp_path, Hours(1200, 1200))
    assert ending == "length" and duration_s == pytest.approx(900.0)


def test_a_lost_microphone_keeps_what_was_told(tmp_path: Path) -> None:
    assert recording(tmp_path, Hours(20, 20, lost=True))[0] == "device"
    with pytest.raises(DeviceError):
        recording(tmp_path, Hours(20, 0, lost=True))


class Scripted:
    """A transcriber that hears seven words, with a pause after the fifth."""

    def transcribe(self, samples: Samples, *, start_s: float, context: str = "") -> Sequence[Word]:
        self.seconds = len(samples) / SAMPLE_RATE_HZ
        begins = [start_s + number * 0.4 + (2.0 if number >= 5 else 0.0) for number in range(7)]
        return [Word(f"w{number}", at_s, at_s + 0.3, 1.0) for number, at_s in enumerate(begins)]


def wav(path: Path, seconds: float, rate_hz: int = 8000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.zeros(round(seconds * rate_hz), np.int16).tobytes())
    return path


def test_recordings_are_heard_whole_and_split_at_pauses(tmp_path: Path) -> None:
    transcriber = Scripted()
    heard = hear(wav(tmp_path / "a.wav", 9.0), transcriber)
    assert transcriber.seconds == pytest.approx(9.0, abs=0.05)
    assert [len(one.words) for one in heard] == [5, 2]


def test_whole_interviews_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="longer than a story of 15 minutes"):
        hear(wav(tmp_path / "long.wav", 17 * 60), Scripted())


def test_a_spoken_story_ends_up_in_the_bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    voice = PiperVoice(model_path("piper-en_US-joe-medium"))
    spoken = tmp_path / "spoken.wav"
    pause = np.zeros(voice.sample_rate_hz // 2, np.int16)
    with wave.open(str(spoken), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(voice.sample_rate_hz)
        for chunk in voice.synthesise(TOLD):
            file.writeframes(chunk.pcm.tobytes() + pause.tobytes())
    assert main(["stories", "tell", "--mic", str(spoken), "--principle", "deliver-results"]) == 0
    said = capsys.readouterr()
    assert "Deliver Results" in said.err, "the teller is told what is asked for"
    (path,) = (tmp_path / "data" / "stories").glob("*.json")
    story = json.loads(path.read_text(encoding="utf-8"))
    assert "train company" in story["parts"]["situation"]
    assert "customers" in story["parts"]["action"]
    assert story["principles"][0] == {"id": "deliver-results", "by": "user", "score": 0, "evidence": []}
    assert path.with_suffix(".wav").stat().st_size > 10_000, "the recording is kept beside it"
    assert sum(story["seconds"].values()) == pytest.approx(22, rel=0.5)


def test_silence_is_no_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    assert main(["stories", "tell", "--mic", str(wav(tmp_path / "quiet.wav", 3.0))]) == 2
    assert "no story was heard" in capsys.readouterr().err
    assert list((tmp_path / "data" / "stories").iterdir()) == [], "nothing is left behind"


def test_a_story_told_into_a_microphone_ends_at_ctrl_c(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sound_card: VirtualSoundCard,
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path / "data"))
    voice = PiperVoice(model_path("piper-en_US-joe-medium"))
    pcm = np.concatenate(
        [chunk.pcm for chunk in voice.synthesise("I was a product manager at a train company.")]
    )
    spoken = tmp_path / "spoken.wav"
    with wave.open(str(spoken), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(voice.sample_rate_hz)
        file.writeframes(pcm.tobytes())

    def tell_and_stop() -> None:
        time.sleep(2.0)  # the microphone opens
        sound_card.speak(spoken).wait()
        time.sleep(1.0)
        if not finished.is_set():
            os.kill(os.getpid(), signal.SIGINT)

    finished = threading.Event()
    teller = threading.Thread(target=tell_and_stop)
    teller.start()
    try:
        assert main(["stories", "tell"]) == 0
    finally:
        finished.set()
        teller.join()
    assert "train company" in capsys.readouterr().out
