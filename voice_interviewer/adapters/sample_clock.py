"""Where recorded blocks belong on the machine's clock, how much was lost on the way, and frames of it all.

A device only ever hands over samples. As long as none is lost, counting them is the best clock there is. When
some are lost - the processor was busy, the server moved the stream to another microphone - counting alone
would shift everything said later. The time of arrival tells: a block comes late, never early, so the earliest
arrivals of a stretch, compared with the samples counted, show a loss as a lasting step.
"""

from __future__ import annotations

import math
from collections import deque

from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import FRAME_SAMPLES, Pcm16

STEP_BLOCKS = 5
"""Arrivals looked at together: a late block is followed by quick ones, so their earliest is what counts."""
LOSS_S = 0.08
"""A lasting step of this much is a loss; less is jitter of the sound server's buffers."""
STEADY_S = 0.02
"""Two stretches that agree this well show that a backlog is no longer being worked off."""
DRIFT_PER_S = 2e-4
"""Crystals of sound cards are off by up to 0.1 parts in a thousand; twice that is followed."""


class SampleClock:
    """Counts the sound of a microphone, in seconds, against the times at which its blocks arrived."""

    def __init__(self) -> None:
        self.position_s = 0.0
        """Seconds of sound so far, losses included."""
        self.epoch_s = math.inf
        """When second 0 was recorded, on the clock of the arrival times; inf before the first block."""
        self._last_arrival_s = 0.0
        self._lags_s: deque[float] = deque(maxlen=2 * STEP_BLOCKS)

    def arrived(self, duration_s: float, at_s: float) -> float:
        """Count a block that arrived at `at_s`; returns the seconds now known to be missing before it.

        The position includes what is missing. A loss is noticed up to ten blocks after it happened.
        """
        self.position_s += duration_s
        lag_s = at_s - self.position_s
        if self.epoch_s != math.inf:
            self.epoch_s += max(0.0, at_s - self._last_arrival_s) * DRIFT_PER_S
        self._last_arrival_s = at_s
        self.epoch_s = min(self.epoch_s, lag_s)
        self._lags_s.append(lag_s)
        missing_s = self._unnoticed_loss_s()
        self.position_s += missing_s
        return missing_s

    def skip(self, seconds: float) -> None:
        """Count sound known to be missing."""
        self.position_s += seconds
        self._lags_s.clear()

    def _unnoticed_loss_s(self) -> float:
        if len(self._lags_s) < 2 * STEP_BLOCKS:
            return 0.0
        lags_s = list(self._lags_s)
        earlier_s, later_s = min(lags_s[:STEP_BLOCKS]), min(lags_s[STEP_BLOCKS:])
        if min(earlier_s, later_s) - self.epoch_s < LOSS_S or abs(later_s - earlier_s) > STEADY_S:
            return 0.0
        self._lags_s.clear()
        return later_s - self.epoch_s

    def silence_before_s(self, arrivals: list[tuple[float, float]]) -> float:
        """How long no sound came, given (duration_s, at_s) of the first blocks after it; does not count them.

        Several are needed: the first ones after opening a device are often late and come in a bunch.
        """
        if self.epoch_s == math.inf or not arrivals:
            return 0.0
        sound_s = 0.0
        earliest_s = math.inf
        for duration_s, at_s in arrivals:
            sound_s += duration_s
            earliest_s = min(earliest_s, at_s - sound_s)
        return max(0.0, earliest_s - self.epoch_s - self.position_s)


class FrameAssembler:
    """Cuts sound and silence of any length into frames on one sample counter.

    Silence is kept as a number, so that an hour of it takes no memory.
    """

    def __init__(self) -> None:
        self.next_sample = 0
        """Position of the next frame's first sample."""
        self._parts: deque[Pcm16 | int] = deque()
        self._buffer = bytearray()

    @property
    def end_sample(self) -> int:
        """Position after everything added so far."""
        waiting = sum(part if isinstance(part, int) else part.size for part in self._parts)
        return self.next_sample + len(self._buffer) // 2 + waiting

    def add(self, pcm: Pcm16) -> None:
        """Append 16 kHz mono sound, shape (samples,)."""
        if pcm.size:
            self._parts.append(pcm)

    def add_silence(self, samples: int) -> None:
        """Append zeros."""
        if samples > 0:
            self._parts.append(samples)

    def next(self) -> Frame | None:
        """The next whole frame, None when there is not enough for one."""
        wanted = 2 * FRAME_SAMPLES
        while len(self._buffer) < wanted and self._parts:
            part = self._parts[0]
            room = (wanted - len(self._buffer)) // 2
            size = part if isinstance(part, int) else part.size
            if isinstance(part, int):
                self._buffer += bytes(2 * min(room, size))
            else:
                self._buffer += part[:room].astype("<i2", copy=False).tobytes()
            if size <= room:
                self._parts.popleft()
            else:
                self._parts[0] = part - room if isinstance(part, int) else part[room:]
        if len(self._buffer) < wanted:
            return None
        frame = Frame(self.next_sample, bytes(self._buffer[:wanted]))
        del self._buffer[:wanted]
        self.next_sample += FRAME_SAMPLES
        return frame

    def pad(self) -> None:
        """Fill the last, unfinished frame with zeros."""
        rest = self.end_sample % FRAME_SAMPLES
        if rest:
            self.add_silence(FRAME_SAMPLES - rest)
