"""What may be worth working on: one rule a topic, each with its own evidence."""

from __future__ import annotations

from collections.abc import Callable

from voice_interviewer.analysis.advice_budget import MIN_PHASE_TIME_S, budgets
from voice_interviewer.analysis.considered import Considered, Rated, percent, rated
from voice_interviewer.analysis.findings import FillerCategory, PhaseFinding, SignalFinding

FAST_SHARE = 0.15
"""Share of the speaking time in fast (or slow) stretches from which pace is worth a word."""


def _filler_rule(facts: Considered, category: FillerCategory) -> tuple[float, float, float]:
    figures = facts.fillers.vocal if category == "vocal" else facts.fillers.lexical
    bounds = facts.thresholds[f"{category}_fillers_per_minute"]
    span = max(0.1, bounds.fine_high - bounds.good_high)
    return figures.per_minute, bounds.good_high, (figures.per_minute - bounds.good_high) / span


def vocal_fillers(facts: Considered) -> Rated | None:
    """More ums than listeners overlook."""
    rate, harmless, excess = _filler_rule(facts, "vocal")
    if excess <= 0:
        return None
    events = [event for event in facts.fillers.events if event.category == "vocal"]
    detail = (
        f"Up to {harmless:g} a minute does no harm. When the next word is not there yet, close your mouth "
        "and let the silence be: a pause sounds like thought."
    )
    return rated(
        0.4 + 0.6 * min(excess, 1.5),
        "vocal_fillers",
        f"Swap ums for silence: {rate:.1f} a minute",
        detail,
        facts.moments.densest(events),
    )


def lexical_fillers(facts: Considered) -> Rated | None:
    """More filler words than listeners overlook; the most frequent one is named."""
    rate, harmless, excess = _filler_rule(facts, "lexical")
    if excess <= 0:
        return None
    events = [event for event in facts.fillers.events if event.category == "lexical"]
    counts: dict[str, int] = {}
    for event in events:
        counts[event.token] = counts.get(event.token, 0) + 1
    top = max(counts, key=lambda token: counts[token])
    detail = (
        f"“{top}” fills {counts[top]} of {len(events)} times. Up to {harmless:g} a minute passes unnoticed; "
        "leave the word out and the sentence keeps its meaning."
    )
    own = [event for event in events if event.token == top]
    examples = facts.moments.densest(own if len(own) > 2 else events)
    return rated(
        0.3 + 0.45 * min(excess, 1.5),
        "lexical_fillers",
        f"Drop filler words, “{top}” first: {rate:.1f} a minute",
        detail,
        examples,
    )


def fast_pace(facts: Considered) -> Rated | None:
    """Too fast altogether or in stretches."""
    return _pace(facts, "fast")


def slow_pace(facts: Considered) -> Rated | None:
    """Too slow altogether or in stretches."""
    return _pace(facts, "slow")


def _pace(facts: Considered, kind: str) -> Rated | None:
    bounds = facts.thresholds["speech_rate_wpm"]
    rate = facts.pacing.speech_rate_wpm
    stretches = [stretch for stretch in facts.pacing.stretches if stretch.kind == kind]
    share = sum(stretch.end_s - stretch.start_s for stretch in stretches) / facts.pacing.speaking_s
    beyond = max(0.0, rate - bounds.fine_high if kind == "fast" else bounds.fine_low - rate)
    if not stretches or (not beyond and share < FAST_SHARE):
        return None
    stretches.sort(key=lambda s: -s.wpm if kind == "fast" else s.wpm)
    examples = [
        facts.moments.between(s.start_s, s.end_s, f"{s.wpm:.0f} words a minute here") for s in stretches
    ]
    detail = f"{rate:.0f} words a minute over all; {percent(share)} of your speaking time is {kind}er than "
    if kind == "fast":
        detail += f"{bounds.fine_high:g}. Stop for a breath after each point: the listener is taking notes."
        title = f"Slow down: stretches of {stretches[0].wpm:.0f} words a minute"
    else:
        detail = detail.replace("slower than", "slower than") + (
            f"{bounds.fine_low:g}. Say the point first, then the reasons: it keeps the pace up."
        )
        title = f"Pick up the pace: stretches of {stretches[0].wpm:.0f} words a minute"
    return rated(
        0.35 + 0.4 * min(1.0, share / 0.5) + 0.4 * min(1.0, beyond / 40), "pace", title, detail, examples
    )


def pauses_inside_clauses(facts: Considered) -> Rated | None:
    """Long silences in the middle of a clause; thinking before an answer never counts."""
    limit_s = facts.thresholds["inside_clause_pause_s"].fine_high
    long = [p for p in facts.pauses.events if p.kind == "inside_clause" and p.length_s >= limit_s]
    if len(long) < 2:
        return None
    long.sort(key=lambda pause: -pause.length_s)
    examples = [
        facts.moments.around_pause(pause, f"{pause.length_s:.1f} s inside a clause") for pause in long[:2]
    ]
    detail = (
        "A pause between sentences sounds like thought; one inside a clause like being stuck. Think "
        "first, then say the whole clause. Time to think after a question is free."
    )
    title = f"Pause between thoughts: {len(long)} times {limit_s:g} s or more inside a clause"
    return rated(0.35 + 0.08 * min(len(long), 6), "pauses", title, detail, examples)


