"""The voice: Piper, one chunk a sentence."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from voice_interviewer.core.errors import ModelError
from voice_interviewer.ports import AudioChunk

SENTENCE_GAP_S = 0.12
"""Piper's sentences end abruptly; a breath between them sounds natural."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")


class PiperVoice:
    """Implements `ports.Voice`. The weights are loaded at first use, or by `warm_up`."""

    def __init__(
        self, model_folder: Path, *, speed: float = 1.0, pitch: float = 1.0, threads: int = 2
    ) -> None:
        self._folder = model_folder
        self._speed = speed
        self._pitch = pitch
        self._threads = threads
        self._voice: Any = None
        self._rate_hz: int | None = None
        self._lock = threading.Lock()

    @property
    def sample_rate_hz(self) -> int:
        """Of the chunks; known without loading the weights. Raises ModelError."""
        if self._rate_hz is None:
            self._rate_hz = round(_rate_of(self._folder) * self._pitch)
        return self._rate_hz

    def warm_up(self) -> None:
        """Load and speak a syllable, so that the first prompt does not wait. Raises ModelError."""
        for _ in self.synthesise("Hm."):
            pass

    def synthesise(self, text: str) -> Iterator[AudioChunk]:
        """One chunk a sentence. Raises ModelError."""
        voice = self._loaded()
        for sentence in _SENTENCE.split(text.strip()):
            if any(character.isalnum() for character in sentence):
                yield self._sentence(voice, sentence)

    def _sentence(self, voice: Any, sentence: str) -> AudioChunk:
        from piper import SynthesisConfig

        config = SynthesisConfig(length_scale=1.0 / self._speed)
        rate_hz = self.sample_rate_hz
        try:
            pieces = [chunk.audio_int16_array for chunk in voice.synthesize(sentence, syn_config=config)]
        except Exception as error:  # onnxruntime and the phonemiser raise their own, undocumented classes
            raise ModelError(f"the voice could not say {sentence[:40]!r}: {error}") from error
        gap = np.zeros(round(SENTENCE_GAP_S * rate_hz), dtype=np.int16)
        return AudioChunk(np.concatenate([*pieces, gap]), rate_hz, sentence)

    def _loaded(self) -> Any:
        with self._lock:
            if self._voice is None:
                self._voice = _load(self._folder, self._threads)
            return self._voice


def _rate_of(folder: Path) -> int:
    try:
        config = next(iter(sorted(folder.glob("*.onnx.json"))))
        return int(json.loads(config.read_text(encoding="utf-8"))["audio"]["sample_rate"])
    except (StopIteration, OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"no usable voice in {folder}: {error}", hint="run: voice-interviewer models fetch"
        ) from None


def _load(folder: Path, threads: int) -> Any:
    models = sorted(folder.glob("*.onnx"))
    if not models:
        raise ModelError(f"no voice in {folder}", hint="run: voice-interviewer models fetch")
    try:
        import onnxruntime
        from piper import PiperVoice as Voice
        from piper.config import PiperConfig

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Idle threads that spin would eat the recogniser's processor time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(models[0]), sess_options=options, providers=["CPUExecutionProvider"]
        )
        config = json.loads(Path(f"{models[0]}.json").read_text(encoding="utf-8"))
        return Voice(session=session, config=PiperConfig.from_dict(config))
    except Exception as error:
        raise ModelError(
            f"cannot load the voice {models[0].name}: {error}", hint="run: voice-interviewer models verify"
        ) from error
