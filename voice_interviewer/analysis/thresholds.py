"""Ranges the figures are shown against, with where they come from. A user can set their own."""

from __future__ import annotations

from collections.abc import Mapping

from voice_interviewer.analysis.findings import Range
from voice_interviewer.core.errors import UsageError

_LASKE = (
    "Laske & DiGennaro Reed (2024), Journal of Applied Behavior Analysis, doi:10.1002/jaba.1093: speeches "
    "with 0, 2, 5 and 12 fillers a minute; 5 did no harm, 12 filler sounds did"
)
_RATE = "customary advice to speakers around the usual 150 words a minute; a convention, not a finding"

DEFAULT_THRESHOLDS: Mapping[str, Range] = {
    "speech_rate_wpm": Range(130, 165, 110, 180, "words a minute", _RATE),
    "vocal_fillers_per_minute": Range(0, 5, 0, 12, "a minute", _LASKE),
    "lexical_fillers_per_minute": Range(
        0, 5, 0, 12, "a minute", _LASKE + "; filler words mattered less than filler sounds"
    ),
    "hedges_per_minute": Range(
        0, 6, 0, 10, "a minute", "a convention; hedging where one is unsure is honest"
    ),
    "inside_clause_pause_s": Range(
        0, 1, 0, 2, "seconds", "a convention: longer ones inside a clause are noticed"
    ),
}
"""'good' is where nothing needs doing, 'fine' what listeners take without harm. Few fillers are never held
against anyone: the good range begins at 0, and so does the fine one.
"""


def with_overrides(overrides: Mapping[str, Mapping[str, float]]) -> dict[str, Range]:
    """The defaults with a user's own numbers, e.g. `{"speech_rate_wpm": {"good_high": 170}}`.

    Raises UsageError for an unknown name or a range that does not hold together.
    """
    ranges = dict(DEFAULT_THRESHOLDS)
    bounds = ("good_low", "good_high", "fine_low", "fine_high")
    for name, numbers in overrides.items():
        if name not in ranges:
            raise UsageError(f"unknown threshold {name!r}", hint=f"known ones: {', '.join(sorted(ranges))}")
        for key, value in numbers.items():
            if key not in bounds or isinstance(value, bool) or not isinstance(value, (int, float)):
                raise UsageError(
                    f"threshold {name}: {key} = {value!r}", hint=f"numbers for {', '.join(bounds)}"
                )
        own = {**{key: getattr(ranges[name], key) for key in bounds}, **numbers}
        changed = Range(
            own["good_low"],
            own["good_high"],
            own["fine_low"],
            own["fine_high"],
            ranges[name].unit,
            "your own setting",
        )
        if not changed.fine_low <= changed.good_low <= changed.good_high <= changed.fine_high:
            raise UsageError(
                f"threshold {name} does not hold together",
                hint="fine_low <= good_low <= good_high <= fine_high",
            )
        ranges[name] = changed
    return ranges


def place(value: float, bounds: Range) -> str:
    """'good', 'fine', 'low' (below fine) or 'high' (above fine)."""
    if bounds.good_low <= value <= bounds.good_high:
        return "good"
    if bounds.fine_low <= value <= bounds.fine_high:
        return "fine"
    return "low" if value < bounds.fine_low else "high"
