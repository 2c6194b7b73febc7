"""From the recogniser's pieces to words that begin and end where the voice does.

Whisper stretches a word over the pause beside it. The level of the sound tells where the voice stopped, so
every word is cut back to the part of its span that sounds; pauses then come out as pauses.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.acoustics import HOP_S, levels_db, speech_threshold_db
from voice_interviewer.adapters.whisper_engine import Piece
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import Samples

OPENING = "\"'“¿([{-"
SHORTEST_WORD_S = 0.06
LONGEST_GAP_INSIDE_S = 0.15
"""Stop consonants are silent for up to this long; anything longer inside a word's span is a pause."""
LONGEST_SYLLABLE_S = 0.75
LONGEST_PER_LETTER_S = 0.12

Mask = NDArray[np.bool_]


def join_punctuation(pieces: Sequence[Piece]) -> list[Piece]:
    """Words with their marks attached; a mark lends a word its text, never its time: it stands in a pause."""
    words: list[Piece] = []
    lead = ""
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        if any(ch.isalnum() for ch in text):
            words.append(Piece(lead + text, piece.start_s, piece.end_s, piece.probability))
            lead = ""
        elif text in OPENING and piece.text.startswith(" "):
            lead = text
        elif words:
            last = words[-1]
            words[-1] = Piece(last.text + text, last.start_s, last.end_s, last.probability)
    return words


def sounding(samples: Samples) -> Mask:
    """For each 10 ms: is it louder than the stretch's quiet? Gaps of a stop consonant are filled."""
    levels = levels_db(samples)
    mask = levels > speech_threshold_db(levels)
    return _fill_gaps(mask, int(0.05 / HOP_S))


def trim_words(words: Sequence[Piece], mask: Mask, *, duration_s: float) -> list[Piece]:
    """Words cut back to where they sound: sorted, not overlapping, inside the sound.

    A word's span keeps its longest stretch of sound, plus neighbours no further away than a stop consonant.
    """
    trimmed: list[Piece] = []
    previous_end_s = 0.0
    for word in words:
        start_s = min(max(word.start_s, previous_end_s), duration_s)
        end_s = min(max(word.end_s, start_s), duration_s)
        start_s, end_s = _sounding_part(mask, start_s, end_s)
        longest_s = LONGEST_SYLLABLE_S + LONGEST_PER_LETTER_S * len(word.text)
        end_s = min(end_s, start_s + longest_s)
        if end_s - start_s < SHORTEST_WORD_S:
            end_s = min(duration_s, start_s + SHORTEST_WORD_S)
            start_s = max(previous_end_s, min(start_s, end_s - SHORTEST_WORD_S))
        if end_s > start_s:
            trimmed.append(Piece(word.text, start_s, end_s, word.probability))
            previous_end_s = end_s
    return trimmed


def to_words(pieces: Sequence[Piece], *, offset_s: float) -> list[Word]:
    """Pieces as the core's words, in session time, to the millisecond."""
    return [
        Word(
            piece.text,
            round(offset_s + piece.start_s, 3),
            round(offset_s + piece.end_s, 3),
            round(piece.probability, 3),
        )
        for piece in pieces
    ]


def _sounding_part(mask: Mask, start_s: float, end_s: float) -> tuple[float, float]:
    first, last = (
        round(start_s / HOP_S),
        min(len(mask), max(round(end_s / HOP_S), round(start_s / HOP_S) + 1)),
    )
    runs = _runs(mask[first:last])
    if not runs:
        return start_s, end_s
    best = max(range(len(runs)), key=lambda i: runs[i][1] - runs[i][0])
    left = right = best
    reach = int(LONGEST_GAP_INSIDE_S / HOP_S)
    while left > 0 and runs[left][0] - runs[left - 1][1] <= reach:
        left -= 1
    while right < len(runs) - 1 and runs[right + 1][0] - runs[right][1] <= reach:
        right += 1
    sound_start, sound_end = (first + runs[left][0]) * HOP_S, (first + runs[right][1]) * HOP_S
    return max(start_s, sound_start), min(end_s, sound_end)


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """[start, end) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _fill_gaps(mask: Mask, longest: int) -> Mask:
    filled = mask.copy()
    for start, end in _runs(~mask):
        if end - start <= longest and start > 0 and end < len(mask):
            filled[start:end] = True
    return filled
