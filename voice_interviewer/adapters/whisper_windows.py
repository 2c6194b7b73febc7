"""Cuts a stream of sound into windows the recogniser can take, at pauses, skipping what holds no speech.

Windows of fifteen seconds: the encoder's work grows with the square of the window, and half of Whisper's own
thirty costs a quarter and was measured to read as well. Memory holds one window, however long the recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from voice_interviewer.adapters.acoustics import levels_db
from voice_interviewer.adapters.whisper_speech import (
    SPEECH_AT,
    STEP,
    Chances,
    Loudness,
    speech_chances,
    with_voices,
)
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

WINDOW_S = 15.0
LONGEST_S = 14.5
EARLIEST_CUT_S = 7.0
"""A pause later than this ends a window; before it only a long silence does."""
LEAD_S = 0.5
TAIL_S = 0.4
CUT_PAUSE_S = 0.3
LONG_SILENCE_S = 3.0
TOUCHING_S = 1.5
SHORTEST_HALVED_S = 5.0
_CHUNK_S = 8


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of sound that begins and ends in a pause, where there was one."""

    start_s: float
    samples: Samples
    chances: Chances
    """Of speech, per 32 ms."""

    @property
    def end_s(self) -> float:
        """Where it ends."""
        return self.start_s + len(self.samples) / SAMPLE_RATE_HZ

    def part(self, first: int, last: int) -> Window:
        """Steps [first, last) of it."""
        return Window(
            self.start_s + first * STEP / SAMPLE_RATE_HZ,
            self.samples[first * STEP : last * STEP],
            self.chances[first:last],
        )


def cut_up(samples: Samples, *, start_s: float = 0.0) -> list[Window]:
    """The windows of a stretch of sound that is all there."""
    return [replace(window, start_s=start_s + window.start_s) for window in WindowCutter().windows([samples])]


def shifted(windows: Sequence[Window]) -> list[Window]:
    """The same sound cut elsewhere: each window reaches from the middle of one to the middle of the next.

    A second reading with other surroundings errs elsewhere, so what both hear can be believed. Windows too
    short to be halved, standing alone, are left out.
    """
    parts: list[Window] = []
    for index, window in enumerate(windows):
        steps = len(window.chances)
        middle = _middle_pause(window.chances)
        joined = index > 0 and window.start_s - windows[index - 1].end_s < TOUCHING_S
        if steps < _steps(SHORTEST_HALVED_S) and not joined:
            continue
        head, tail = window.part(0, middle), window.part(middle, steps)
        if joined and parts:
            parts[-1] = _joined(parts[-1], head)
        else:
            parts.append(head)
        parts.append(tail)
    return parts


def _joined(before: Window, after: Window) -> Window:
    gap = max(0, round((after.start_s - before.end_s) * SAMPLE_RATE_HZ / STEP))
    samples = np.concatenate([before.samples, np.zeros(gap * STEP, np.float32), after.samples])
    surplus = max(0, len(samples) - int(WINDOW_S * SAMPLE_RATE_HZ))
    surplus += -surplus % STEP
    chances = np.concatenate([before.chances, np.zeros(gap, np.float32), after.chances])[surplus // STEP :]
    return Window(before.start_s + surplus / SAMPLE_RATE_HZ, samples[surplus:], chances)


def _middle_pause(chances: Chances) -> int:
    """The widest pause within a second and a half of the middle, else the middle."""
    middle, reach = len(chances) // 2, min(_steps(1.5), len(chances) // 4)
    pauses = [pause for pause in _pauses(chances) if abs(sum(pause) / 2 - middle) <= reach]
    if not pauses:
        return middle
    start, end = max(pauses, key=lambda pause: pause[1] - pause[0])
    return (start + end) // 2


class WindowCutter:
    """Feed it blocks of any size; it yields windows that hold speech, in order."""

    def __init__(self) -> None:
        self._sound = np.zeros(0, np.float32)
        self._chances = np.zeros(0, np.float32)
        self._loudness = Loudness()
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
            sound = self._loudness.raised(self._sound[done : done + ready])
            self._chances = np.concatenate([self._chances, with_voices(sound, speech_chances(sound))])

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
