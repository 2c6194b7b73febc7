"""Who said which word, where two people share one channel: two voices told apart by their prints.

Prints every half second of speech are parted into the two groups that lie furthest apart; the words then go
to the voice they sound more like, a change of voice being likely in a pause and unlikely between two words.
Two people at once cannot be parted: the louder one has the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.voice_prints import VoicePrints, frames_around
from voice_interviewer.adapters.whisper_speech import STEP_S
from voice_interviewer.adapters.whisper_windows import Window
from voice_interviewer.core.speech import Word

EVERY_S = 0.5
"""Distance of the prints."""
SPOKEN_SHARE = 0.5
"""So much of the second around a print must be speech for it to count."""
PAUSE_S = 0.25
CHANGE_IN_PAUSE, CHANGE_IN_SPEECH = 0.05, 0.4
"""What must outweigh a change of voice: seconds of speech times how much more alike the other one is."""
ONE_VOICE_ALIKE = 0.9
"""Cosine between the groups' means from which on there is but one voice."""
LEAST_SHARE = 0.04
"""A second voice with less of the speech is none."""
AT_ONCE = 96
"""Prints that are made together."""
ROUNDS = 40

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parted:
    """Words of two voices; `second` is empty where only one could be told."""

    first: tuple[Word, ...]
    """Of the voice that speaks first."""
    second: tuple[Word, ...]
    alike: float
    """Cosine between the two voices' mean prints."""


class TwoVoices:
    """Takes the windows of a recording one after the other; then parts its words."""

    def __init__(self, prints: VoicePrints) -> None:
        self._prints = prints
        self._at_s: list[float] = []
        self._rows: list[Floats] = []
        self._waiting: list[Floats] = []

    def hear(self, window: Window) -> None:
        """One more stretch of sound, in order of time."""
        middles_s = np.array(list(_spoken(window)))
        self._waiting.extend(frames_around(window.samples, middles_s - window.start_s))
        self._at_s += middles_s.tolist()
        if len(self._waiting) >= AT_ONCE:
            self._encode()

    def _encode(self) -> None:
        if self._waiting:
            self._rows.append(self._prints.encode(np.stack(self._waiting)))
            self._waiting = []

    def part(self, words: Sequence[Word]) -> Parted:
        """Who said which of the words."""
        self._encode()
        at_s, rows = np.array(self._at_s), np.concatenate([*self._rows, np.zeros((0, 256), np.float32)])
        means = two_groups(rows)
        if means is None:
            return Parted(tuple(words), (), 1.0)
        alike = float(means[0] @ means[1])
        leaning = rows @ (means[0] - means[1])
        share = float((leaning > 0).mean())
        if alike >= ONE_VOICE_ALIKE or min(share, 1 - share) < LEAST_SHARE:
            return Parted(tuple(words), (), alike)
        voices: tuple[list[Word], list[Word]] = ([], [])
        for word, voice in zip(words, voices_of(words, at_s, leaning), strict=True):
            voices[voice].append(word)
        one, other = sorted(voices, key=lambda own: own[0].start_s if own else np.inf)
        return Parted(tuple(one), tuple(other), alike)


def _spoken(window: Window) -> Iterator[float]:
    """Times of prints: where there is speech around."""
    reach = round(0.5 / STEP_S)
    for number in range(int((window.end_s - window.start_s) / EVERY_S) + 1):
        step = round(number * EVERY_S / STEP_S)
        around = window.chances[max(0, step - reach) : step + reach]
        if len(around) and float((around >= 0.5).mean()) >= SPOKEN_SHARE:
            yield window.start_s + number * EVERY_S


def two_groups(rows: Floats) -> Floats | None:
    """Mean prints of the two groups, of unit length, shape (2, 256); None where there are too few rows.

    Means are moved from several beginnings, the two rows least alike among them; the tightest pair wins.
    """
    if len(rows) < 4:
        return None
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), 400)).astype(int)]
    apart = np.unravel_index(int(np.argmin(some @ some.T)), (len(some), len(some)))
    chosen = np.random.default_rng(0)
    begin = [some[list(apart)], *(some[chosen.choice(len(some), 2, replace=False)] for _ in range(8))]
    tried = [_settled(rows, means) for means in begin]
    return max(tried, key=lambda means: float((rows @ means.T).max(axis=1).sum()))


def _settled(rows: Floats, means: Floats) -> Floats:
    for _ in range(ROUNDS):
        nearest = (rows @ means.T).argmax(axis=1)
        if not 0 < nearest.sum() < len(rows):
            return means
        moved = np.stack([rows[nearest == group].sum(axis=0) for group in (0, 1)])
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        if np.allclose(moved, means, atol=1e-6):
            break
        means = moved
    return means


def voices_of(words: Sequence[Word], at_s: NDArray[np.float64], leaning: Floats) -> list[int]:
    """0 or 1 for each word: the likeliest course of voices, changes paid for (Viterbi)."""
    if not words:
        return []
    middles_s = np.array([(word.start_s + word.end_s) / 2 for word in words])
    lengths_s = np.array([max(0.05, word.end_s - word.start_s) for word in words])
    gains = np.interp(middles_s, at_s, leaning) * lengths_s / 2
    score = np.array([gains[0], -gains[0]])
    came: list[NDArray[np.intp]] = []
    for index in range(1, len(words)):
        price = _price(words[index - 1], words[index])
        options = np.array([[score[0], score[1] - price], [score[0] - price, score[1]]])
        came.append(options.argmax(axis=1))
        score = options.max(axis=1) + np.array([gains[index], -gains[index]])
    course = [int(score.argmax())]
    for step in reversed(came):
        course.append(int(step[course[-1]]))
    return course[::-1]


def _price(before: Word, word: Word) -> float:
    rests = word.start_s - before.end_s >= PAUSE_S or before.text.endswith((".", "?", "!"))
    return CHANGE_IN_PAUSE if rests else CHANGE_IN_SPEECH
