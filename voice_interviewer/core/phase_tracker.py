"""Where the candidate is in the framework: a chain over phases, read forwards live and both ways afterwards.

Each line weighs for the phases its content fits; changing the phase costs something, less to the next one
than to one further ahead or behind, and less where the line sounds like the opening of a phase. So one odd
line does not move the candidate, a clear transition does, and returns are possible.

How much a change costs follows from the number of lines: a talk passes through its phases once or a little
more, be it told in ten lines or in eight hundred.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_evidence import Evidence, EvidenceReader

CHANGE_PER_LOG_LINES = 1.3
CHANGE_OFFSET_NATS = 3.2
"""Going on to the next phase costs 1.3 ln(lines) - 3.2, found by cross-validation on talks of 7 to 700 lines:
the more lines there are, the fewer of them change the phase, and the more of them look as if they did."""
LIVE_LINES = 40
"""Live nobody knows how many lines are to come; at least as many are reckoned with."""
SKIP_NATS = 1.0
"""What it costs besides to leave out one phase."""
LEAP_NATS = 2.5
"""What it costs besides to leave out more."""
RETURN_NATS = 2.5
"""What it costs besides to go back."""
START_NATS = 4.0
"""What it costs to begin anywhere but in the first phase."""
SURENESS = 2 / 3
"""Confidence is what is left of the weights at this share: heads trained on some people's manners of speaking
are too sure of others' (measured by training on one half of the interviews and looking at the other)."""
PROMPT_NATS = 4.5
"""How much a prompt about a phase makes its answer belong there."""
LOOK_BACK = 2
"""Live a line's phase is settled when as many more are known: an opening is often noticed a line late."""
PLACE_SHARE = 0.08
"""How much it counts, afterwards, where in the talk a line stands; found, as the width, by cross-validation
on talks as they are, with introductions and feedback around them, with phases stretched and cut short,
with lines misjudged. More would help where lines are judged badly, and harm talks that end early.
"""
PLACE_WIDTH = 0.12
"""How far talks differ in where one phase gives way to the next, as a share of the talk."""
PLACE_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class PhaseBelief:
    """Where the candidate is taken to be."""

    phase_id: str
    confidence: float
    """How often such a belief is right, 0 to 1: below the probability where that is too sure."""
    probabilities: Mapping[str, float] = field(default_factory=dict)


