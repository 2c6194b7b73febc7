"""What is said next, decided but not yet said: the prompter makes it, and it travels until it was heard."""

from __future__ import annotations

from dataclasses import dataclass

from voice_interviewer.core.commands import PromptKind


@dataclass(frozen=True, slots=True)
class Decision:
    """The next prompt, why, and what a language model would need to word it."""

    kind: PromptKind
    text: str
    key: str
    """Identifies the thing asked, so that it is not asked again."""
    phase_id: str = ""
    intent: str = ""
    facts: tuple[str, ...] = ()
    ends: bool = False
    """True when this prompt closes the interview."""
    late: bool = False
    """True when all steps had been walked and this goes back to one of them."""
    goes_on: bool = False
    """True for a further sentence of the prompt before it."""
    withheld: tuple[str, ...] = ()
    """Points of a strong answer, which a language model must not give away."""
