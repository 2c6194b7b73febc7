"""Where the candidate is in the framework: a forward filter over phases, from cues, order and
announcements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from voice_interviewer.core.content import Framework

STAY, NEXT, AHEAD, BACK = 0.86, 0.08, 0.03, 0.03
CUE_GAIN, TRANSITION_GAIN, PROMPT_GAIN, MEANING_GAIN = 2.0, 8.0, 6.0, 3.0


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
        self._cues = [[re.compile(cue, re.IGNORECASE) for cue in phase.cues] for phase in framework.phases]
        self._openers = [
            [re.compile(t, re.IGNORECASE) for t in phase.transitions] for phase in framework.phases
        ]
        self._belief = [1.0 if index == 0 else 0.0 for index in range(len(self._ids))]

    def observe(
        self,
        text: str,
        start_s: float,
        end_s: float,
        meanings: Mapping[str, float] | None = None,
        after_prompt: str | None = None,
    ) -> PhaseBelief:
        """Take in an utterance; `meanings` are likelihoods by meaning, `after_prompt` the phase just asked
        about.
        """
        del start_s, end_s
        predicted = self._predict()
        for index, phase_id in enumerate(self._ids):
            gain = 1.0 + CUE_GAIN * min(3, sum(bool(cue.search(text)) for cue in self._cues[index]))
            if any(opener.search(text) for opener in self._openers[index]):
                gain *= TRANSITION_GAIN
            if after_prompt == phase_id:
                gain *= PROMPT_GAIN
            if meanings:
                gain *= (meanings.get(phase_id, 0.0) + 0.02) ** 1.0 * MEANING_GAIN
            predicted[index] *= gain
        total = sum(predicted)
        self._belief = [value / total for value in predicted]
        best = max(range(len(self._ids)), key=lambda index: self._belief[index])
        return PhaseBelief(
            self._ids[best], self._belief[best], dict(zip(self._ids, self._belief, strict=True))
        )

    def _predict(self) -> list[float]:
        count = len(self._ids)
        after = [0.0] * count
        for index, value in enumerate(self._belief):
            ahead, back = max(0, count - index - 2), index
            for target in range(count):
                if target == index:
                    share = STAY
                elif target == index + 1:
                    share = NEXT
                elif target > index:
                    share = AHEAD / ahead
                else:
                    share = BACK / back
                after[target] += value * share
        return after
