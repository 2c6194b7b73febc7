"""A whole interview through a real PortAudio stream: a robot speaks into the microphone and hears the
loudspeaker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import soundcard
from tests.soundcard import Ear, VirtualSoundCard
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.piper import PiperVoice
from voice_interviewer.adapters.whisper import WhisperTranscriber

sound_card = soundcard.sound_card

PROGRAM = os.environ.get("VOICE_INTERVIEWER_TEST_PROGRAM", "").split() or [
    sys.executable,
    "-m",
    "voice_interviewer",
]
QUESTION = "design-product-for-the-blind"
ANSWERS = [
    "I would focus on students who are blind, because they travel to new places every week.",
    "Their biggest pain point is that a new train station is frightening, and nobody is there to help them.",
]
DONE_S = 1.5
"""The interviewer has finished when the loudspeaker was quiet for so long."""


def speak_to_file(text: str, path: Path) -> Path:
    voice = PiperVoice(model_path("piper-en_US-joe-medium"))
    pcm = np.concatenate([chunk.pcm for chunk in voice.synthesise(text)])
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(voice.sample_rate_hz)
        out.writeframes(pcm.tobytes())
    return path


def wait_for_the_end_of_a_prompt(
    ear: Ear, after_s: float, process: subprocess.Popen[str], limit_s: float = 45
) -> bool:
    """Wait until something was said after `after_s` and it has been quiet since; False when the program
    ended."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        last = ear.last_sound_at_s()
        if last > after_s and time.monotonic() - last > DONE_S:
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.1)
    raise AssertionError("the interviewer was not heard")


@pytest.mark.timeout(300)
def test_an_interview_through_the_sound_card(sound_card: VirtualSoundCard, tmp_path: Path) -> None:
    files = [speak_to_file(text, tmp_path / f"answer{index}.wav") for index, text in enumerate(ANSWERS)]
    ear = sound_card.listen()
    command = [
        *PROGRAM, "practice", "--plain", "--question", QUESTION, "--minutes", "1", "--seed", "5",
        "--mic", "pulse", "--loudspeaker", "pulse", "--sessions-dir", str(tmp_path / "sessions"),
    ]  # fmt: skip
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **sound_card.environment},
    ) as process:
        said_s = 0.0
        for file in files:
            assert wait_for_the_end_of_a_prompt(ear, said_s, process)
            sound_card.speak(file).wait(30)
            said_s = time.monotonic() - 0.3
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "Traceback" not in err

    (folder,) = (tmp_path / "sessions").iterdir()
    report = json.loads((folder / "report.json").read_text())
    check_what_was_heard(report)
    check_what_was_spoken(ear, out)
    assert report["latency"]["dropped_blocks"] == 0
    assert (folder / "report.html").stat().st_size > 10_000


def check_what_was_heard(report: dict[str, Any]) -> None:
    """The words in the report are the words that were said."""
    said = " ".join(ANSWERS).lower().replace(",", "").replace(".", "").split()
    heard = {word["text"].lower().strip(",.?!") for word in report["words"]}
    missing = [word for word in said if word not in heard]
    assert len(missing) <= 0.1 * len(said), f"not heard: {missing}"
    by = [turn["by"] for turn in report["turns"]]
    assert by[0] == "interviewer" and "candidate" in by


def check_what_was_spoken(ear: Ear, out: str) -> None:
    """What came out of the loudspeaker, transcribed, is what the interviewer said it would say."""
    samples = ear.stop().astype(np.float32) / 32768.0
    words = WhisperTranscriber(model_path("whisper-base")).transcribe(samples, start_s=0.0)
    heard = {word.text.lower().strip(",.?!'") for word in words}
    prompts = [
        line.removeprefix("Interviewer: ") for line in out.splitlines() if line.startswith("Interviewer: ")
    ]
    assert len(prompts) >= 5 and "Goodbye" in prompts[-1]
    spoken = [word.strip(",.?!'") for prompt in prompts for word in prompt.lower().split()]
    missing = [word for word in spoken if word not in heard]
    assert len(missing) <= 0.2 * len(spoken), f"not heard on the loudspeaker: {missing}"
