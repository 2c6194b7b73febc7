"""A session taken elsewhere: Markdown, subtitles (SRT, VTT), CSV, the words as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.findings import AdviceItem, Report, ReportWord
from voice_interviewer.analysis.tokens import SENTENCE, closing_boundary
from voice_interviewer.render.json_report import SCHEMA
from voice_interviewer.render.view_text import PAUSE_NAMES, PROMPT_NAMES, STATUS_NAMES, clock, day

CUE_WORDS = 14
CUE_SECONDS = 6.0
CUE_GAP_S = 0.8
LINE_COLUMNS = 42


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle."""

    start_s: float
    end_s: float
    by: str
    text: str


def to_markdown(report: Report) -> str:
    """Figures, advice and transcript, for notes and mails."""
    return "\n".join(_markdown(report)).rstrip() + "\n"


def _markdown(report: Report) -> Iterator[str]:
    session = report.session
    yield f"# {_plain(session.recording or session.question or session.framework_name or session.id)}"
    yield ""
    facts = [day(session.started_at), session.framework_name, session.company, clock(session.duration_s)]
    yield " · ".join(_plain(fact) for fact in facts if fact)
    yield ""
    for note in report.notes:
        yield f"> {_plain(note)}"
        yield ""
    yield from _markdown_advice(report)
    yield "## Figures"
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    fillers, pacing = report.fillers, report.pacing
    yield f"| Ums and uhs | {fillers.vocal.count}, {fillers.vocal.per_minute:.1f} a minute |"
    yield f"| Filler words | {fillers.lexical.count}, {fillers.lexical.per_minute:.1f} a minute |"
    yield f"| Speech rate | {pacing.speech_rate_wpm:.0f} words a minute |"
    yield f"| Articulation rate | {pacing.articulation_rate_wpm:.0f} words a minute |"
    for kind, figures in report.pauses.by_kind.items():
        if figures.count:
            yield f"| Pauses {PAUSE_NAMES[kind]} | {figures.count}, the longest {figures.longest_s:.1f} s |"
    yield ""
    if report.phases:
        yield "## Phases"
        yield ""
        yield "| Phase | Spent | Planned | |"
        yield "| --- | ---: | ---: | --- |"
        for phase in report.phases:
            status = STATUS_NAMES[phase.status]
            yield f"| {_plain(phase.name)} | {clock(phase.spent_s)} | {clock(phase.budget_s)} | {status} |"
        yield ""
    yield "## Transcript"
    yield ""
    for turn in report.turns:
        who = "You" if turn.by == "candidate" else PROMPT_NAMES.get(turn.kind, "Interviewer")
        yield f"**{who}** ({clock(turn.start_s)}): {_plain(turn.text)}"
        yield ""


def _markdown_advice(report: Report) -> Iterator[str]:
    advice = report.advice
    if advice.withheld:
        yield _plain(advice.withheld)
        yield ""
    items: list[tuple[str, AdviceItem]] = [("Keep", advice.strength)] if advice.strength else []
    items += [("Work on", item) for item in advice.work_on]
    for label, item in items:
        yield f"## {label}: {_plain(item.title)}"
        yield ""
        yield _plain(item.detail)
        yield ""
        for example in item.examples:
            yield f"- {clock(example.start_s)} “{_plain(example.quote)}” ({_plain(example.why)})"
        yield ""


