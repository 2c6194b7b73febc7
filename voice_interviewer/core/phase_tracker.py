"""Where the candidate is in the framework: a chain over phases, read forwards live and both ways afterwards.

Each line weighs for the phases its content fits; changing the phase costs something, less to the next one
than to one further ahead or behind, and less where the line sounds like the opening of a phase. So one odd
line does not move the candidate, a clear transition does, and returns are possible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_evidence import Evidence, EvidenceReader

CHANGE_NATS = 4.0
"""What it costs to go on to the next phase."""
SKIP_NATS = 1.0
"""What it costs besides to leave out one phase."""
LEAP_NATS = 2.5
"""What it costs besides to leave out more."""
RETURN_NATS = 2.5
"""What it costs besides to go back."""
START_NATS = 4.0
"""What it costs to begin anywhere but in the first phase."""
PROMPT_NATS = 4.5
"""How much a prompt about a phase makes its answer belong there."""


@dataclass(frozen=True, slots=True)
class PhaseBelief:
    """Where the candidate is taken to be."""

    phase_id: str
    confidence: float
    probabilities: Mapping[str, float] = field(default_factory=dict)


class PhaseTracker:
    """One interview's belief, updated utterance by utterance."""

    def __init__(self, framework: Framework) -> None:
        self._ids = [phase.id for phase in framework.phases]
        self._reader = EvidenceReader(framework)
        self._costs = _costs(len(self._ids))
        self._start = [0.0] + [-START_NATS] * (len(self._ids) - 1)
        self._evidence: list[Evidence] = []
        self._forward: list[list[float]] = []

    def observe(
        self,
        text: str,
        start_s: float,
        end_s: float,
        meanings: Mapping[str, float] | None = None,
        after_prompt: str | None = None,
    ) -> PhaseBelief:
        """Take in an utterance; `meanings` are likelihoods by meaning, `after_prompt` the phase just asked
        about. The belief rests on this utterance and those before it. Times, in seconds, are not used.
        """
        del start_s, end_s
        evidence = self._reader.read(text, meanings or {})
        if after_prompt in self._ids:
            evidence = _prompted(evidence, self._ids.index(after_prompt))
        self._evidence.append(evidence)
        if self._forward:
            arrived = self._arrivals(self._forward[-1], evidence)
        else:
            arrived = [s + o for s, o in zip(self._start, evidence.opens, strict=True)]
        self._forward.append(_levelled([a + f for a, f in zip(arrived, evidence.fits, strict=True)]))
        return self._belief(self._forward[-1])

    def smoothed(self) -> list[PhaseBelief]:
        """One belief per utterance so far, each in the light of all of them: for reports and traces."""
        beliefs: list[PhaseBelief] = []
        ahead = [0.0] * len(self._ids)
        for index in range(len(self._evidence) - 1, -1, -1):
            both = [f + b for f, b in zip(self._forward[index], ahead, strict=True)]
            beliefs.append(self._belief(both))
            ahead = self._departures(ahead, self._evidence[index])
        return beliefs[::-1]

    def _arrivals(self, before: Sequence[float], evidence: Evidence) -> list[float]:
        """Weight of being in each phase, from all the phases one may have been in."""
        count = range(len(self._ids))
        return [_sum([before[a] + self._step(a, b, evidence) for a in count]) for b in count]

    def _departures(self, after: Sequence[float], evidence: Evidence) -> list[float]:
        """Weight of what follows, for each phase one may have been in before this line."""
        count = range(len(self._ids))
        there = [after[b] + evidence.fits[b] for b in count]
        return _levelled([_sum([there[b] + self._step(a, b, evidence) for b in count]) for a in count])

    def _step(self, origin: int, target: int, evidence: Evidence) -> float:
        opening = evidence.opens[target] if target != origin else 0.0
        return opening - self._costs[origin][target]

    def _belief(self, weights: Sequence[float]) -> PhaseBelief:
        total = _sum(weights)
        shares = [math.exp(weight - total) for weight in weights]
        best = max(range(len(shares)), key=shares.__getitem__)
        return PhaseBelief(self._ids[best], shares[best], dict(zip(self._ids, shares, strict=True)))


def _costs(count: int) -> list[list[float]]:
    """Nats of going from each phase (row) to each (column)."""

    def cost(origin: int, target: int) -> float:
        if origin == target:
            return 0.0
        if target < origin:
            return CHANGE_NATS + RETURN_NATS
        extra = {1: 0.0, 2: SKIP_NATS}.get(target - origin, LEAP_NATS)
        return CHANGE_NATS + extra

    return [[cost(origin, target) for target in range(count)] for origin in range(count)]


def _prompted(evidence: Evidence, asked: int) -> Evidence:
    opens = tuple(value + PROMPT_NATS * (index == asked) for index, value in enumerate(evidence.opens))
    fits = tuple(value + PROMPT_NATS / 2 * (index == asked) for index, value in enumerate(evidence.fits))
    return Evidence(fits, opens)


def _sum(weights: Sequence[float]) -> float:
    """Log of the sum of exponentials."""
    top = max(weights)
    return top + math.log(sum(math.exp(weight - top) for weight in weights))


def _levelled(weights: Sequence[float]) -> list[float]:
    """Shifted so that they do not drift out of range over an hour."""
    total = _sum(weights)
    return [weight - total for weight in weights]
