"""What the rules of advice look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voice_interviewer.analysis.findings import (
    AdviceItem,
    Delivery,
    Example,
    Fillers,
    Marks,
    Pacing,
    Pauses,
    PhaseFinding,
    Quality,
    Range,
    Substance,
)
from voice_interviewer.analysis.moments import Moments
from voice_interviewer.core.content import Framework


@dataclass(frozen=True, slots=True)
class Considered:
    """All figures of a session, and a way to cut examples out of it."""

    framework: Framework | None
    fillers: Fillers
    hedges: Marks
    pacing: Pacing
    pauses: Pauses
    phases: tuple[PhaseFinding, ...]
    delivery: Delivery
    substance: Substance
    quality: Quality
    thresholds: Mapping[str, Range]
    moments: Moments

    @property
    def behavioural(self) -> bool:
        """Is the answer a story about the candidate?"""
        return self.framework is not None and self.framework.type == "behavioural"


@dataclass(frozen=True, slots=True)
class Rated:
    """Advice with how much it matters; 0.5 is worth a mention, 1 comes first."""

    weight: float
    item: AdviceItem


def rated(weight: float, topic: str, title: str, detail: str, examples: list[Example]) -> Rated:
    """Advice on a topic; a strength and a weakness of one topic exclude each other."""
    chosen: list[Example] = []
    for example in examples:
        if all(example.start_s >= other.end_s or example.end_s <= other.start_s for other in chosen):
            chosen.append(example)
    if not chosen:
        chosen = examples[:1]
    return Rated(weight, AdviceItem(topic, title, detail, tuple(chosen[:2])))


def percent(share: float) -> str:
    """0.347 -> '35 %'."""
    return f"{round(100 * share)} %"


def minutes_and_seconds(seconds: float) -> str:
    """75 -> '1:15'."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
