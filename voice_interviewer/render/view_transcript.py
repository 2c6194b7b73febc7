"""The transcript as the page shows it: paragraphs of words, fillers, pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from voice_interviewer.analysis.findings import FillerEvent, Pause, Report, ReportTurn
from voice_interviewer.analysis.tokens import SENTENCE, closing_boundary
from voice_interviewer.render.view_text import PROMPT_NAMES, clock

PAUSE_SHOWN_S = 1.0
PARAGRAPH_WORDS = 70
SHORT_PARAGRAPH_WORDS = 25
PHASE_SLACK_S = 0.5
"""A phase begins with the word that starts this close to its start."""
PARAGRAPH_PAUSE_S = 1.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a filler (one word or more, or an um that only the audio has), or a pause."""

    kind: str
    """'word', 'filler', 'pause'."""
    text: str
    start_s: float
    end_s: float
    words: tuple[tuple[int, str], ...] = ()
    """Position in the report's words, text."""
    filler: FillerEvent | None = None
    css: str = ""


@dataclass(slots=True)
class Paragraph:
    """A stretch of a turn with the time it begins."""

    start_s: float
    end_s: float
    pieces: list[Piece] = field(default_factory=list)
    phase: str = ""
    """Name of a phase that begins here, '' where it goes on."""


@dataclass(frozen=True, slots=True)
class Block:
    """One turn."""

    by: str
    label: str
    start_s: float
    text: str
    """A prompt's words; '' for the candidate."""
    end_s: float
    paragraphs: tuple[Paragraph, ...]


def transcript(report: Report) -> list[Block]:
    """Every turn in order of time."""
    begins = sorted((span.start_s, phase.name) for phase in report.phases for span in phase.spans)
    pieces = _pieces(report)
    blocks: list[Block] = []
    for turn in report.turns:
        own = tuple(_paragraphs(pieces.get(turn.id, []), begins)) if turn.by == "candidate" else ()
        label = "You" if turn.by == "candidate" else PROMPT_NAMES.get(turn.kind, "Interviewer")
        text = "" if turn.by == "candidate" else turn.text
        blocks.append(Block(turn.by, label, turn.start_s, text, turn.end_s, own))
    return blocks


def _pieces(report: Report) -> dict[int, list[Piece]]:
    """The candidate's words by turn, grouped into fillers, with ums of the audio and pauses among them."""
    by_word = {
        index: event for event in (*report.fillers.events, *report.fillers.rejected) for index in event.words
    }
    css = _word_classes(report)
    turns: dict[int, list[Piece]] = {}
    index = 0
    while index < len(report.words):
        word = report.words[index]
        event = by_word.get(index)
        last = max(event.words) if event else index
        run = tuple((n, report.words[n].text) for n in range(index, last + 1))
        text = " ".join(part for _, part in run)
        kind = "filler" if event else "word"
        piece = Piece(kind, text, word.start_s, report.words[last].end_s, run, event, css.get(index, ""))
        turns.setdefault(word.turn_id, []).append(piece)
        index = last + 1
    candidates = [turn for turn in report.turns if turn.by == "candidate"]
    for heard in (e for e in (*report.fillers.events, *report.fillers.rejected) if not e.words):
        turn = _turn_at(candidates, heard.start_s)
        if turn:
            turns[turn.id].append(Piece("filler", heard.token, heard.start_s, heard.end_s, (), heard))
    for pause in report.pauses.events:
        owner = _turn_at(candidates, pause.end_s)
        if pause.length_s >= PAUSE_SHOWN_S and owner and owner.start_s < pause.end_s:
            turns[owner.id].append(_pause_piece(pause))
    return {turn_id: sorted(own, key=lambda piece: piece.start_s) for turn_id, own in turns.items()}


def _pause_piece(pause: Pause) -> Piece:
    return Piece("pause", f"{pause.length_s:.1f} s", pause.start_s, pause.end_s, css=pause.kind)


def _word_classes(report: Report) -> dict[int, str]:
    classes: dict[int, str] = {}
    for css, marks in (("hedge", report.hedges), ("restart", report.restarts), ("repeat", report.repeats)):
        for event in marks.events:
            classes.update(dict.fromkeys(event.words, css))
    return classes


def _turn_at(turns: Sequence[ReportTurn], at_s: float) -> ReportTurn | None:
    """The turn around a time, else the next one after it, else the last."""
    if not turns:
        return None
    return next((turn for turn in turns if turn.end_s >= at_s), turns[-1])


def _paragraphs(pieces: Sequence[Piece], begins: list[tuple[float, str]]) -> Iterator[Paragraph]:
    """Cut where a phase begins, and at sentence ends: after enough words, or before a longer pause.

    `begins` holds (start_s, name) of the phases still to come; what was used is taken from it.
    """
    paragraph: Paragraph | None = None
    count = 0
    previous: Piece | None = None
    for piece in pieces:
        ended = previous is not None and closing_boundary(previous.text) == SENTENCE
        waited = previous is not None and piece.start_s - previous.end_s >= PARAGRAPH_PAUSE_S
        phase = ""
        while piece.kind != "pause" and begins and begins[0][0] <= piece.start_s + PHASE_SLACK_S:
            phase = begins.pop(0)[1]
        full = ended and (count >= PARAGRAPH_WORDS or (waited and count >= SHORT_PARAGRAPH_WORDS))
        if paragraph and piece.kind != "pause" and (full or phase):
            yield paragraph
            paragraph, count = None, 0
        if paragraph is None:
            paragraph = Paragraph(piece.start_s, piece.end_s, phase=phase)
        paragraph.pieces.append(piece)
        paragraph.end_s = max(paragraph.end_s, piece.end_s)
        if piece.kind != "pause":
            previous = piece
            count += max(1, len(piece.words))
    if paragraph:
        yield paragraph


def paragraph_label(paragraph: Paragraph) -> str:
    """'1:15'."""
    return clock(paragraph.start_s)
