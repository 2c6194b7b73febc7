"""Cuts a stream of sound into windows the recogniser can take, at pauses, skipping what holds no speech.

Whisper's cost is per window more than per second, so windows are filled as far as the pauses allow. Memory
holds one window, however long the recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from voice_interviewer.adapters.acoustics import levels_db
from voice_interviewer.adapters.whisper_speech import SPEECH_AT, STEP, Chances, speech_chances
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

LONGEST_S = 29.5
EARLIEST_CUT_S = 15.0
"""A pause later than this ends a window; before it only a long silence does."""
LEAD_S = 0.25
TAIL_S = 0.4
CUT_PAUSE_S = 0.3
LONG_SILENCE_S = 3.0
_CHUNK_S = 8


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of sound that begins and ends in a pause, where there was one."""

    start_s: float
    samples: Samples
    chances: Chances
    """Of speech, per 32 ms."""


class WindowCutter:
    """Feed it blocks of any size; it yields windows that hold speech, in order."""

    def __init__(self) -> None:
        self._sound = np.zeros(0, np.float32)
        self._chances = np.zeros(0, np.float32)
        self._start = 0
        """Sample number of the first sample kept, on the file's own count."""
        self.heard_s = 0.0
        """Length of everything fed so far."""

    def windows(self, blocks: Iterable[Samples]) -> Iterator[Window]:
        """Every window of the stream."""
        for block in blocks:
            self._sound = np.concatenate([self._sound, block.astype(np.float32, copy=False)])
            self.heard_s += len(block) / SAMPLE_RATE_HZ
            self._listen(final=False)
            yield from self._cut(final=False)
        self._listen(final=True)
        yield from self._cut(final=True)

    def _listen(self, *, final: bool) -> None:
        done = len(self._chances) * STEP
        ready = len(self._sound) - done
        if not final:
            ready -= ready % (_CHUNK_S * SAMPLE_RATE_HZ // STEP * STEP)
        if ready > 0:
            fresh = speech_chances(self._sound[done : done + ready])
            self._chances = np.concatenate([self._chances, fresh])

    def _cut(self, *, final: bool) -> Iterator[Window]:
        while len(self._chances):
            onsets = np.flatnonzero(self._chances >= SPEECH_AT)
            if len(onsets) == 0:
                self._drop(len(self._chances) - (0 if final else _steps(LEAD_S)))
                return
            self._drop(int(onsets[0]) - _steps(LEAD_S))
            if len(self._chances) < _steps(LONGEST_S + LONG_SILENCE_S) and not final:
                return
            end, following = self._end()
            yield self._window(end)
            self._drop(following)

    def _end(self) -> tuple[int, int]:
        """Steps at which the window ends and the next one may begin."""
        limit = min(_steps(LONGEST_S), len(self._chances))
        pauses = _pauses(self._chances)
        for start, stop in pauses:
            if stop - start >= _steps(LONG_SILENCE_S) and start <= limit:
                return min(start + _steps(TAIL_S), limit), stop
        if len(self._chances) <= limit:
            return len(self._chances), len(self._chances)
        fit = [pause for pause in pauses if _steps(EARLIEST_CUT_S) <= pause[0] and pause[0] + 3 < limit]
        wide = [pause for pause in fit if pause[1] - pause[0] >= _steps(CUT_PAUSE_S)]
        if wide or fit:
            start, stop = wide[-1] if wide else max(fit, key=lambda pause: pause[1] - pause[0])
            middle = min((start + stop) // 2, limit)
            return middle, middle
        quietest = self._quietest(_steps(EARLIEST_CUT_S), limit)
        return quietest, quietest

    def _quietest(self, low: int, high: int) -> int:
        levels = levels_db(self._sound[low * STEP : high * STEP])
        smooth = np.convolve(levels, np.full(20, 1 / 20), mode="same")
        return low + int((smooth[10:-10].argmin() + 10) * (SAMPLE_RATE_HZ // 100) / STEP)

    def _window(self, end: int) -> Window:
        sound = self._sound[: end * STEP].copy()
        return Window(self._start / SAMPLE_RATE_HZ, sound, self._chances[:end].copy())

    def _drop(self, steps: int) -> None:
        steps = min(max(0, steps), len(self._chances))
        count = min(steps * STEP, len(self._sound))
        self._sound = self._sound[count:]
        self._chances = self._chances[steps:]
        self._start += count


def _steps(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ / STEP)


def _pauses(chances: Chances) -> list[tuple[int, int]]:
    """[start, end) steps of everything that is not speech."""
    quiet = np.concatenate([[False], chances < SPEECH_AT, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
