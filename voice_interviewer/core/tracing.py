"""The interviewer's mind run over a written transcript: where the candidate is, and what it would say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from voice_interviewer.core import clarifying, hands_free
from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.content import Company, Framework, Question
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.prompting import Prompter

TURN_GAP_S = 3.0
"""A silence this long after a line is where an interviewer could speak."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a transcript."""

    at_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Traced:
    """What the interviewer made of a line."""

    at_s: float
    text: str
    phase: str
    confidence: float
    would: str
    """What it would do after this line if the candidate stopped there: 'follow_up: ...'."""


def trace(
    framework: Framework,
    question: Question,
    lines: Sequence[Said],
    *,
    company: Company | None = None,
    seed: int = 0,
    minutes: float | None = None,
    meaning: Callable[[str], Mapping[str, float]] | None = None,
) -> list[Traced]:
    """One entry a line. What it would say is decided from that line and those before it; the phase from all
    of
    them. Nothing is said: all stays open.
    """
    total_s = (minutes or framework.nominal_s / 60) * 60
    agenda = Agenda(framework, max(total_s, lines[-1].end_s - lines[0].at_s + 60 if lines else 60))
    tracker = PhaseTracker(framework)
    memory = Memory(framework, question, agenda, tracker, company.persona if company else None)
    prompter = Prompter(memory, seed=seed)
    agenda.start(lines[0].at_s if lines else 0.0)
    traced = []
    turn = ""
    for index, line in enumerate(lines):
        belief = memory.hear(line.text, line.at_s, line.end_s, meaning(line.text) if meaning else {})
        turn = f"{turn} {line.text}".strip()
        traced.append(
            Traced(line.at_s, line.text, belief.phase_id, belief.confidence, _would(prompter, line, turn))
        )
        following = lines[index + 1].at_s if index + 1 < len(lines) else float("inf")
        if following - line.end_s > TURN_GAP_S:
            turn = ""
    # The phases once more, with all of the transcript known; what it would say stays what it knew by then.
    settled = tracker.smoothed()
    return [
        replace(entry, phase=belief.phase_id, confidence=belief.confidence)
        for entry, belief in zip(traced, settled, strict=True)
    ]


def _would(prompter: Prompter, line: Said, turn: str) -> str:
    request = hands_free.match(line.text)
    if request is not None:
        return f"obey: {request.kind}"
    text = line.text if clarifying.is_question_to_interviewer(line.text) else turn
    decision = prompter.decide(line.end_s, text)
    return f"{decision.kind}: {decision.text}"
