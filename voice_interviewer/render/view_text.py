"""How figures and times are written for people, on the page and beyond."""

from __future__ import annotations

from datetime import datetime

PROMPT_NAMES = {
    "greeting": "Greeting",
    "question": "Question",
    "clarification": "Clarification",
    "follow_up": "Follow-up",
    "push_back": "Push-back",
    "nudge": "Nudge",
    "invitation": "Next step",
    "time_check": "Time check",
    "acknowledgement": "Acknowledgement",
    "hold": "Time to think",
    "warning": "Two minutes left",
    "closing": "Closing",
}
PAUSE_NAMES = {
    "before_answer": "before an answer",
    "between_sentences": "between sentences",
    "between_clauses": "between clauses",
    "inside_clause": "inside a clause",
    "break": "a break: somebody else may have spoken",
}
STATUS_NAMES = {
    "skipped": "skipped",
    "touched": "in passing",
    "short": "short",
    "within": "as planned",
    "over": "over",
}
TRACK_NAMES = {"candidate": "You", "interviewer": "Interviewer"}


def clock(seconds: float) -> str:
    """75.2 -> '1:15'; hours only where there are some."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def spoken_clock(seconds: float) -> str:
    """75.2 -> '1 minute 15 seconds', for screen readers."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    parts = []
    if minutes:
        parts.append(f"{minutes} minute{'s' if minutes != 1 else ''}")
    if rest or not minutes:
        parts.append(f"{rest} second{'s' if rest != 1 else ''}")
    return " ".join(parts)


def day(iso: str) -> str:
    """'2026-03-02T10:15:00+01:00' -> '2 March 2026, 10:15'; the text itself where it is no date."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def one_decimal(value: float) -> str:
    """5.54 -> '5.5'."""
    return f"{value:.1f}"


def whole(value: float) -> str:
    """160.6 -> '161'."""
    return f"{value:.0f}"


def share(value: float) -> str:
    """0.347 -> '35 %', the space unbreakable."""
    return f"{value:.0%}".replace("%", "\u00a0%")
