"""How long this candidate's pauses are: what a silence of so many seconds says, and how long it must be to
say so much.

A silence that outlasts the candidate's pauses speaks for the end of the turn: if only one in twenty lasts
that long, by the logarithm of twenty. Everybody's pauses get rarer with their length by a constant factor a
second (docs/turn-taking.md); the candidate's own are counted beside these, everybody's weighing as much as
`weight` of them. Who never yet paused for three seconds is waited for little beyond that; who often does,
until then.
"""

from __future__ import annotations

import math
from collections import deque

KEPT = 60
"""The candidate's last so many pauses: people warm up."""


class KnownPauses:
    """Lengths in seconds; those shorter than `pause_s` are not kept."""

    def __init__(self, pause_s: float, weight: float) -> None:
        self._pause_s = pause_s
        self._weight = weight
        self._kept: deque[float] = deque(maxlen=KEPT)

    def add(self, length_s: float) -> None:
        """A pause after which the candidate went on."""
        if length_s >= self._pause_s:
            self._kept.append(length_s)

    def outlasting_s(self, points: float, tau_s: float) -> float:
        """Length in seconds that only one pause in exp(`points`) reaches, `pause_s` where that is none.

        Everybody's are reached by exp(-(length - pause_s) / tau_s) of them. The share of both together only
        falls with the length, so the first stretch between two known pauses in which it is low enough has it.
        """
        allowed = math.exp(-points) * (len(self._kept) + self._weight)
        ends = [*sorted(self._kept), math.inf]
        for passed, end_s in enumerate(ends):
            usual = (allowed - (len(self._kept) - passed)) / self._weight
            if usual <= 0.0:
                continue
            length_s = self._pause_s - tau_s * min(0.0, math.log(usual))
            begin_s = ends[passed - 1] if passed else self._pause_s
            if length_s < end_s:
                return max(begin_s, length_s)
        raise AssertionError("the last stretch has no end")
