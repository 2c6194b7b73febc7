"""What a sign is worth for this candidate: how often it stood at their pauses, and how often at their ends.

Some fall at every pause as if they were done, some never do; synthetic voices do it always. A sign that is
seen at all of somebody's pauses tells nothing about their ends. Counting starts from everybody's shares, as
if so many pauses and ends had been seen already; the worth of a sign is the logarithm of its likelihood
ratio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Share:
    """How often a sign is seen, before anything is known of the candidate; 0 to 1."""

    at_ends: float
    at_pauses: float


@dataclass(slots=True)
class Leaning:
    """Counts one kind of sign, whose values exclude each other."""

    shares: Mapping[str, Share]
    """By value; what is missing here is worth nothing and not counted."""
    weight: float = 16.0
    """Everybody's shares count as much as so many of the candidate's own pauses, and as many ends."""
    _pauses: dict[str, int] = field(default_factory=dict)
    _ends: dict[str, int] = field(default_factory=dict)

    def seen_at_pause(self, value: str) -> None:
        """The candidate went on after it."""
        self._pauses[value] = self._pauses.get(value, 0) + 1

    def seen_at_end(self, value: str) -> None:
        """The candidate let the interviewer speak after it."""
        self._ends[value] = self._ends.get(value, 0) + 1

    def points(self, value: str) -> float:
        """Logarithm of how much likelier the sign is at an end than at a pause of theirs."""
        share = self.shares.get(value)
        if share is None:
            return 0.0
        at_ends = self._share(share.at_ends, self._ends, value)
        return math.log(at_ends / self._share(share.at_pauses, self._pauses, value))

    def _share(self, before: float, counts: Mapping[str, int], value: str) -> float:
        return (before * self.weight + counts.get(value, 0)) / (self.weight + sum(counts.values()))
