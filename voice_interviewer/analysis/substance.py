"""What was said: phases against their budgets, signals with the words that prove them, numbers, I and we."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from voice_interviewer.analysis.evidence import (
    MAX_QUOTES,
    SpokenText,
    passage_quote,
    quote_around,
    quotes_for,
)
from voice_interviewer.analysis.findings import (
    AnswerFigures,
    PhaseFinding,
    PhaseStatus,
    PronounFigures,
    Quote,
    ReportTurn,
    RubricFinding,
    SignalFinding,
    Span,
    Substance,
)
from voice_interviewer.analysis.record import GivenSignal, SessionRecord
from voice_interviewer.analysis.tokens import NONE, SENTENCE, SpokenWord
from voice_interviewer.core.content import Phase, RubricLine, Signal

COVERED_MIN_S = 5.0
COVERED_SHARE = 0.1
"""A phase was covered when it got this much time, or this share of its budget if that is less."""
SHORT_SHARE = 0.5
OVER_SHARE = 1.15
ANSWER_WORDS = 10
MAX_LISTED = 40

_NUMBER = re.compile(
    r"(?<![\w])(?:[$£€]\s?)?\d[\d,.]*(?:\s?(?:%|percent|x|k|m|bn|million|billion|thousand|dollars|euros|pounds|"
    r"minutes?|hours?|days?|weeks?|months?|years?|users|people|customers|points?))?(?!\w)"
    r"|\b(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[\s-]+)*"
    r"(?:(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion)\b"
    r"(?:\s+(?:hundred|thousand|million|billion|percent|dollars|euros|minutes|hours|days|weeks|months|years|users|"
    r"people|customers|points))*|(?:one\s+)?(?:half|third|quarter)\s+of\b|percent\b)|\bdoubled\b|\btripled\b|\bhalved\b",
    re.IGNORECASE,
)
_COUNTING = frozenset("one two three four five six seven eight nine ten".split())
_LISTED = frozenset(
    "groups group options option ideas things ways reasons parts steps segments solutions areas types kinds "
    "questions phases cases".split()
)
"""'Three options' announces a list and 'two,' counts through it: neither is a figure."""
_VAGUE = (
    r"\ba (?:lot|bunch|ton) (?:of|more|less|better|faster)\b",
    r"\b(?:significantly|dramatically|massively|hugely|substantially|considerably)\b",
    r"\b(?:many|lots of|tons of|plenty of) (?:users|people|customers|teams|engineers|companies|requests)\b",
    r"\b(?:really|very|pretty|much) (?:big|large|good|fast|quick|successful|high|better|faster|higher)\b",
    r"\ba (?:huge|massive|big|great) (?:\w+ )?(?:increase|impact|success|improvement|difference|growth)\b",
    r"\b(?:improved|increased|grew|reduced) (?:it |that |things )?(?:a lot|quite a bit|a bit|by a lot)\b",
)
_I = frozenset("i i'm i've i'd i'll me my mine myself".split())
_WE = frozenset("we we're we've we'd we'll us our ours ourselves".split())
_NOT_OWNING = frozenset("think mean guess suppose believe feel hope wonder said know".split())
"""'I think' and 'I mean' are ways of speaking, not of taking part."""


def measure_substance(
    record: SessionRecord,
    turns: Sequence[ReportTurn],
    words: Sequence[SpokenWord],
    phases: Sequence[PhaseFinding],
) -> Substance:
    """Everything about what was said, but the phases themselves (`find_phases`)."""
    text = SpokenText(words)
    monologue = record.framework is not None and record.framework.monologue
    return Substance(
        covered=tuple(phase.id for phase in phases if phase.status != "skipped"),
        skipped=tuple(phase.id for phase in phases if phase.status == "skipped"),
        star_shares={phase.id: phase.spent_share for phase in phases} if monologue and phases else None,
        numbers=_numbers(text),
        vague=_quotes(text, _VAGUE),
        pronouns=_pronouns(words),
        answers=_answers(turns),
        rubric=_rubric(record, text),
    )


# -- phases --------------------------------------------------------------------------------------


def find_phases(record: SessionRecord, words: Sequence[SpokenWord]) -> tuple[PhaseFinding, ...]:
    """One finding a phase of the framework, in its order; none without a framework."""
    framework = record.framework
    if framework is None:
        return ()
    text = SpokenText(words)
    spans = {phase.id: _spans(record, phase.id) for phase in framework.phases}
    spent = {
        phase_id: sum((span.end_s - span.start_s for span in own), 0.0) for phase_id, own in spans.items()
    }
    budgets = {phase.id: record.budgets_s.get(phase.id, phase.budget_s) for phase in framework.phases}
    total_s, budget_s = sum(spent.values()), sum(budgets.values())
    scale = _scale(record, total_s, budget_s)
    findings = []
    for phase in framework.phases:
        signals = tuple(_signal(signal, text, record.given, spans[phase.id]) for signal in phase.signals)
        status = _status(phase, framework.phases, spent, budgets, scale=scale)
        if status == "skipped" and signals and 2 * sum(signal.heard for signal in signals) >= len(signals):
            status = "touched"
        findings.append(
            PhaseFinding(
                id=phase.id,
                name=phase.name,
                budget_s=budgets[phase.id],
                spent_s=spent[phase.id],
                budget_share=budgets[phase.id] / budget_s if budget_s else 0.0,
                spent_share=spent[phase.id] / total_s if total_s else 0.0,
                group=phase.budget_group,
                status=status,
                spans=spans[phase.id],
                signals=signals,
            )
        )
    return tuple(findings)


def _scale(record: SessionRecord, total_s: float, budget_s: float) -> float:
    """A monologue's budgets are shares of the answer, however long it was."""
    if record.framework is not None and record.framework.monologue and budget_s and total_s:
        return total_s / budget_s
    return 1.0


