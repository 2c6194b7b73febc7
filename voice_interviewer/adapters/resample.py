"""Streaming change of sample rate for mono 16-bit sound, by FFmpeg's resampler."""

from __future__ import annotations

from typing import Any

import av
import numpy as np

from voice_interviewer.ports import Pcm16


class Resampler:
    """Feeds of any length in, feeds at the other rate out; nothing is lost at the joints.

    Keeps a fraction of a millisecond back until `flush`. The identity where the rates are equal.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        if from_hz <= 0 or to_hz <= 0:
            raise ValueError(f"sample rates must be positive: {from_hz} -> {to_hz}")
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._resampler = self._new()

    def _new(self) -> Any:
        if self.from_hz == self.to_hz:
            return None
        return av.AudioResampler(format="s16", layout="mono", rate=self.to_hz)

    def feed(self, pcm: Pcm16) -> Pcm16:
        """The next stretch, shape (samples,), at the new rate; may be empty."""
        if self._resampler is None or pcm.size == 0:
            return pcm
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(pcm).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = self.from_hz
        return _joined(self._resampler.resample(frame))

    def flush(self) -> Pcm16:
        """What was kept back; the next feed begins afresh."""
        if self._resampler is None:
            return np.zeros(0, dtype=np.int16)
        rest = _joined(self._resampler.resample(None))
        self._resampler = self._new()
        return rest


def _joined(frames: list[Any]) -> Pcm16:
    pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16)