def _plain(text: str) -> str:
    """Spoken text that Markdown takes for text."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def cues(report: Report) -> list[Cue]:
    """Subtitles of both voices: short lines, cut at sentences, pauses and lengths."""
    by_turn: dict[int, list[ReportWord]] = {}
    for word in report.words:
        by_turn.setdefault(word.turn_id, []).append(word)
    made: list[Cue] = []
    for turn in report.turns:
        if turn.by == "candidate":
            made += [
                Cue(
                    run[0].start_s,
                    max(run[-1].end_s, run[0].start_s + 0.2),
                    "candidate",
                    " ".join(w.text for w in run),
                )
                for run in _runs(by_turn.get(turn.id, []))
            ]
        else:
            made.append(Cue(turn.start_s, max(turn.end_s, turn.start_s + 0.2), "interviewer", turn.text))
    made.sort(key=lambda cue: cue.start_s)
    return made


def _runs(words: Sequence[ReportWord]) -> Iterator[list[ReportWord]]:
    run: list[ReportWord] = []
    for word in words:
        full = run and (
            len(run) >= CUE_WORDS
            or word.end_s - run[0].start_s > CUE_SECONDS
            or word.start_s - run[-1].end_s >= CUE_GAP_S
            or closing_boundary(run[-1].text) == SENTENCE
        )
        if full:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def to_srt(report: Report) -> str:
    """SubRip."""
    blocks = [
        f"{number}\n{_stamp(cue.start_s, ',')} --> {_stamp(cue.end_s, ',')}\n{_lines(_label(cue))}\n"
        for number, cue in enumerate(cues(report), 1)
    ]
    return "\n".join(blocks)


def to_vtt(report: Report) -> str:
    """WebVTT, with a voice for each party."""
    blocks = ["WEBVTT\n"]
    for cue in cues(report):
        text = _lines(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        voice = "Candidate" if cue.by == "candidate" else "Interviewer"
        blocks.append(f"{_stamp(cue.start_s, '.')} --> {_stamp(cue.end_s, '.')}\n<v {voice}>{text}\n")
    return "\n".join(blocks)


def _label(cue: Cue) -> str:
    return cue.text if cue.by == "candidate" else f"Interviewer: {cue.text}"


def _lines(text: str) -> str:
    """Lines of subtitle width."""
    lines: list[str] = [""]
    for word in text.replace("-->", "→").split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LINE_COLUMNS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _stamp(seconds: float, point: str) -> str:
    millis = max(0, round(seconds * 1000))
    hours, minutes, whole = millis // 3_600_000, millis // 60_000 % 60, millis // 1000 % 60
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{point}{millis % 1000:03d}"


def to_csv(report: Report) -> str:
    """One row a word of the candidate, with what the analysis made of it; ums that only the audio has get a
    row too.
    """
    fillers = {index: event for event in report.fillers.events for index in event.words}
    marks = {
        index: name
        for name, found in (
            ("hedge", report.hedges),
            ("restart", report.restarts),
            ("repeat", report.repeats),
        )
        for event in found.events
        for index in event.words
    }
    phases = {turn.id: turn.phase for turn in report.turns}
    rows: list[tuple[float, tuple[object, ...]]] = []
    for index, word in enumerate(report.words):
        event = fillers.get(index)
        kind = event.category if event else ""
        place = (word.turn_id, phases.get(word.turn_id, ""), kind, marks.get(index, ""))
        rows.append((word.start_s, (*_timed(word.start_s, word.end_s, word.text, word.probability), *place)))
    for event in report.fillers.events:
        if not event.words:
            facts = _timed(event.start_s, event.end_s, event.token, event.confidence)
            rows.append((event.start_s, (*facts, "", "", event.category, "audio only")))
    rows.sort(key=lambda row: row[0])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("start_s", "end_s", "text", "probability", "turn", "phase", "filler", "mark"))
    writer.writerows(row for _, row in rows)
    return out.getvalue()


def _timed(start_s: float, end_s: float, text: str, probability: float) -> tuple[str, str, str, str]:
    return f"{start_s:.3f}", f"{end_s:.3f}", _cell(text), f"{probability:.3f}"


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def to_words(report: Report) -> str:
    """The candidate's words as JSON."""
    words = [
        {
            "text": word.text,
            "start_s": round(word.start_s, 3),
            "end_s": round(word.end_s, 3),
            "probability": round(word.probability, 3),
            "turn_id": word.turn_id,
        }
        for word in report.words
    ]
    document = {"from": SCHEMA, "session": report.session.id, "words": words}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


FORMATS: Mapping[str, tuple[str, Callable[[Report], str]]] = {
    "markdown": (".md", to_markdown),
    "srt": (".srt", to_srt),
    "vtt": (".vtt", to_vtt),
    "csv": (".csv", to_csv),
    "words": (".words.json", to_words),
}
"""Name -> file ending and writer."""
