"""How loud a voice is: who is near, what to turn up, and what below it is only rumble."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.ports import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ

SILENT_DB = -100.0
"""Level of digital silence, dBFS."""


class LevelGate:
    """Tells the candidate from voices in the background by loudness, learned from the session.

    Level is what three frames of the last 0.3 s reach, dBFS: syllables count, clicks do not. A voice far
    below the candidate's usual one is somebody else. (The level of a steady background was tried too and
    helps nothing: Silero is not taken in by what is steady, and in such noise soft words stand out by 3 dB.)
    """

    FAR_DB = 13.0
    """A voice this much below the candidate's does not open a turn (its loud moments: 15 dB)..."""
    TRAILING_DB = 18.0
    """...and this much below does not continue one: people trail off at the end of a thought."""
    TRAILING_S = 1.0
    """How long they do so after something said at their usual level."""
    SYLLABLE_FRAMES = 3
    LEARN_S = 1.0
    """Speech needed before the candidate's level counts as known."""
    RISE_S = 1.0
    FALL_S = 10.0
    """The level follows a louder voice quickly and a quieter one slowly: seconds of speech."""
    RELENT_AFTER_S = 10.0
    RELENT_DB_PER_S = 0.5
    """So long after the candidate was last heard, each second of a voice turned away brings it nearer:
    somebody who leaned back for good must be heard again."""

    def __init__(self) -> None:
        self.learning = True
        """Set False while the loudspeaker plays: its echo must not pass for the candidate's voice."""
        self.reset()

    def reset(self) -> None:
        """Forget the candidate's level: another microphone is another level."""
        self.candidate_db: float | None = None
        """Usual level of the candidate's speech, None before it is known."""
        self._estimate_db = SILENT_DB
        self._heard_s = 0.0
        self._since_near_s = math.inf
        self._recent: deque[float] = deque(maxlen=round(300 / FRAME_MS))

    def hear(self, loudness_db: float, speech: bool) -> bool:
        """Whether a frame of that level, speech to the detectors or not, is the candidate's voice."""
        self._recent.append(loudness_db)
        self._since_near_s += FRAME_MS / 1000
        if not speech:
            return False
        peak_db = sorted(self._recent)[-min(self.SYLLABLE_FRAMES, len(self._recent))]
        known_db = self.candidate_db if self.candidate_db is not None else -math.inf
        near = peak_db >= known_db - self.FAR_DB
        trailing = self._since_near_s < self.TRAILING_S and peak_db >= known_db - self.TRAILING_DB
        if near:
            self._since_near_s = 0.0
        if self.learning:
            self._learn(peak_db, near)
        return near or trailing

    def _learn(self, peak_db: float, near: bool) -> None:
        step_s = FRAME_MS / 1000
        if near:
            if self._heard_s == 0:
                self._estimate_db = peak_db
            follow_s = self.RISE_S if peak_db > self._estimate_db else self.FALL_S
            self._estimate_db += (peak_db - self._estimate_db) * step_s / follow_s
            self._heard_s += step_s
        elif self._since_near_s > self.RELENT_AFTER_S:
            self._estimate_db -= self.RELENT_DB_PER_S * step_s
        if self._heard_s >= self.LEARN_S:
            self.candidate_db = self._estimate_db


class HighPass:
    """Second-order high-pass at 80 Hz on frames of 20 ms: below speech lie only rumble, hum and handling.

    The recursion over a frame's samples is one matrix product (15 us) instead of a loop.
    """

    CUT_HZ = 80.0

    def __init__(self, samples: int = FRAME_SAMPLES) -> None:
        omega = 2 * math.pi * self.CUT_HZ / SAMPLE_RATE_HZ
        alpha, cosine = math.sin(omega) / math.sqrt(2), math.cos(omega)
        b0, b1 = (1 + cosine) / 2 / (1 + alpha), -(1 + cosine) / (1 + alpha)
        a1, a2 = -2 * cosine / (1 + alpha), (1 - alpha) / (1 + alpha)
        # State space of the transposed direct form II: s' = A s + B x, y = s[0] + b0 x.
        step = np.array([[-a1, 1.0], [-a2, 0.0]])
        drive = np.array([b1 - a1 * b0, b0 - a2 * b0])
        powers = [np.eye(2)]
        for _ in range(samples):
            powers.append(step @ powers[-1])
        impulse = np.array([b0] + [(power @ drive)[0] for power in powers[: samples - 1]])
        lag = np.subtract.outer(np.arange(samples), np.arange(samples))
        self._from_input = np.where(lag >= 0, impulse[np.abs(lag)], 0.0)
        self._from_state = np.array([power[0] for power in powers[:samples]])
        self._state_from_input = np.stack([powers[samples - 1 - k] @ drive for k in range(samples)], axis=1)
        self._state_from_state = powers[samples]
        self._state = np.zeros(2)

    def filter(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """The next frame, shape (samples,) as given to the constructor, without what lies below 80 Hz."""
        out: NDArray[np.float64] = self._from_input @ samples + self._from_state @ self._state
        self._state = self._state_from_state @ self._state + self._state_from_input @ samples
        return out


class Leveller:
    """Brings speech to the level that the detectors were made for."""

    TARGET_DB = -20.0
    """Of the loudest frames, dBFS."""
    MAX_GAIN_DB = 30.0
    MIN_GAIN_DB = -10.0
    WINDOW_S = 10.0
    """How long the loudest frame counts before the candidate's level is known."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=round(self.WINDOW_S * 1000 / FRAME_MS))

    def apply(self, samples: NDArray[np.float64], loudness_db: float, candidate_db: float | None) -> bytes:
        """The frame turned up or down, as 16-bit samples."""
        self._recent.append(loudness_db)
        loud_db = max(self._recent)
        if candidate_db is not None:  # a long silence must not turn up what lies behind it
            loud_db = max(candidate_db, loud_db)
        gain_db = min(max(self.TARGET_DB - loud_db, self.MIN_GAIN_DB), self.MAX_GAIN_DB)
        turned: NDArray[np.float64] = samples * 10 ** (gain_db / 20)
        return np.clip(np.round(turned), -32768, 32767).astype("<i2").tobytes()


def level_db(samples: NDArray[np.float64]) -> float:
    """RMS level of 16-bit samples in dBFS, -100 for digital silence."""
    power = float(np.mean(samples**2)) if samples.size else 0.0
    return max(SILENT_DB, 10 * math.log10(power) - 90.309) if power > 0 else SILENT_DB
