"""What went well: one rule a topic. The last one finds something in any recording that can be judged."""

from __future__ import annotations

from collections.abc import Callable

from voice_interviewer.analysis.considered import Considered, Rated, percent, rated
from voice_interviewer.analysis.thresholds import place

MIN_SPEAKING_S = 60.0
MIN_PAUSES = 6


def few_fillers(facts: Considered) -> Rated | None:
    """Few ums over a minute and more of speech."""
    rate = facts.fillers.vocal.per_minute
    harmless = facts.thresholds["vocal_fillers_per_minute"].good_high
    if rate > harmless or facts.pacing.speaking_s < MIN_SPEAKING_S:
        return None
    detail = f"{rate:.1f} ums a minute: well below what any listener minds. Nothing to do here."
    examples = facts.moments.clean_runs(facts.pauses.events)
    return rated(0.55 + 0.05 * (harmless - rate), "vocal_fillers", "Hardly an um", detail, examples)


def good_pace(facts: Considered) -> Rated | None:
    """Speech rate in the good range, hardly a stretch beyond the fine one."""
    bounds = facts.thresholds["speech_rate_wpm"]
    rate = facts.pacing.speech_rate_wpm
    if place(rate, bounds) != "good" or len(facts.pacing.stretches) > 2 or not facts.pacing.curve:
        return None
    steady = min(facts.pacing.curve, key=lambda point: abs(point.wpm - rate))
    example = facts.moments.after(
        max(0.0, steady.at_s - 4), f"your usual pace, {steady.wpm:.0f} words a minute"
    )
    title = f"An easy pace: {rate:.0f} words a minute"
    detail = f"Between {bounds.good_low:g} and {bounds.good_high:g}, where listeners follow without effort."
    return rated(0.6, "pace", title, detail, [example])


def kept_budgets(facts: Considered) -> Rated | None:
    """All phases reached, none far over."""
    if not facts.phases or facts.substance.star_shares is not None:
        return None
    if any(phase.status in ("skipped", "touched", "over") for phase in facts.phases):
        return None
    final = facts.phases[-1]
    first = facts.phases[0]
    examples = [
        facts.moments.after(phase.spans[0].start_s, f"{phase.name}, in time")
        for phase in (final, first)
        if phase.spans
    ]
    return rated(
        0.9, "budget", "You came through every phase in time", "None skipped, none far over.", examples
    )


def told_the_action(facts: Considered) -> Rated | None:
    """A story with the action at its centre."""
    shares = facts.substance.star_shares
    if not shares or not 0.5 <= shares.get("action", 0.0) <= 0.75:
        return None
    action = next(phase for phase in facts.phases if phase.id == "action")
    if not action.spans or any(phase.status in ("skipped", "touched") for phase in facts.phases):
        return None
    detail = f"{percent(shares['action'])} of the answer is what you did, and no part is missing."
    example = facts.moments.after(action.spans[0].start_s, "the action begins")
    return rated(0.85, "star", "The action is the centre of your story", detail, [example])


def signals_heard(facts: Considered) -> Rated | None:
    """Much of what a strong answer lets one hear."""
    signals = [signal for phase in facts.phases for signal in phase.signals]
    heard = sorted((signal for signal in signals if signal.heard), key=lambda signal: -signal.value)
    if len(heard) < 3 or len(heard) < 0.6 * len(signals):
        return None
    share = len(heard) / len(signals)
    detail = f"{len(heard)} of {len(signals)} things a strong answer shows were heard in yours."
    examples = [facts.moments.quote(signal.quotes[0], signal.name) for signal in heard]
    return rated(0.45 + 0.4 * share, "signal", "Strong substance", detail, examples)


def quoted_numbers(facts: Considered) -> Rated | None:
    """Numbers rather than vague amounts."""
    quoted, vague = facts.substance.numbers, facts.substance.vague
    if len(quoted) < 4 or len(quoted) < 2 * len(vague):
        return None
    examples = [facts.moments.quote(quote, "a number") for quote in quoted]
    detail = f"{len(quoted)} numbers, {len(vague)} vague amounts."
    return rated(0.65, "numbers", "You put numbers on your points", detail, examples)


def owned_it(facts: Considered) -> Rated | None:
    """'I' in a story about oneself."""
    pronouns = facts.substance.pronouns
    if not facts.behavioural or pronouns.i < 8 or (pronouns.i_share or 0.0) < 0.6:
        return None
    examples = [facts.moments.quote(quote, "your own part") for quote in pronouns.i_quotes]
    detail = f"“I” {pronouns.i} times against “we” {pronouns.we} times."
    return rated(0.6, "pronouns", "Your own part is clear", detail, examples)


def pauses_in_place(facts: Considered) -> Rated | None:
    """Most pauses fall between sentences and clauses."""
    by_kind = facts.pauses.by_kind
    between = by_kind["between_sentences"].count + by_kind["between_clauses"].count
    inside = by_kind["inside_clause"].count
    if between + inside < MIN_PAUSES or between < 0.7 * (between + inside):
        return None
    longest = sorted(
        (pause for pause in facts.pauses.events if pause.kind == "between_sentences"),
        key=lambda p: -p.length_s,
    )
    examples = [facts.moments.around_pause(pause, "a pause where the thought ends") for pause in longest]
    detail = f"{percent(between / (between + inside))} of your pauses fall between sentences or clauses."
    return rated(0.5, "pauses", "You pause where a thought ends", detail, examples)


def clean_run(facts: Considered) -> Rated | None:
    """The longest stretch without a filler: there is always one."""
    examples = facts.moments.clean_runs(facts.pauses.events)
    if not examples:
        return None
    title = f"A clean run: {examples[0].why}"
    return rated(
        0.1, "clean_run", title, "This is how you sound when you know where you are going.", examples
    )


STRENGTH_RULES: tuple[Callable[[Considered], Rated | None], ...] = (
    few_fillers,
    good_pace,
    kept_budgets,
    told_the_action,
    signals_heard,
    quoted_numbers,
    owned_it,
    pauses_in_place,
    clean_run,
)
