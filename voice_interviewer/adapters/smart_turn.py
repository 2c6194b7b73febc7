"""The prosody model's opinion on a pause: Smart Turn v3.2, an ONNX file, on one thread.

It hears the last eight seconds of the turn as a Whisper-style log-mel spectrogram and says how likely the
turn is complete. On real mid-turn pauses it errs often enough to be a vote, never a judge
(docs/turn-taking.md).
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.errors import ModelError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

MODEL_FILE = "smart-turn-v3.2-cpu.onnx"
WINDOW_S = 8
_WINDOW_SAMPLES = WINDOW_S * SAMPLE_RATE_HZ
_FFT_SAMPLES = 400
_HOP_SAMPLES = 160
_MELS = 80
_Floats = NDArray[np.float64]


def _hz_to_mel(hz: _Floats) -> _Floats:
    """Slaney's scale: linear to 1 kHz (15 mel), logarithmic above."""
    above = 15.0 + 27.0 * np.log(np.maximum(hz, 1000.0) / 1000.0) / np.log(6.4)
    return np.where(hz < 1000.0, hz * 0.015, above)


def _mel_to_hz(mel: _Floats) -> _Floats:
    above = 1000.0 * np.exp((np.maximum(mel, 15.0) - 15.0) * np.log(6.4) / 27.0)
    return np.where(mel < 15.0, mel / 0.015, above)


@cache
def mel_filters() -> _Floats:
    """Triangles of equal area between mel-spaced corners; shape (80, 201)."""
    top_mel = float(_hz_to_mel(np.array([SAMPLE_RATE_HZ / 2]))[0])
    corners_hz = _mel_to_hz(np.linspace(0.0, top_mel, _MELS + 2))
    bins_hz = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _FFT_SAMPLES // 2 + 1)
    left, centre, right = corners_hz[:-2, None], corners_hz[1:-1, None], corners_hz[2:, None]
    rising = (bins_hz - left) / (centre - left)
    falling = (right - bins_hz) / (right - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * 2.0 / (right - left), dtype=np.float64)


def last_window(samples: Samples) -> Samples:
    """The last eight seconds, zeros in front when there is less; shape (128000,)."""
    samples = samples[-_WINDOW_SAMPLES:]
    return np.pad(samples, (_WINDOW_SAMPLES - samples.size, 0))


def log_mel(window: Samples) -> NDArray[np.float32]:
    """Log-mel spectrogram of 8 s of 16-kHz samples, as the model was trained on; shape (80, 800).

    The wave is brought to zero mean and unit variance first, so loudness does not matter.
    """
    wave = window.astype(np.float32)
    wave = (wave - wave.mean()) / np.sqrt(wave.var() + np.float32(1e-7))
    padded = np.pad(wave.astype(np.float64), _FFT_SAMPLES // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SAMPLES)[::_HOP_SAMPLES][:-1]
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_FFT_SAMPLES) / _FFT_SAMPLES)
    power = np.abs(np.fft.rfft(frames * hann, axis=1)) ** 2
    mel = np.log10(np.maximum(mel_filters() @ power.T, 1e-10))
    mel = np.maximum(mel, mel.max() - 8.0)
    return np.asarray((mel + 4.0) / 4.0, dtype=np.float32)


class SmartTurnVote:
    """Implements the TurnVote port; loaded when it is first asked, or by `warm_up`."""

    def __init__(self, model_folder: Path) -> None:
        """Raises ModelError when the file is missing."""
        self._path = model_folder / MODEL_FILE
        if not self._path.is_file():
            raise ModelError(
                f"the turn model is missing: {self._path}", hint="run: voice-interviewer models fetch"
            )
        self._lock = threading.Lock()
        self._session: Any = None

    def warm_up(self) -> None:
        """Load the model. Raises ModelError when the file is not the model."""
        self._loaded()

    def _loaded(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = _load(self._path)
            return self._session

    def probability(self, samples: Samples) -> float:
        """That the turn is complete, 0 to 1, for 16-kHz `samples` of it, ending at the pause.

        Only the last eight seconds count; a little silence at the end (0.2 s) is what it was trained on.
        Raises ModelError when the file is not the model.
        """
        if samples.size == 0:
            return 0.0
        features = log_mel(last_window(samples))[None]
        outputs = self._loaded().run(None, {"input_features": features})
        return float(np.asarray(outputs[0]).reshape(-1)[0])


def _load(path: Path) -> Any:
    # The interviewer's first word must not wait for this library.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread: the vote must not take the recogniser's cores, and 0.15 s is soon enough.
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises its own, undocumented classes
        raise ModelError(
            f"the turn model cannot be loaded: {path}", hint="run: voice-interviewer models verify"
        ) from error
