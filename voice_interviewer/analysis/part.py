"""One phase cut out of a session's facts, so that two takes of it can be compared. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.findings import Report, ReportTurn, SignalFinding, Span
from voice_interviewer.analysis.record import PhaseSpan, SessionRecord
from voice_interviewer.analysis.report import build_report
from voice_interviewer.core.one_phase import only_phase


@dataclass(frozen=True, slots=True)
class Take:
    """What was said in one phase of one session, and its figures."""

    session: str
    started_at: str
    report: Report
    """Of this phase alone."""
    spans: tuple[Span, ...]
    turns: tuple[ReportTurn, ...]
    signals: tuple[SignalFinding, ...]
    budget_s: float
    spent_s: float
    files: tuple[tuple[str, str], ...]
    """(party, file name inside the session's folder)."""


def take_of(record: SessionRecord, phase_id: str) -> Take:
    """The phase's part of a session. ValueError when the session has no such phase."""
    part = part_of(record, phase_id)
    report = build_report(part)
    finding = report.phases[0]
    return Take(
        record.id,
        record.started_at,
        report,
        finding.spans,
        report.turns,
        finding.signals,
        finding.budget_s,
        finding.spent_s,
        tuple(sorted(record.files.items())),
    )


def part_of(record: SessionRecord, phase_id: str) -> SessionRecord:
    """The session as if it had held nothing but this phase; times stay where they were.

    ValueError when the session has no such phase.
    """
    framework = record.framework
    if framework is None or phase_id not in {phase.id for phase in framework.phases}:
        raise ValueError(f"the session {record.id} has no phase {phase_id}")
    question = record.question
    if question is not None:
        framework, question = only_phase(framework, question, phase_id)
    else:
        framework = dataclasses.replace(framework, phases=(framework.phase(phase_id),))
    spans = [span for span in record.phase_spans if span.phase_id == phase_id]
    return dataclasses.replace(
        record,
        framework=framework,
        question=question,
        utterances=tuple(u for u in record.utterances if _inside(u.start_s, u.end_s, spans)),
        # What was asked in the phase, and what led to it.
        prompts=tuple(p for p in record.prompts if _inside(p.start_s, p.end_s, spans, before_s=15.0)),
        phase_spans=tuple(spans),
        given=tuple(g for g in record.given if _inside(g.start_s, g.end_s, spans)),
        budgets_s={key: value for key, value in record.budgets_s.items() if key == phase_id},
        vocal_fillers=tuple(f for f in record.vocal_fillers if _inside(f.start_s, f.end_s, spans)),
        speech_spans=tuple(s for s in record.speech_spans if _inside(s[0], s[1], spans)),
        reply_gaps_s=(),
        notes=(),
    )


def _inside(start_s: float, end_s: float, spans: Iterable[PhaseSpan], before_s: float = 0.0) -> bool:
    """Whether its middle lies in one of the spans, or so little before one that it led there."""
    middle_s = (start_s + end_s) / 2
    return any(span.start_s - before_s <= middle_s <= span.end_s for span in spans)


def weakest_phase(report: Report) -> str:
    """The phase most worth another take: skipped before short, then where least was heard. '' without any."""
    rank = {"skipped": 0, "touched": 0, "short": 1, "over": 2, "within": 2}

    def need(index: int) -> tuple[int, float, int]:
        phase = report.phases[index]
        worth = sum(signal.value for signal in phase.signals) or 1.0
        heard = sum(signal.value for signal in phase.signals if signal.heard) / worth
        return rank[phase.status], heard, index

    return report.phases[min(range(len(report.phases)), key=need)].id if report.phases else ""


def merged_signals(
    first: Sequence[SignalFinding], second: Sequence[SignalFinding]
) -> tuple[tuple[str, SignalFinding | None, SignalFinding | None], ...]:
    """(name, in the first take, in the second), most valuable first."""
    by_id = {signal.id: (signal, None) for signal in first}
    pairs: dict[str, tuple[SignalFinding | None, SignalFinding | None]] = dict(by_id)
    for signal in second:
        pairs[signal.id] = (pairs.get(signal.id, (None, None))[0], signal)
    rows = [(one or two, one, two) for one, two in pairs.values()]
    ordered = sorted(
        ((known, one, two) for known, one, two in rows if known is not None), key=lambda row: -row[0].value
    )
    return tuple((known.name, one, two) for known, one, two in ordered)
