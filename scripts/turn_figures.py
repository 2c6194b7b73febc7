"""What two recordings tell about turn-taking: who spoke when, who cut whom off, how long it took."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
FRAME = RATE_HZ // 100
MERGE_S = 0.5
"""Silences shorter than this lie inside a prompt."""
REPLY_LIMIT_S = 12.0
"""A reply later than this is none."""
SHORTEST_PAUSE_S = 0.5
"""Cut-offs are counted over pauses from here up."""

Pcm = NDArray[np.int16]


def sounding(pcm: Pcm, threshold: int = 100) -> NDArray[np.bool_]:
    """Per 10 ms: is there sound?"""
    frames = pcm[: pcm.size // FRAME * FRAME].reshape(-1, FRAME).astype(np.int32)
    loud: NDArray[np.bool_] = np.abs(frames).max(axis=1) > threshold
    return loud


def spans(loud: NDArray[np.bool_], merge_s: float = MERGE_S) -> list[tuple[float, float]]:
    """Stretches of sound, seconds, with short silences inside."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    found: list[tuple[float, float]] = []
    for start, end in zip(edges[::2] / 100, edges[1::2] / 100, strict=True):
        if found and start - found[-1][1] < merge_s:
            found[-1] = (found[-1][0], float(end))
        else:
            found.append((float(start), float(end)))
    return found


def locate(needle: Pcm, haystack: Pcm, near_s: float, within_s: float = 3.0) -> tuple[float, float]:
    """Where a known sound lies in a recording, seconds, and how well it fits there (0 to 1)."""
    first = max(0, round((near_s - 0.5) * RATE_HZ))
    part = haystack[first : first + needle.size + round((within_s + 0.5) * RATE_HZ)].astype(np.float64)
    known = needle.astype(np.float64)
    if part.size < known.size:
        return near_s, 0.0
    size = 1 << (part.size + known.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(known, size)), size)
    lag = int(product[: part.size - known.size + 1].argmax())
    there = part[lag : lag + known.size]
    fit = float(np.dot(there, known) / (np.linalg.norm(there) * np.linalg.norm(known) + 1e-9))
    return (first + lag) / RATE_HZ, fit


@dataclass(frozen=True)
class TurnFigures:
    """One answer of the robot and what the interviewer did."""

    pauses: int
    """Pauses of half a second and more that the robot made before it ended or was cut off."""
    cut_off: bool
    cut_after_s: float
    """Length of silence at which it was cut off; 0 if it was not."""
    reply_gap_s: float | None
    """From the end of the last word to the first sound; None when there was no reply, or a cut-off."""
    broken_off: bool
    """The reply stopped by itself within two seconds and began anew."""


def judge_answer(
    pieces: list[tuple[float, float]], prompts: list[tuple[float, float]], until_s: float
) -> TurnFigures:
    """Judge one answer by its pieces and the loudspeaker's prompts, all on one clock.

    `until_s` is when the robot spoke next: later prompts do not belong here.
    """
    begin_s, end_s = pieces[0][0], pieces[-1][1]
    cut = next((p for p in prompts if begin_s + 0.1 < p[0] < end_s - 0.05), None)
    gaps = [(a[1], b[0]) for a, b in itertools.pairwise(pieces)]
    if cut is not None:
        begun = [gap for gap in gaps if gap[1] - gap[0] >= SHORTEST_PAUSE_S and gap[0] < cut[0]]
        last_word_s = max((gap[0] for gap in gaps if gap[0] < cut[0]), default=cut[0])
        return TurnFigures(max(1, len(begun)), True, cut[0] - last_word_s, None, False)
    pauses = sum(1 for gap in gaps if gap[1] - gap[0] >= SHORTEST_PAUSE_S)
    replies = [p for p in prompts if end_s - 0.05 <= p[0] < min(until_s, end_s + REPLY_LIMIT_S)]
    if not replies:
        return TurnFigures(pauses, False, 0.0, None, False)
    first = replies[0]
    alone = len(replies) > 1 and replies[1][0] - first[1] < 2.5
    broken = alone and first[1] - first[0] < 0.25  # not even an 'Okay.'
    return TurnFigures(pauses, False, 0.0, max(0.0, first[0] - end_s), broken)


def silent_after(loud: NDArray[np.bool_], at_s: float, quiet_s: float = 0.4) -> float | None:
    """How long after `at_s` the loudspeaker falls silent for `quiet_s`; None when it never does."""
    need = round(quiet_s * 100)
    first = round(at_s * 100)
    run = 0
    for index in range(first, loud.size):
        run = 0 if loud[index] else run + 1
        if run == need:
            return max(0.0, (index - need + 1 - first) / 100)
    return None


def percentile(values: list[float], share: float) -> float:
    """A percentile, NaN for no values."""
    return float(np.percentile(values, share)) if values else float("nan")