def _spans(record: SessionRecord, phase_id: str) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(record.phase_spans, key=lambda s: s.start_s):
        if span.phase_id != phase_id or span.end_s <= span.start_s:
            continue
        if joined and span.start_s - joined[-1].end_s < 1e-3:
            joined[-1] = Span(joined[-1].start_s, max(span.end_s, joined[-1].end_s))
        else:
            joined.append(Span(span.start_s, span.end_s))
    return tuple(joined)


def _status(
    phase: Phase,
    phases: Sequence[Phase],
    spent: Mapping[str, float],
    budgets: Mapping[str, float],
    *,
    scale: float,
) -> PhaseStatus:
    """Skipped by its own time; short, within or over by the time of all that share its budget."""
    own_budget_s = budgets[phase.id] * scale
    if spent[phase.id] < min(COVERED_MIN_S, COVERED_SHARE * own_budget_s) or spent[phase.id] <= 0:
        return "skipped"
    mates = [
        p.id
        for p in phases
        if p.id == phase.id or (phase.budget_group and p.budget_group == phase.budget_group)
    ]
    budget_s = sum(budgets[mate] for mate in mates) * scale
    used_s = sum(spent[mate] for mate in mates)
    if used_s > OVER_SHARE * budget_s:
        return "over"
    return "short" if used_s < SHORT_SHARE * budget_s else "within"


def _signal(
    signal: Signal, text: SpokenText, given: Sequence[GivenSignal], spans: Sequence[Span]
) -> SignalFinding:
    """Quotes from the phase itself first, then from anywhere."""
    quotes = quotes_for(text, signal) or _meant(signal, text, given)
    inside = [q for q in quotes if any(span.start_s <= q.start_s < span.end_s for span in spans)]
    outside = [q for q in quotes if q not in inside]
    return SignalFinding(signal.id, signal.name, signal.value, (*inside, *outside))


