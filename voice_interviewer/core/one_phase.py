"""One phase of an interview on its own: what remains of the framework and of the question."""

from __future__ import annotations

import dataclasses

from voice_interviewer.core import wording
from voice_interviewer.core.content import Framework, Phase, Question


def only_phase(framework: Framework, question: Question, phase_id: str) -> tuple[Framework, Question]:
    """Both, cut down to one phase; cutting down twice changes nothing. KeyError when there is no such phase.

    The curve ball goes: it belongs to the end of a whole interview.
    """
    phase = framework.phase(phase_id)
    return (
        dataclasses.replace(framework, phases=(phase,)),
        dataclasses.replace(
            question,
            points={key: points for key, points in question.points.items() if key == phase_id},
            follow_ups=tuple(f for f in question.follow_ups if f.phase == phase_id),
            curve_ball="",
        ),
    )


def phase_budget_s(framework: Framework, phase_id: str, minutes: float) -> float:
    """Seconds this phase has in an interview of so many minutes. KeyError when there is no such phase."""
    return framework.phase(phase_id).budget_s * minutes * 60.0 / framework.nominal_s


def invitation_to(phase: Phase, seed: int) -> str:
    """How the interviewer opens the phase."""
    usable = [text for text in phase.invitations if wording.is_speakable(text)]
    fallback = f"Please take me through this step: {phase.name}."
    return wording.pick(seed, f"only:{phase.id}", usable or [fallback])
