"""Which phase each utterance of a finished talk belongs to, when all of it is known.

While somebody talks only what was said so far can tell; afterwards what follows tells as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from voice_interviewer.adapters.meaning import scorer_for
from voice_interviewer.core.commands import MarkPhase
from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.speech import Utterance


def phase_marks(framework: Framework, utterances: Sequence[Utterance]) -> list[MarkPhase]:
    """One mark for each utterance, in order. Raises ModelError, ContentError."""
    tracker = PhaseTracker(framework)
    scorer = scorer_for(framework)  # None without its weights: the cues then have to do
    for said in utterances:
        meanings = scorer.scores(said.text) if scorer is not None else {}
        tracker.observe(said.text, said.start_s, said.end_s, meanings)
    return [
        MarkPhase(said.id, belief.phase_id, said.start_s, said.end_s, belief.confidence)
        for said, belief in zip(utterances, tracker.smoothed(), strict=True)
    ]
