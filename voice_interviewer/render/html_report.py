"""`report.html`: one file that opens from disk, plays the recording and needs no network.

Everything spoken or typed is escaped by the template engine; scripts and styles run by their hashes alone,
and no other source of anything is allowed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from voice_interviewer.analysis.findings import FillerEvent, Report
from voice_interviewer.render import view_figures, view_text
from voice_interviewer.render.opinion_view import left_out
from voice_interviewer.render.view_timeline import pace_chart, session_length, timeline
from voice_interviewer.render.view_transcript import transcript

TRACKS = ("candidate", "interviewer")
LONGEST_PAUSES = 8


def render_html(report: Report, *, audio: Mapping[str, str], ready_at_s: float | None = None) -> str:
    """The whole page.

    `audio` maps 'candidate' and 'interviewer' to a data: URI or to a file name beside the page; a track
    that is missing is not offered. Both tracks begin at session second 0. `ready_at_s` (Unix time) tells
    when a second look at the recording should be done: the page says so, and renews itself from disk.
    """
    page = environment().get_template("report.html")
    sources = {track: audio[track] for track in TRACKS if audio.get(track)}
    style, script = asset("report.css"), asset("report.js")
    return page.render(
        report=report,
        title=page_title(report),
        audio=sources,
        ready_at_ms=None if ready_at_s is None else round(1000 * ready_at_s),
        policy=content_policy(style, script, sources),
        style=Markup(style),
        script=Markup(script),
        data=json_for_script(page_data(report)),
        timeline=timeline(report),
        pace=pace_chart(report),
        tiles=view_figures.tiles(report),
        delivery=view_figures.delivery_rows(report),
        transcript=transcript(report),
        fillers=filler_rows(report),
        tokens=token_rows(report),
        long_pauses=long_pauses(report),
        left_out=left_out,
    )


def page_title(report: Report) -> str:
    """What the page is called."""
    session = report.session
    if session.kind == "review":
        return session.recording or session.question or session.id
    return session.question or f"{session.framework_name or 'Interview'} practice"


@cache
def environment() -> Environment:
    """Templates that escape everything and fail on a name that is missing."""
    made = Environment(
        loader=PackageLoader("voice_interviewer.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clock=view_text.clock,
        spoken_clock=view_text.spoken_clock,
        day=view_text.day,
        one=view_text.one_decimal,
        whole=view_text.whole,
        share=view_text.share,
        advice=lambda item, text: view_figures.advice_text(item, text),
    )
    made.globals.update(
        prompt_names=view_text.PROMPT_NAMES,
        pause_names=view_text.PAUSE_NAMES,
        status_names=view_text.STATUS_NAMES,
        track_names=view_text.TRACK_NAMES,
    )
    return made


@cache
def asset(name: str) -> str:
    """A style sheet or script of the page."""
    return files("voice_interviewer.render").joinpath("page", name).read_text(encoding="utf-8")


def content_policy(style: str, script: str, sources: Mapping[str, str]) -> str:
    """Nothing but this style, this script and this sound."""
    media = {"blob:", "data:"}
    if any(not source.startswith("data:") for source in sources.values()):
        media |= {"'self'", "file:"}  # a page on disk is no origin to itself
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            f"media-src {' '.join(sorted(media))}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


def json_for_script(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028")):
        text = text.replace(sign, code)
    return Markup(text)


def page_data(report: Report) -> dict[str, Any]:
    """What the page's script needs: times of words and fillers, and what rates are made of."""
    events = sorted((*report.fillers.events, *report.fillers.rejected), key=lambda event: event.start_s)
    return {
        "session": report.session.id,
        "duration_s": round(session_length(report), 3),
        "speaking_s": round(report.pacing.speaking_s, 3),
        "words": report.pacing.words,
        "word_times": [[round(word.start_s, 2), round(word.end_s, 2)] for word in report.words],
        "turns": [[round(t.start_s, 2), round(t.end_s, 2), t.by] for t in report.turns],
        "fillers": [_filler_data(event) for event in events],
        "rejected": [event.id for event in report.fillers.rejected],
        "harmless": {
            category: report.thresholds[f"{category}_fillers_per_minute"].good_high
            for category in ("vocal", "lexical")
        },
    }


def _filler_data(event: FillerEvent) -> list[Any]:
    """Identity, token, category, start, end."""
    return [event.id, event.token, event.category, round(event.start_s, 3), round(event.end_s, 3)]


def filler_rows(report: Report) -> list[dict[str, Any]]:
    """Every filler with the words around it."""
    rejected = {event.id for event in report.fillers.rejected}
    events = sorted((*report.fillers.events, *report.fillers.rejected), key=lambda event: event.start_s)
    starts = [word.start_s for word in report.words]
    rows = []
    for event in events:
        before, after = _around(report, event, starts)
        rows.append({"event": event, "before": before, "after": after, "rejected": event.id in rejected})
    return rows


def _around(report: Report, event: FillerEvent, starts: list[float]) -> tuple[str, str]:
    if event.words:
        first, last = event.words[0], event.words[-1]
    else:
        last = bisect_left(starts, event.start_s) - 1
        first = last + 1
    before = " ".join(word.text for word in report.words[max(0, first - 4) : first])
    return before, " ".join(word.text for word in report.words[last + 1 : last + 5])


def token_rows(report: Report) -> list[dict[str, Any]]:
    """Tokens with their counts, most frequent first; rejected ones keep a row, so that they can come back."""
    events = (*report.fillers.events, *report.fillers.rejected)
    categories = {event.token: event.category for event in events}
    counts = dict(report.fillers.by_token)
    most = max([*counts.values(), 1])
    return [
        {
            "token": token,
            "count": count,
            "category": categories[token],
            "percent": f"{100 * count / most:.1f}%",
        }
        for token, count in sorted(
            ((token, counts.get(token, 0)) for token in categories), key=lambda row: (-row[1], row[0])
        )
    ]


def long_pauses(report: Report) -> list[Any]:
    """The longest pauses in the speech itself: thinking before an answer is not among them."""
    own = [pause for pause in report.pauses.events if pause.kind not in ("before_answer", "break")]
    return sorted(own, key=lambda pause: -pause.length_s)[:LONGEST_PAUSES]
