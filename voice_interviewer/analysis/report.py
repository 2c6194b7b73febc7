"""From a session's facts to its report. Pure: the same record gives the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_interviewer.analysis.advice import advise
from voice_interviewer.analysis.considered import Considered
from voice_interviewer.analysis.delivery import measure_delivery, percentiles
from voice_interviewer.analysis.disfluencies import hedges, repeats, restarts
from voice_interviewer.analysis.fillers import collect_fillers
from voice_interviewer.analysis.findings import Latency, Quality, Range, Report, ReportWord, SessionInfo
from voice_interviewer.analysis.lexical_fillers import lexical_fillers
from voice_interviewer.analysis.moments import Moments
from voice_interviewer.analysis.opinion import judge_opinion
from voice_interviewer.analysis.pacing import measure_pacing
from voice_interviewer.analysis.pauses import find_pauses
from voice_interviewer.analysis.quality import judge_quality
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.substance import find_phases, measure_substance
from voice_interviewer.analysis.thresholds import DEFAULT_THRESHOLDS
from voice_interviewer.analysis.tokens import SpokenWord
from voice_interviewer.analysis.turns import build_floor


def build_report(record: SessionRecord, *, thresholds: Mapping[str, Range] = DEFAULT_THRESHOLDS) -> Report:
    """The whole report. Never fails for lack of speech: figures are then 0, and the notes say so."""
    floor = build_floor(record)
    words, candidate = floor.words, floor.candidate
    speaking_s = sum((turn.end_s - turn.start_s for turn in candidate), 0.0)
    filler_words = lexical_fillers(words)
    fillers = collect_fillers(
        words,
        filler_words,
        record.vocal_fillers,
        record.rejected_fillers,
        speaking_s=speaking_s,
        word_count=sum(not word.vocal for word in words),
    )
    sounds = [event for event in (*fillers.events, *fillers.rejected) if event.category == "vocal"]
    pauses = find_pauses(words, sounds, floor.turns)
    pacing = measure_pacing(words, candidate, pauses, thresholds["speech_rate_wpm"])
    minutes = speaking_s / 60
    hedged = hedges(words, filler_words, minutes)
    phases = find_phases(record, words)
    delivery = measure_delivery(record, floor.turns, words)
    substance = measure_substance(record, floor.turns, words, phases)
    quality = judge_quality(record, words)
    facts = Considered(
        framework=record.framework,
        fillers=fillers,
        hedges=hedged,
        pacing=pacing,
        pauses=pauses,
        phases=phases,
        delivery=delivery,
        substance=substance,
        quality=quality,
        thresholds=thresholds,
        moments=Moments(words, fillers.events, record.duration_s),
    )
    return Report(
        session=_session(record),
        turns=floor.turns,
        words=_words(words),
        fillers=fillers,
        hedges=hedged,
        restarts=restarts(words, minutes),
        repeats=repeats(words, minutes),
        pacing=pacing,
        pauses=pauses,
        phases=phases,
        latency=Latency(percentiles(record.reply_gaps_s), record.dropped_blocks),
        delivery=delivery,
        substance=substance,
        advice=advise(facts),
        quality=quality,
        thresholds=dict(thresholds),
        notes=(*record.notes, *_quality_notes(quality)),
        tracks=dict(record.files),
        opinion=judge_opinion(record, words),
    )


def _session(record: SessionRecord) -> SessionInfo:
    return SessionInfo(
        id=record.id,
        kind=record.kind,
        started_at=record.started_at,
        framework=record.framework.id if record.framework else None,
        framework_name=record.framework.name if record.framework else None,
        interview_type=record.framework.type if record.framework else None,
        question_id=record.question.id if record.question else None,
        question=record.question.wording if record.question else None,
        company=record.company or None,
        recording=record.recording or None,
        duration_s=record.duration_s,
        models=dict(record.models),
    )


def _words(words: Sequence[SpokenWord]) -> tuple[ReportWord, ...]:
    return tuple(ReportWord(w.text, w.start_s, w.end_s, w.probability, w.turn_id) for w in words)


def _quality_notes(quality: Quality) -> tuple[str, ...]:
    if quality.verdict == "good" or not quality.reasons:
        return ()
    lead = {
        "none": "There is nothing to judge",
        "poor": "The recording is too poor to judge",
        "fair": "Take the figures with care",
    }[quality.verdict]
    return (f"{lead}: {'; '.join(quality.reasons)}.",)
