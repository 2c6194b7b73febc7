"""What a voice sounds like, whatever it says: 256 numbers for 1.6 s of speech.

The network is Resemblyzer's voice encoder (a three-layer LSTM trained to tell speakers apart), its forward
pass in numpy; only its weights are used. Prints of one voice lie close together, of two voices apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.torch_weights import read_tensors
from voice_interviewer.core.errors import ModelError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

MODEL_ID = "resemblyzer-voice-encoder"
FILE = "pretrained.pt"
DIMENSIONS = 256
_LAYERS = 3
_FRAME, _HOP, _BANDS = 400, 160, 40
_FRAMES = 160
"""Of 10 ms that one print is made of."""
LENGTH_S = _FRAMES * _HOP / SAMPLE_RATE_HZ
_LEVEL = 10 ** (-30 / 20)
"""RMS that quieter sound is raised to, as in training."""

Floats = NDArray[np.float32]


class VoicePrints:
    """The encoder, loaded once."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds pretrained.pt. Raises ModelError."""
        tensors = read_tensors(folder / FILE, part="model_state")
        try:
            self._layers = [
                (
                    np.ascontiguousarray(tensors[f"lstm.weight_ih_l{n}"].T),
                    np.ascontiguousarray(tensors[f"lstm.weight_hh_l{n}"].T),
                    tensors[f"lstm.bias_ih_l{n}"] + tensors[f"lstm.bias_hh_l{n}"],
                )
                for n in range(_LAYERS)
            ]
            self._linear = np.ascontiguousarray(tensors["linear.weight"].T), tensors["linear.bias"]
        except KeyError as error:
            raise ModelError(
                f"{folder / FILE} lacks {error}", hint="voice-interviewer models fetch"
            ) from None

    def prints(self, samples: Samples, middles_s: NDArray[np.float64]) -> Floats:
        """One row of unit length for the 1.6 s around each time, shape (len(middles_s), 256).

        `samples` are 16 kHz; around their edges there is silence.
        """
        return self.encode(frames_around(samples, middles_s))

    def encode(self, frames: Floats) -> Floats:
        """Prints of frames, shape (n, 160, 40) to (n, 256); many at once cost far less than one by one."""
        if len(frames) == 0:
            return np.zeros((0, DIMENSIONS), np.float32)
        for into, again, bias in self._layers:
            frames = _lstm(frames @ into + bias, again)
        weight, bias = self._linear
        raw = np.maximum(frames[:, -1] @ weight + bias, 0.0)
        unit: Floats = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
        return unit


def _lstm(gates: Floats, again: Floats) -> Floats:
    """All hidden states, shape (n, steps, 256), from the inputs' share of the gates, (n, steps, 1024)."""
    count, steps, width = gates.shape[0], gates.shape[1], gates.shape[2] // 4
    hidden, cell = np.zeros((count, width), np.float32), np.zeros((count, width), np.float32)
    states = np.empty((count, steps, width), np.float32)
    for step in range(steps):
        gate = (gates[:, step] + hidden @ again).astype(np.float32)
        into, keep, fresh, out = (gate[:, n * width : (n + 1) * width] for n in range(4))
        cell = (_sigmoid(keep) * cell + _sigmoid(into) * np.tanh(fresh)).astype(np.float32)
        hidden = (_sigmoid(out) * np.tanh(cell)).astype(np.float32)
        states[:, step] = hidden
    return states


def _sigmoid(values: Floats) -> Floats:
    result: Floats = np.float32(0.5) * (np.tanh(np.float32(0.5) * values) + np.float32(1.0))
    return result


def frames_around(samples: Samples, middles_s: NDArray[np.float64]) -> Floats:
    """The 1.6 s around each time as the encoder takes them, shape (len(middles_s), 160, 40)."""
    if len(middles_s) == 0:
        return np.zeros((0, _FRAMES, _BANDS), np.float32)
    bands = np.pad(mel_bands(samples), ((_FRAMES // 2, _FRAMES), (0, 0)))
    firsts = np.clip(np.round(middles_s * SAMPLE_RATE_HZ / _HOP).astype(int), 0, len(bands) - _FRAMES)
    return np.stack([bands[first : first + _FRAMES] for first in firsts])


def mel_bands(samples: Samples) -> Floats:
    """Power in 40 bands every 10 ms, shape (frames, 40), as the encoder was trained on."""
    loudness = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    gain = max(1.0, _LEVEL / loudness) if loudness > 0 else 1.0
    padded = np.pad(samples.astype(np.float32) * np.float32(gain), _FRAME // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    spectrum = np.abs(np.fft.rfft(windows * _TAPER, axis=1)) ** 2
    bands: Floats = (spectrum @ _WEIGHTS.T).astype(np.float32)
    return bands


def _mel_weights() -> NDArray[np.float64]:
    """Slaney's bands (linear below 1 kHz, logarithmic above), each of unit area."""
    step = np.log(6.4) / 27
    top = 15 + np.log(SAMPLE_RATE_HZ / 2 / 1000) / step
    mels = np.linspace(0, top, _BANDS + 2)
    edges = np.where(mels >= 15, 1000 * np.exp(step * (mels - 15)), mels * 200 / 3)
    bins = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE_HZ)
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    weights: NDArray[np.float64] = (
        np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    )
    return weights


_WEIGHTS = _mel_weights()
_TAPER = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)).astype(np.float32)
