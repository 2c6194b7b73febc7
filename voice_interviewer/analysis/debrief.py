"""One look back over all rounds of a loop. Pure: made from the rounds' own reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.findings import AdviceItem, Example, Report
from voice_interviewer.core.content import Company
from voice_interviewer.core.loop import RoundPlan

MOST_TO_WORK_ON = 3


@dataclass(frozen=True, slots=True)
class HeldRound:
    """A round with what came of it."""

    plan: RoundPlan
    report: Report
    complete: bool
    """False when it was cut short."""


@dataclass(frozen=True, slots=True)
class RubricMark:
    """A line of the rubric: how many of its signals were heard."""

    name: str
    heard: int
    of: int


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The main figures of one round."""

    number: int
    name: str
    type: str
    session: str
    question: str
    minutes: float
    duration_s: float
    complete: bool
    judged: bool
    """False when too little was said, or too poorly heard, to judge anybody by."""
    speech_rate_wpm: float
    vocal_per_minute: float
    lexical_per_minute: float
    signals_heard: int
    signals: int
    phases_skipped: tuple[str, ...]
    rubric: tuple[RubricMark, ...]


@dataclass(frozen=True, slots=True)
class RoundExample:
    """A few seconds of one round."""

    round: int
    session: str
    example: Example


@dataclass(frozen=True, slots=True)
class AcrossItem:
    """A strength, or something to work on, with the rounds that showed it."""

    id: str
    title: str
    detail: str
    rounds: tuple[int, ...]
    examples: tuple[RoundExample, ...]
    """From two different rounds where it showed in two."""


@dataclass(frozen=True, slots=True)
class PrincipleMark:
    """Was a principle asked about, and in which round?"""

    id: str
    name: str
    planned_in: tuple[int, ...]
    asked_in: tuple[int, ...]

    @property
    def covered(self) -> bool:
        """Whether any round got to it."""
        return bool(self.asked_in)


@dataclass(frozen=True, slots=True)
class Debrief:
    """What the interviewers would say to each other afterwards, from facts alone."""

    company: str
    rounds: tuple[RoundFigures, ...]
    strengths: tuple[AcrossItem, ...]
    work_on: tuple[AcrossItem, ...]
    principles: tuple[PrincipleMark, ...]
    not_held: tuple[str, ...]
    """Names of rounds that were not held."""


def make_debrief(
    company: Company,
    rounds: Sequence[RoundPlan],
    held: Sequence[HeldRound],
    question_principles: Mapping[str, Sequence[str]],
) -> Debrief:
    """The debrief over the rounds that were held; `question_principles`: question id -> its principles."""
    weak = [(one, item) for one in held for item in one.report.advice.work_on]
    strong = [(one, item) for one in held if (item := one.report.advice.strength) is not None]
    numbers = {one.plan.number for one in held}
    return Debrief(
        company.name,
        tuple(_figures(one) for one in held),
        _across(strong, len(held))[:MOST_TO_WORK_ON],
        _across(weak, len(held))[:MOST_TO_WORK_ON],
        _principles(company, rounds, held, question_principles),
        tuple(plan.name for plan in rounds if plan.number not in numbers),
    )


def _figures(one: HeldRound) -> RoundFigures:
    report = one.report
    signals = [signal for phase in report.phases for signal in phase.signals]
    return RoundFigures(
        one.plan.number,
        one.plan.name,
        one.plan.type,
        report.session.id,
        report.session.question or "",
        one.plan.minutes,
        report.session.duration_s,
        one.complete,
        report.quality.verdict in ("good", "fair") and not report.advice.withheld,
        report.pacing.speech_rate_wpm,
        report.fillers.vocal.per_minute,
        report.fillers.lexical.per_minute,
        sum(signal.heard for signal in signals),
        len(signals),
        tuple(phase.name for phase in report.phases if phase.status == "skipped"),
        tuple(
            RubricMark(line.name, len(line.heard), len(line.heard) + len(line.not_heard))
            for line in report.substance.rubric
        ),
    )


def _across(found: Sequence[tuple[HeldRound, AdviceItem]], held: int) -> tuple[AcrossItem, ...]:
    """Most often seen first. Of several rounds only what showed in two or more counts as a pattern, unless
    nothing did.
    """
    by_id: dict[str, list[tuple[HeldRound, AdviceItem]]] = {}
    for one, item in found:
        by_id.setdefault(item.id, []).append((one, item))
    items = [_item(same) for same in by_id.values()]
    patterns = [item for item in items if len(item.rounds) > 1]
    chosen = patterns if held > 1 and patterns else items
    return tuple(sorted(chosen, key=lambda item: (-len(item.rounds), item.rounds[0], item.id)))


def _item(same: Sequence[tuple[HeldRound, AdviceItem]]) -> AcrossItem:
    newest = same[-1][1]
    candidates = [
        RoundExample(one.plan.number, one.report.session.id, example)
        for one, item in same
        for example in item.examples[: 1 if len(same) > 1 else 2]
    ]
    detail = newest.detail if len(same) == 1 else f"In {len(same)} rounds. The last time: {newest.detail}"
    rounds = tuple(one.plan.number for one, _ in same)
    # The first and the last round that showed it: whether it got better can be heard.
    shown = candidates if len(candidates) <= 2 else [candidates[0], candidates[-1]]
    return AcrossItem(newest.id, newest.title, detail, rounds, tuple(shown))


def _principles(
    company: Company,
    rounds: Sequence[RoundPlan],
    held: Sequence[HeldRound],
    question_principles: Mapping[str, Sequence[str]],
) -> tuple[PrincipleMark, ...]:
    planned: dict[str, list[int]] = {principle.id: [] for principle in company.principles}
    asked: dict[str, list[int]] = {principle.id: [] for principle in company.principles}
    for plan in rounds:
        for name in plan.principles:
            planned.setdefault(name, []).append(plan.number)
    for one in held:
        for name in _asked_about(one, question_principles.get(one.plan.question_id, ())):
            asked.setdefault(name, []).append(one.plan.number)
    return tuple(
        PrincipleMark(p.id, p.name, tuple(planned[p.id]), tuple(asked[p.id])) for p in company.principles
    )


def _asked_about(one: HeldRound, of_question: Sequence[str]) -> list[str]:
    """By the question itself, or by a prompt that was really spoken."""
    said = [turn.text for turn in one.report.turns if turn.by == "interviewer"]
    asked_of = [*of_question] if said else []
    prompted = [p.principle for p in one.plan.probes if any(p.text in text for text in said)]
    return list(dict.fromkeys([*asked_of, *prompted]))
