"""A session's journal, replayed into the facts a report is computed from. Pure: the lines are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from voice_interviewer.analysis.meant import Understood, given_signals
from voice_interviewer.analysis.record import (
    AcousticTrack,
    GivenOpinion,
    PhaseSpan,
    PromptSpan,
    SessionRecord,
    VocalFillerEvent,
)
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.codec import decode
from voice_interviewer.core.content import Framework, Question
from voice_interviewer.core.speech import Utterance, Word

MEANT = "meant"
"""Key of a note: [utterance id, its meanings] of words that were read for their meaning after the session."""


@dataclass(slots=True)
class _Facts:
    """What the lines have told so far."""

    last_s: float = 0.0
    said: dict[int, c.Say] = field(default_factory=dict)
    begun_s: dict[int, float] = field(default_factory=dict)
    asked_s: dict[int, float] = field(default_factory=dict)
    prompts: list[PromptSpan] = field(default_factory=list)
    spans: dict[int, tuple[float, float]] = field(default_factory=dict)
    looked_ahead: dict[int, tuple[Word, ...]] = field(default_factory=dict)
    words: dict[int, tuple[Word, ...]] = field(default_factory=dict)
    meant: dict[int, Mapping[str, float]] = field(default_factory=dict)
    """What words meant to the interviewer, by utterance."""
    meant_later: dict[int, Mapping[str, float]] = field(default_factory=dict)
    """What they meant when they were read again, or for the first time, after the session."""
    phases: list[c.MarkPhase] = field(default_factory=list)
    budgets_s: Mapping[str, float] = field(default_factory=dict)
    turn_end_s: float | None = None
    gaps_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    finished: str = ""


def build_record(
    header: Mapping[str, Any],
    lines: Iterable[Mapping[str, Any]],
    *,
    framework: Framework | None,
    question: Question | None,
    files: Mapping[str, str] | None = None,
    rejected_fillers: frozenset[tuple[str, int]] = frozenset(),
    acoustics: AcousticTrack | None = None,
) -> SessionRecord:
    """The record of a session. Raises JournalError on a line that makes no sense."""
    facts = _Facts()
    for line in lines:
        if "note" in line:
            facts.facts.update(line["note"])
            # Later notes add to earlier ones: each is about words that were not read before, or not so.
            facts.meant_later.update(line["note"].get(MEANT, ()))
            continue
        item = decode({key: value for key, value in line.items() if key != "t"})
        if isinstance(item, c.Say):
            facts.asked_s[item.prompt_id] = float(line.get("t", facts.last_s))
        _take(facts, item)
    _add_unspoken(facts)
    understood = _understood(facts, facts.meant)
    _hear_again(facts)
    understood += _understood(facts, facts.meant_later)
    duration_s = float(facts.facts.get("duration_s", facts.last_s))
    utterances = _utterances(facts)
    kind: Literal["practice", "review"] = "review" if header.get("kind") == "review" else "practice"
    if not facts.finished and kind == "practice":
        facts.notes.append("The session was cut short; this is everything up to that moment.")
    return SessionRecord(
        id=str(header.get("id", "")),
        kind=kind,
        started_at=str(header.get("started_at", "")),
        duration_s=max([duration_s, *(u.end_s for u in utterances), *(p.end_s for p in facts.prompts)]),
        utterances=utterances,
        prompts=tuple(sorted(facts.prompts, key=lambda prompt: prompt.start_s)),
        phase_spans=_phase_spans(facts),
        given=given_signals(framework, understood) if framework is not None else (),
        framework=framework,
        question=question,
        opinion=_opinion(facts.facts.get("opinion")),
        company=str(header.get("company", "")),
        recording=str(header.get("recording", "")),
        budgets_s=facts.budgets_s,
        vocal_fillers=_vocal_fillers(facts.facts),
        speech_spans=tuple(sorted(facts.spans.values())),
        reply_gaps_s=tuple(facts.gaps_s),
        dropped_blocks=int(facts.facts.get("dropped_blocks", 0)),
        models=dict(header.get("models", {})),
        rejected_fillers=rejected_fillers,
        acoustics=acoustics or AcousticTrack(),
        notes=tuple(dict.fromkeys([*facts.notes, *map(str, facts.facts.get("notes", ()))])),
        files=files or {},
    )


def _take(facts: _Facts, item: e.Event | c.Command) -> None:
    if isinstance(item, e.Event):
        facts.last_s = max(facts.last_s, item.at_s)
    match item:
        case c.Say():
            facts.said[item.prompt_id] = item
        case e.PromptStarted():
            facts.begun_s[item.prompt_id] = item.at_s
            if facts.turn_end_s is not None:
                facts.gaps_s.append(round(item.at_s - facts.turn_end_s, 3))
                facts.turn_end_s = None
        case e.PromptFinished():
            _end_prompt(facts, item)
        case e.UtteranceEnded():
            facts.spans[item.utterance_id] = (item.start_s, item.end_s)
        case e.Transcribed():
            (facts.words if item.final else facts.looked_ahead)[item.utterance_id] = item.words
            if item.meanings:
                facts.meant[item.utterance_id] = item.meanings
        case c.MarkPhase():
            facts.phases.append(item)
        case c.MarkTurn():
            facts.turn_end_s = item.end_s
        case c.MarkBudgets():
            facts.budgets_s = item.budgets_s
        case c.Interrupt():
            facts.turn_end_s = None
        case c.Notice():
            facts.notes.append(item.text)
        case c.Finish():
            facts.finished = item.reason
        case e.SessionResumed():
            facts.finished = ""
            facts.turn_end_s = None
            facts.notes.append(f"The interview was broken off and went on later, at {_clock(item.at_s)}.")
        case _:
            pass


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _end_prompt(facts: _Facts, event: e.PromptFinished) -> None:
    say = facts.said.pop(event.prompt_id, None)
    begun_s = facts.begun_s.pop(event.prompt_id, None)
    if say is None or begun_s is None:
        return
    text = event.spoken if event.interrupted else say.text
    if text:
        facts.prompts.append(
            PromptSpan(event.prompt_id, begun_s, event.at_s, text, say.kind, event.interrupted)
        )


def _add_unspoken(facts: _Facts) -> None:
    """Prompts that a silent voice left on the screen: they were read, from then on."""
    for prompt_id, say in facts.said.items():
        start_s = facts.begun_s.get(prompt_id, facts.asked_s.get(prompt_id, facts.last_s))
        facts.prompts.append(PromptSpan(prompt_id, start_s, start_s, say.text, say.kind, interrupted=True))


def _hear_again(facts: _Facts) -> None:
    """A later, more careful reading of the recording takes the place of the words understood at the time."""
    again = facts.facts.get("heard_again", ())
    if again:
        facts.notes.append("The recording was heard a second time, more carefully; the figures are of that.")
    for line in again:
        item = decode(line)
        if isinstance(item, e.Transcribed):
            facts.spans[item.utterance_id] = (item.start_s, item.end_s)
            facts.words[item.utterance_id] = item.words
    placed = [decode(line) for line in facts.facts.get("placed_again", ())]
    marks = [item for item in placed if isinstance(item, c.MarkPhase)]
    if marks:  # with all of the talk known, rather than only what was said until then
        facts.phases = marks


def _understood(facts: _Facts, meant: Mapping[int, Mapping[str, float]]) -> list[Understood]:
    """The words as they are known now, where the candidate was taken to be then; what was transcribed only
    after the session counts to the phase before it.
    """
    where = {mark.utterance_id: mark.phase_id for mark in facts.phases}
    found, last = [], ""
    for utterance in _utterances(facts):
        last = where.get(utterance.id, last)
        if utterance.id in where or (last and utterance.id in meant):
            found.append(Understood(utterance.words, meant.get(utterance.id, {}), last))
    return found


def _utterances(facts: _Facts) -> tuple[Utterance, ...]:
    """Closed utterances with their words; the last look ahead stands in where no later words came."""
    found = []
    for utterance_id, (start_s, end_s) in facts.spans.items():
        words = facts.words.get(utterance_id, facts.looked_ahead.get(utterance_id, ()))
        if words:
            found.append(Utterance(utterance_id, start_s, end_s, words))
    return tuple(sorted(found, key=lambda utterance: utterance.start_s))


def _phase_spans(facts: _Facts) -> tuple[PhaseSpan, ...]:
    """From the end of the question to the closing words, without holes: each stretch belongs to the phase
    entered.
    """
    questions = [p.end_s for p in facts.prompts if p.kind == "question" and not p.interrupted]
    if not facts.phases:
        return ()
    start_s = min([*questions[:1], facts.phases[0].start_s])
    closings = [p.start_s for p in facts.prompts if p.kind == "closing"]
    end_s = max([closings[-1] if closings else facts.last_s, facts.phases[-1].end_s])
    spans: list[PhaseSpan] = []
    for mark in facts.phases:
        if spans and spans[-1].phase_id == mark.phase_id:
            continue
        begin_s = start_s if not spans else mark.start_s
        if spans:
            spans[-1] = PhaseSpan(
                spans[-1].phase_id, spans[-1].start_s, max(begin_s, spans[-1].start_s), spans[-1].confidence
            )
        spans.append(PhaseSpan(mark.phase_id, begin_s, end_s, mark.confidence))
    return tuple(spans)


def _opinion(note: Mapping[str, Any] | None) -> GivenOpinion | None:
    if note is None:
        return None
    return GivenOpinion(str(note["model"]), str(note["used"]), tuple(note["marks"]))


def _vocal_fillers(facts: Mapping[str, Any]) -> tuple[VocalFillerEvent, ...]:
    return tuple(
        VocalFillerEvent(
            str(entry["token"]),
            float(entry["start_s"]),
            float(entry["end_s"]),
            float(entry["confidence"]),
            tuple(map(str, entry.get("evidence", ()))),
        )
        for entry in facts.get("vocal_fillers", ())
    )