def _meant(signal: Signal, text: SpokenText, given: Sequence[GivenSignal]) -> tuple[Quote, ...]:
    """Passages that give it by their meaning, the surest ones, in the order they were said."""
    quotes: list[Quote] = []
    for one in given:
        quote = passage_quote(text, one.start_s, one.end_s) if one.signal_id == signal.id else None
        if quote is None or any(_overlap(quote, other) for other in quotes):
            continue
        quotes.append(quote)
        if len(quotes) == MAX_QUOTES:
            break
    return tuple(sorted(quotes, key=lambda quote: quote.start_s))


def _overlap(one: Quote, other: Quote) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def _rubric(record: SessionRecord, text: SpokenText) -> tuple[RubricFinding, ...]:
    if record.framework is None:
        return ()
    known = {
        name: signal
        for phase in record.framework.phases
        for signal in phase.signals
        for name in (f"{record.framework.id}.{signal.id}", signal.id)
    }
    return tuple(_rubric_line(line, known, text, record.given) for line in record.rubric)


def _rubric_line(
    line: RubricLine, known: Mapping[str, Signal], text: SpokenText, given: Sequence[GivenSignal]
) -> RubricFinding:
    findings = [_signal(known[name], text, given, ()) for name in line.signals if name in known]
    return RubricFinding(
        id=line.id,
        name=line.name,
        anchors=tuple(line.anchors),
        heard=tuple(finding for finding in findings if finding.heard),
        not_heard=tuple(finding for finding in findings if not finding.heard),
    )


# -- words ---------------------------------------------------------------------------------------


def _quotes(text: SpokenText, patterns: Sequence[str]) -> tuple[Quote, ...]:
    """One short quote a match."""
    return tuple(
        quote_around(text.words, first, last, reach=5) for first, last in text.matches(patterns)[:MAX_LISTED]
    )


def _numbers(text: SpokenText) -> tuple[Quote, ...]:
    """Figures, without the counting and announcing of a list."""
    found = [
        (first, last)
        for first, last in text.matches([_NUMBER.pattern])
        if not _enumerates(text.words, first, last)
    ]
    return tuple(quote_around(text.words, first, last, reach=5) for first, last in found[:MAX_LISTED])


def _enumerates(words: Sequence[SpokenWord], first: int, last: int) -> bool:
    if words[first].norm not in _COUNTING:
        return False
    if first == last and (words[first].closes != NONE or words[first].opens == SENTENCE):
        return True
    follower = words[last + 1].norm if last + 1 < len(words) else ""
    return follower in _LISTED


def _pronouns(words: Sequence[SpokenWord]) -> PronounFigures:
    own: list[int] = []
    shared: list[int] = []
    for position, word in enumerate(words):
        follower = words[position + 1].norm if position + 1 < len(words) else ""
        if word.norm in _I and follower not in _NOT_OWNING:
            own.append(position)
        elif word.norm in _WE:
            shared.append(position)
    total = len(own) + len(shared)
    return PronounFigures(
        i=len(own),
        we=len(shared),
        i_share=len(own) / total if total else None,
        i_quotes=_spread(words, own),
        we_quotes=_spread(words, shared),
    )


def _spread(words: Sequence[SpokenWord], positions: Sequence[int], *, limit: int = 4) -> tuple[Quote, ...]:
    quotes: list[Quote] = []
    for position in positions:
        quote = quote_around(words, position, position)
        if not quotes or quote.start_s >= quotes[-1].end_s:
            quotes.append(quote)
        if len(quotes) == limit:
            break
    return tuple(quotes)


def _answers(turns: Sequence[ReportTurn]) -> AnswerFigures:
    answers = [turn for turn in turns if turn.by == "candidate" and len(turn.text.split()) >= ANSWER_WORDS]
    if not answers:
        return AnswerFigures(0, 0.0, 0.0, 0)
    lengths = [turn.end_s - turn.start_s for turn in answers]
    return AnswerFigures(
        count=len(answers),
        median_s=median(lengths),
        longest_s=max(lengths),
        median_words=round(median(len(turn.text.split()) for turn in answers)),
    )