def star_shares(facts: Considered) -> Rated | None:
    """Too little action in a story."""
    shares = facts.substance.star_shares
    spent_s = sum(phase.spent_s for phase in facts.phases)
    if not shares or "action" not in shares or spent_s < MIN_PHASE_TIME_S / 2:
        return None
    by_id = {phase.id: phase for phase in facts.phases}
    target = by_id["action"].budget_share
    gap = target - shares["action"]
    if gap < 0.15:
        return None
    rest = max(
        (phase for phase in facts.phases if phase.id != "action"),
        key=lambda p: p.spent_share - p.budget_share,
    )
    detail = (
        f"{percent(shares['action'])} of your answer is what you did; {percent(target)} is the mark. "
        f"{rest.name} takes {percent(rest.spent_share)}, with {percent(rest.budget_share)} meant for it."
    )
    examples = [facts.moments.after(rest.spans[0].start_s, f"{rest.name} begins here")] if rest.spans else []
    action = by_id["action"]
    if action.spans:
        examples.append(facts.moments.after(action.spans[0].start_s, "the action begins only here"))
    return rated(
        0.6 + gap, "star", f"More action: {percent(shares['action'])} of the story", detail, examples
    )


def we_instead_of_i(facts: Considered) -> Rated | None:
    """In a story about oneself, who did it must be heard."""
    pronouns = facts.substance.pronouns
    if not facts.behavioural or pronouns.we < 5 or pronouns.we <= 1.5 * pronouns.i:
        return None
    detail = (
        f"“We” {pronouns.we} times, “I” {pronouns.i} times. "
        "Name your own part: what did you decide, write, say?"
    )
    examples = [facts.moments.quote(quote, "who did this?") for quote in pronouns.we_quotes]
    return rated(0.75, "pronouns", "Say what you did yourself", detail, examples)


def numbers(facts: Considered) -> Rated | None:
    """Vague amounts where a number would be stronger."""
    vague, quoted = facts.substance.vague, facts.substance.numbers
    if len(vague) < 2 or len(quoted) >= len(vague):
        return None
    detail = (
        f"{len(quoted)} numbers against {len(vague)} vague amounts. "
        "A rough figure with its assumption is enough."
    )
    examples = [facts.moments.quote(quote, "how much is that?") for quote in vague]
    return rated(0.45 + 0.04 * min(len(vague), 6), "numbers", "Put a number on it", detail, examples)


def missing_signal(facts: Considered) -> Rated | None:
    """The most valuable thing that was not heard in a phase the candidate went through."""
    missing: list[tuple[float, SignalFinding, PhaseFinding]] = [
        (signal.value, signal, phase)
        for phase in facts.phases
        if phase.status != "skipped" and phase.spans
        for signal in phase.signals
        if not signal.heard
    ]
    if not missing:
        return None
    value, signal, phase = max(missing, key=lambda item: item[0])
    examples = [facts.moments.after(phase.spans[0].start_s, f"{phase.name} begins: a good place for it")]
    if phase.spans[-1].end_s - phase.spans[0].start_s > 20:
        examples.append(
            facts.moments.after(
                max(phase.spans[-1].start_s, phase.spans[-1].end_s - 8), f"{phase.name} ends without it"
            )
        )
    detail = f"In {phase.name}, a strong answer {signal.name}; the words for it were not heard in yours."
    return rated(0.3 + 0.35 * value, "signal", f"Next time: {signal.name}", detail, examples)


def hedging(facts: Considered) -> Rated | None:
    """Many hedges; a few are honest."""
    limit = facts.thresholds["hedges_per_minute"]
    rate = facts.hedges.per_minute
    if rate <= limit.good_high:
        return None
    events = sorted(facts.hedges.events, key=lambda event: -len(event.words))
    examples = [facts.moments.between(e.start_s, e.end_s + 3.0, f"“{e.token}”") for e in events]
    detail = (
        "Keep a hedge where you are truly unsure, and say what would settle it. Elsewhere state the point."
    )
    excess = (rate - limit.good_high) / max(0.1, limit.fine_high - limit.good_high)
    title = f"State it plainly: {rate:.1f} hedges a minute"
    return rated(0.3 + 0.3 * min(excess, 1.5), "hedges", title, detail, examples)


def interrupting(facts: Considered) -> Rated | None:
    """Talking over the interviewer again and again."""
    times = facts.delivery.interruptions_by_candidate
    if len(times) < 3:
        return None
    examples = [
        facts.moments.between(at_s, at_s + 5.0, "begins while the interviewer speaks") for at_s in times
    ]
    detail = "Let the interviewer finish: the end of a question often carries the constraint."
    return rated(0.55, "interruptions", f"Hear the question out: cut in {len(times)} times", detail, examples)


WEAKNESS_RULES: tuple[Callable[[Considered], Rated | None], ...] = (
    vocal_fillers,
    lexical_fillers,
    fast_pace,
    slow_pace,
    pauses_inside_clauses,
    budgets,
    star_shares,
    we_instead_of_i,
    numbers,
    missing_signal,
    hedging,
    interrupting,
)
