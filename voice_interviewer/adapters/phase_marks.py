"""Which phase each utterance of a finished talk belongs to, when all of it is known.

While somebody talks only what was said so far can tell; afterwards what follows tells as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_interviewer.core.commands import MarkPhase
from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.speech import Utterance


def phase_marks(
    framework: Framework, utterances: Sequence[Utterance], meanings: Mapping[int, Mapping[str, float]]
) -> list[MarkPhase]:
    """One mark for each utterance, in order; `meanings` by the utterances' ids, empty without their weights:
    the cues then have to do.
    """
    tracker = PhaseTracker(framework)
    for said in utterances:
        tracker.observe(said.text, said.start_s, said.end_s, meanings.get(said.id, {}))
    return [
        MarkPhase(said.id, belief.phase_id, said.start_s, said.end_s, belief.confidence)
        for said, belief in zip(utterances, tracker.smoothed(), strict=True)
    ]