class PhaseTracker:
    """One interview's belief, updated utterance by utterance."""

    def __init__(self, framework: Framework) -> None:
        self._ids = [phase.id for phase in framework.phases]
        self._reader = EvidenceReader(framework)
        self._extra = _extra_costs(len(self._ids))
        self._start = [0.0] + [-START_NATS] * (len(self._ids) - 1)
        self._shares = [phase.usual_share for phase in framework.phases]
        self._evidence: list[Evidence] = []
        self._words: list[int] = []
        self._starts_s: list[float] = []
        self._live: list[list[float]] = []
        """Weights of the last lines, each as it was judged when it was the last."""

    def observe(
        self,
        text: str,
        start_s: float,
        end_s: float,
        meanings: Mapping[str, float] | None = None,
        after_prompt: str | None = None,
    ) -> PhaseBelief:
        """Take in an utterance; `meanings` are likelihoods by meaning, `after_prompt` the phase just asked
        about. The belief rests on this utterance and those before it. Times are in seconds; they are not
        judged by.
        """
        del end_s
        evidence = self._reader.read(text, meanings or {})
        if after_prompt in self._ids:
            evidence = _prompted(evidence, self._ids.index(after_prompt))
        self._evidence.append(evidence)
        self._words.append(max(1, len(text.split())))
        self._starts_s.append(start_s)
        change = change_nats(max(LIVE_LINES, len(self._evidence)))
        self._live.append(self._taken_in(self._live[-1] if self._live else [], evidence, change))
        del self._live[: -LOOK_BACK - 1]
        return self._belief(self._live[-1])

    def recent(self) -> list[PhaseBelief]:
        """The last utterances, LOOK_BACK + 1 at most, in order, each in the light of those after it."""
        change = change_nats(max(LIVE_LINES, len(self._evidence)))
        return self._looking_back(self._live, self._evidence[len(self._evidence) - len(self._live) :], change)

    def opened_s(self) -> float:
        """When the stretch in the present phase began, looking back no further than `recent` does. Call it
        after `observe`.
        """
        recent = self.recent()
        count = 1
        while count < len(recent) and recent[-1 - count].phase_id == recent[-1].phase_id:
            count += 1
        return self._starts_s[-count]

    def smoothed(self) -> list[PhaseBelief]:
        """One belief per utterance so far, each in the light of all of them: for reports and traces."""
        change = change_nats(len(self._evidence))
        placed = list(self._placed())
        forward: list[list[float]] = []
        for evidence in placed:
            forward.append(self._taken_in(forward[-1] if forward else [], evidence, change))
        return self._looking_back(forward, placed, change)

    def _looking_back(
        self, forward: Sequence[Sequence[float]], evidence: Sequence[Evidence], change: float
    ) -> list[PhaseBelief]:
        """Beliefs from the weights of lines by what came before them, and the evidence of those after."""
        beliefs: list[PhaseBelief] = []
        ahead = [0.0] * len(self._ids)
        for weights, one in zip(reversed(forward), reversed(evidence), strict=True):
            beliefs.append(self._belief([w + a for w, a in zip(weights, ahead, strict=True)]))
            ahead = self._departures(ahead, one, change)
        return beliefs[::-1]

    def _placed(self) -> Iterator[Evidence]:
        """Each line's evidence, and besides how usual each phase is where in the talk it stands."""
        total = sum(self._words)
        said = 0
        for evidence, words in zip(self._evidence, self._words, strict=True):
            usual = place_nats(self._shares, (said + words / 2) / total)
            said += words
            fits = tuple(f + PLACE_SHARE * u for f, u in zip(evidence.fits, usual, strict=True))
            yield Evidence(fits, evidence.opens)

    def _taken_in(self, before: Sequence[float], evidence: Evidence, change: float) -> list[float]:
        """Weight of being in each phase at this line, from all the phases one may have been in."""
        count = range(len(self._ids))
        if before:
            come = [_sum([before[a] + self._step(a, b, evidence, change) for a in count]) for b in count]
        else:
            come = [s + o for s, o in zip(self._start, evidence.opens, strict=True)]
        return _levelled([c + f for c, f in zip(come, evidence.fits, strict=True)])

    def _departures(self, after: Sequence[float], evidence: Evidence, change: float) -> list[float]:
        """Weight of what follows, for each phase one may have been in before this line."""
        count = range(len(self._ids))
        there = [after[b] + evidence.fits[b] for b in count]
        return _levelled(
            [_sum([there[b] + self._step(a, b, evidence, change) for b in count]) for a in count]
        )

    def _step(self, origin: int, target: int, evidence: Evidence, change: float) -> float:
        if origin == target:
            return 0.0
        return evidence.opens[target] - change - self._extra[origin][target]

    def _belief(self, weights: Sequence[float]) -> PhaseBelief:
        total = _sum(weights)
        shares = [math.exp(weight - total) for weight in weights]
        best = max(range(len(shares)), key=shares.__getitem__)
        held = [SURENESS * weight for weight in weights]
        confidence = math.exp(held[best] - _sum(held))
        return PhaseBelief(self._ids[best], confidence, dict(zip(self._ids, shares, strict=True)))


def change_nats(lines: int) -> float:
    """What it costs to go on to the next phase, in a talk of so many lines."""
    return max(0.0, CHANGE_PER_LOG_LINES * math.log(max(1, lines)) - CHANGE_OFFSET_NATS)


def place_nats(shares: Sequence[float], place: float) -> list[float]:
    """Log of how likely each phase is at a place in a talk, 0 to 1, if they come in order, take their shares
    and give way to each other around then; the same for all where no shares are known.
    """
    total = sum(shares)
    if total <= 0:
        return [0.0] * len(shares)
    ends = [sum(shares[: index + 1]) / total for index in range(len(shares) - 1)]
    begun = [1.0] + [1 / (1 + math.exp((end - place) / PLACE_WIDTH)) for end in ends] + [0.0]
    return [math.log(max(0.0, begun[i] - begun[i + 1]) + PLACE_FLOOR) for i in range(len(shares))]


def _extra_costs(count: int) -> list[list[float]]:
    """Nats of going from each phase (row) to each other (column), besides those of any change."""

    def cost(origin: int, target: int) -> float:
        if target < origin:
            return RETURN_NATS
        return {1: 0.0, 2: SKIP_NATS}.get(target - origin, LEAP_NATS)

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
