"""How an interview is opened, and taken up again."""

from __future__ import annotations

from voice_interviewer.core import wording
from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.content import Persona
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.one_phase import invitation_to
from voice_interviewer.core.setup import Setup


def question(setup: Setup) -> Decision:
    """The question itself; for one phase alone the invitation to it."""
    phase = setup.framework.phases[0]
    text = invitation_to(phase, setup.seed) if setup.only_phase else setup.question.wording
    return Decision("question", text, "question", phase.id)


def greetings(setup: Setup, persona: Persona | None, total_s: float) -> list[Decision]:
    """What is said before the question."""
    if setup.only_phase:
        greeting = wording.pick(setup.seed, "greeting", wording.ONE_STEP_GREETINGS)
        recap = Decision("greeting", setup.question.wording, "recap")
        return [Decision("greeting", greeting, "greeting"), recap]
    options = persona.openings if persona and persona.openings else wording.GREETINGS
    greeting = wording.pick(setup.seed, "greeting", options)
    orientation = wording.pick(setup.seed, "orientation", wording.ORIENTATIONS)
    duration = wording.spoken_duration(total_s)
    return [
        Decision("greeting", greeting, "greeting"),
        Decision("greeting", orientation.format(duration=duration), "orientation"),
    ]


def welcome_back(setup: Setup, agenda: Agenda, said: int, *, asked: bool) -> Decision:
    """After an interview was broken off; `said`: prompts so far, `asked`: whether the question was heard."""
    if not asked:
        text = wording.pick(setup.seed, f"again:{said}", wording.BEGIN_AGAIN)
    else:
        name = setup.framework.phase(agenda.current).name
        text = wording.pick(setup.seed, f"back:{said}", wording.CAME_BACK).format(phase=name)
    return Decision("hold", text, "resumed")
