"""The figures of the page: tiles with their ranges, and the advice with its examples."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

from voice_interviewer.analysis.findings import AdviceItem, FillerFigures, Range, Report
from voice_interviewer.analysis.thresholds import place
from voice_interviewer.render.view_text import one_decimal, share, whole

_SCALES = {
    "speech_rate_wpm": (60.0, 240.0),
    "vocal_fillers_per_minute": (0.0, 18.0),
    "lexical_fillers_per_minute": (0.0, 18.0),
}
"""Ends of each bar; a value beyond them sits at the edge."""
LABEL_GAP_PERCENT = 12.0
_PLACES = {
    "good": "in the good range",
    "fine": "in the fine range",
    "low": "below the fine range",
    "high": "above the fine range",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A value on its range; positions in percent."""

    good: tuple[str, str]
    fine: tuple[str, str]
    marker: str
    low: float
    high: float
    labels: tuple[tuple[str, str], ...]
    place: str
    range_text: str
    source: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure."""

    label: str
    value: str
    unit: str
    detail: Markup
    figure: str = ""
    """Name under which the page's script keeps it current when a filler is marked 'not one'."""
    bar: Bar | None = None


def tiles(report: Report) -> list[Tile]:
    """The figures at the top, in the order they are read."""
    fillers, pacing, pauses = report.fillers, report.pacing, report.pauses
    judged = report.quality.verdict not in ("poor", "none")
    inside = pauses.by_kind["inside_clause"]
    return [
        Tile(
            "Ums and uhs",
            one_decimal(fillers.vocal.per_minute),
            "a minute",
            _counts("vocal", fillers.vocal),
            "vocal_per_minute",
            _bar(report, "vocal_fillers_per_minute", fillers.vocal.per_minute, judged),
        ),
        Tile(
            "Filler words",
            one_decimal(fillers.lexical.per_minute),
            "a minute",
            _counts("lexical", fillers.lexical),
            "lexical_per_minute",
            _bar(report, "lexical_fillers_per_minute", fillers.lexical.per_minute, judged),
        ),
        Tile(
            "Speech rate",
            whole(pacing.speech_rate_wpm),
            "words a minute",
            Markup("{} without the pauses").format(whole(pacing.articulation_rate_wpm)),
            "",
            _bar(report, "speech_rate_wpm", pacing.speech_rate_wpm, judged),
        ),
        Tile(
            "Pauses",
            str(pauses.count),
            "of ¼ s and more",
            Markup("{} inside a clause{}; thinking before an answer is never counted against you").format(
                inside.count, f", the longest {inside.longest_s:.1f} s" if inside.count else ""
            ),
        ),
    ]


def _counts(category: str, figures: FillerFigures) -> Markup:
    text = "<b data-fig='{0}_count'>{1}</b> in all, <b data-fig='{0}_per_100'>{2}</b> per 100 words"
    return Markup(text).format(category, figures.count, one_decimal(figures.per_100_words))


def _bar(report: Report, name: str, value: float, judged: bool) -> Bar:
    bounds = report.thresholds[name]
    low, high = _SCALES[name]
    high = max(high, bounds.fine_high * 1.2)

    def at(number: float) -> float:
        return 100 * (min(max(number, low), high) - low) / (high - low)

    return Bar(
        good=(f"{at(bounds.good_low):.2f}%", f"{at(bounds.good_high) - at(bounds.good_low):.2f}%"),
        fine=(f"{at(bounds.fine_low):.2f}%", f"{at(bounds.fine_high) - at(bounds.fine_low):.2f}%"),
        marker=f"{at(value):.2f}%",
        low=low,
        high=high,
        labels=_labels(bounds, low, at),
        place=_PLACES[place(value, bounds)] if judged else "not judged",
        range_text=range_text(bounds),
        source=bounds.source,
    )


def _labels(bounds: Range, low: float, at: Callable[[float], float]) -> tuple[tuple[str, str], ...]:
    """The ends of the good range, and of the fine one where there is room beside them."""
    shown: list[float] = []
    for number in (bounds.good_low, bounds.good_high, bounds.fine_low, bounds.fine_high):
        if number > low and all(abs(at(number) - at(other)) >= LABEL_GAP_PERCENT for other in shown):
            shown.append(number)
    return tuple((f"{at(number):.2f}%", f"{number:g}") for number in sorted(shown))


def range_text(bounds: Range) -> str:
    """The range in words."""
    if bounds.good_low <= 0 and bounds.fine_low <= 0:
        return f"up to {bounds.good_high:g} harmless, above {bounds.fine_high:g} harmful"
    return (
        f"{bounds.good_low:g} to {bounds.good_high:g} good, {bounds.fine_low:g} to {bounds.fine_high:g} fine"
    )


_RATE = re.compile(r"(\d+\.\d) a minute")
_OF_ALL = re.compile(r"fills (\d+) of (\d+) times")


def advice_text(item: AdviceItem, text: str) -> Markup:
    """Advice with the figures in it that follow the user's corrections."""
    category = {"vocal_fillers": "vocal", "lexical_fillers": "lexical"}.get(item.id)
    marked = str(escape(text))
    if category:
        marked = _RATE.sub(rf"<span data-fig='{category}_per_minute'>\1</span> a minute", marked)
        token = marked[1 : marked.find("”")] if marked.startswith("“") else ""
        own = rf"<span data-token-count='{token}'>\1</span>"
        marked = _OF_ALL.sub(rf"fills {own} of <span data-fig='{category}_count'>\2</span> times", marked)
    return Markup(marked)  # escaped above; what was added is fixed text around digits


def delivery_rows(report: Report) -> list[tuple[str, str, str]]:
    """Label, value, remark."""
    delivery, rows = report.delivery, []
    if delivery.pitch:
        rows.append(
            (
                "Pitch variety",
                f"{delivery.pitch.sd_semitones:.1f} semitones",
                f"around {delivery.pitch.median_hz:.0f} Hz; talks by students had 1.9 to 4.1 (Hincks 2004)",
            )
        )
    if delivery.loudness:
        rows.append(
            (
                "Loudness variety",
                f"{delivery.loudness.sd_db:.1f} dB",
                f"{delivery.loudness.range_db:.0f} dB between your soft and your loud words",
            )
        )
    if delivery.longest_monologue:
        span = delivery.longest_monologue
        rows.append(("Longest monologue", _duration(span.end_s - span.start_s), ""))
    if delivery.talk_share is not None:
        rows.append(("Talk share", share(delivery.talk_share), "of all speech was yours"))
    if delivery.time_to_first_word_s.count and delivery.time_to_first_word_s.p50 is not None:
        rows.append(
            (
                "Time to first word",
                f"{delivery.time_to_first_word_s.p50:.1f} s",
                f"median of {delivery.time_to_first_word_s.count}; taking time to think is a good habit",
            )
        )
    if report.delivery.talk_share is not None:
        rows.append(
            (
                "Interruptions",
                f"{len(delivery.interruptions_by_candidate)} by you",
                f"{len(delivery.interruptions_by_interviewer)} by the interviewer",
            )
        )
    answers = report.substance.answers
    if answers.count:
        rows.append(
            (
                "Answer length",
                _duration(answers.median_s),
                f"median of {answers.count}, the longest {_duration(answers.longest_s)}",
            )
        )
    return rows


def _duration(seconds: float) -> str:
    whole_s = round(seconds)
    return f"{whole_s} s" if whole_s < 60 else f"{whole_s // 60} min {whole_s % 60:02d} s"
