"""A peer for scripts/bench_turns.py: what one writes first. 0.8 s of silence, then Whisper, then Piper.

    python scripts/peers/naive_loop.py

The same detector, recogniser and voice as the product, none of its turn-taking.
"""

from __future__ import annotations

import itertools
import queue
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import sounddevice
import webrtcvad
from faster_whisper import WhisperModel
from piper import PiperVoice
from questions import GREETING, QUESTIONS

MODELS = Path(__file__).resolve().parent.parent.parent / "models"
RATE_HZ, FRAME = 16_000, 320
SILENCE_S = 0.8


def turns(frames: queue.Queue[bytes]) -> Iterator[np.ndarray]:
    """Speech up to 0.8 s of silence, float32."""
    detector = webrtcvad.Vad(2)
    heard: list[bytes] = []
    quiet = voiced = 0
    while True:
        frame = frames.get()
        is_speech = detector.is_speech(frame, RATE_HZ)
        if is_speech or heard:
            heard.append(frame)
        quiet = 0 if is_speech else quiet + 1
        voiced += is_speech
        if heard and quiet * FRAME >= SILENCE_S * RATE_HZ:
            if voiced >= 10:
                yield np.frombuffer(b"".join(heard), dtype="<i2").astype(np.float32) / 32768
            heard, voiced = [], 0


def main() -> None:
    """Talk until interrupted."""
    recogniser = WhisperModel(str(MODELS / "whisper-base"), device="cpu", compute_type="int8")
    voice = PiperVoice.load(next((MODELS / "piper-en_US-joe-medium").glob("*.onnx")))
    frames: queue.Queue[bytes] = queue.Queue()

    def take(block: memoryview, _count: int, _times: object, _status: object) -> None:
        frames.put(bytes(block))

    def say(text: str) -> None:
        for chunk in voice.synthesize(text):
            sounddevice.play(chunk.audio_int16_array, chunk.sample_rate, blocking=True)
        while not frames.empty():  # what was heard meanwhile is its own voice
            frames.get_nowait()

    with sounddevice.RawInputStream(RATE_HZ, FRAME, channels=1, dtype="int16", callback=take):
        say(GREETING)
        questions = itertools.cycle(QUESTIONS)
        for sound in turns(frames):
            segments, _info = recogniser.transcribe(sound, language="en")
            print(" ".join(segment.text for segment in segments), flush=True)
            say(next(questions))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
