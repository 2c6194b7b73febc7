"""What decides how an interview goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.content import Company, Framework, Question
from voice_interviewer.core.turn_taking import TurnSettings


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that decides how an interview goes; with the events it determines every command."""

    framework: Framework
    question: Question
    minutes: float
    seed: int = 0
    company: Company | None = None
    duplex: Literal["full", "half"] = "full"
    writer: bool = False
    """Whether a language model words the prompts."""
    writer_budget_s: float = 2.0
    """Its first sentence must be there within this, or the bank's own wording is spoken."""
    turns: TurnSettings = field(default_factory=TurnSettings)
    """The turn taker's constants; `duplex` above wins over its own."""
    only_phase: str = ""
    """Id of the one phase that is taken again; '' for a whole interview."""
