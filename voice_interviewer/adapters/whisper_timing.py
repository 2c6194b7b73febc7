"""From the recogniser's pieces to words that begin and end where the voice does.

Whisper stretches some words over the pause beside them and ends others before the voice does. Level and
speech detector together tell where there is voice: each word is cut back to the part of its span that sounds,
then grows into sound that touches it; pauses come out as pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.acoustics import HOP_S, levels_db, speech_threshold_db
from voice_interviewer.adapters.whisper_engine import Piece
from voice_interviewer.adapters.whisper_speech import STEP_S, Chances
from voice_interviewer.ports import Samples

OPENING = "\"'“¿([{-"
SHORTEST_WORD_S = 0.06
LONGEST_GAP_INSIDE_S = 0.15
"""Stop consonants are silent for up to this long; anything longer inside a word's span is a pause."""
NEAR_SPEECH_AT = 0.3
LONGEST_TAIL_S = 0.4
"""How far a word may grow into sound that the recogniser gave to no word."""
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
            words.append(replace(piece, text=lead + text, aligned_s=piece.end_s - piece.start_s))
            lead = ""
        elif text in OPENING and piece.text.startswith(" "):
            lead = text
        elif words:
            words[-1] = replace(words[-1], text=words[-1].text + text)
    return words


def sounding(samples: Samples, chances: Chances) -> Mask:
    """For each 10 ms: is it louder than the stretch's quiet, and near speech? Gaps of 50 ms are filled.

    The level places edges sharply but takes breaths and clicks for sound; the detector knows those, but its
    edges are late by a step or two, so it is widened by two.
    """
    levels = levels_db(samples)
    mask = _fill_gaps(levels > speech_threshold_db(levels), int(0.05 / HOP_S))
    if len(chances) == 0:
        return mask
    speech = np.convolve((chances >= NEAR_SPEECH_AT).astype(np.float64), np.ones(5), mode="same") > 0
    steps = np.minimum((np.arange(len(mask)) * HOP_S / STEP_S).astype(int), len(speech) - 1)
    near: Mask = mask & speech[steps]
    return near


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
            trimmed.append(replace(word, start_s=start_s, end_s=end_s))
            previous_end_s = end_s
    return trimmed


def grow_words(words: Sequence[Piece], mask: Mask, *, duration_s: float) -> list[Piece]:
    """Words that reach over the sound touching them, as far as their neighbour or the next silence."""
    grown = list(words)
    if grown:  # the first word has nobody before it to give its beginning away to
        first_s = _sound_since(mask, grown[0].start_s, max(0.0, grown[0].start_s - LONGEST_TAIL_S))
        grown[0] = replace(grown[0], start_s=min(grown[0].start_s, first_s))
    for index, word in enumerate(grown):
        last = index + 1 == len(grown)
        limit_s = duration_s if last else grown[index + 1].start_s
        # After the last word, sound that goes on is more likely a missed word than this one.
        limit_s = min(limit_s, word.end_s + LONGEST_TAIL_S)
        end_s = max(word.end_s, min(limit_s, _sound_until(mask, word.end_s, limit_s)))
        grown[index] = replace(word, end_s=end_s)
        if not last:
            following = grown[index + 1]
            earliest_s = max(end_s, following.start_s - LONGEST_TAIL_S)
            start_s = _sound_since(mask, following.start_s, earliest_s)
            grown[index + 1] = replace(following, start_s=max(earliest_s, min(following.start_s, start_s)))
    return grown


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


def _sound_until(mask: Mask, start_s: float, limit_s: float) -> float:
    frame, limit = round(start_s / HOP_S), min(len(mask), round(limit_s / HOP_S))
    while frame < limit and mask[frame]:
        frame += 1
    return frame * HOP_S


def _sound_since(mask: Mask, end_s: float, limit_s: float) -> float:
    frame, limit = min(len(mask), round(end_s / HOP_S)), round(limit_s / HOP_S)
    while frame > limit and mask[frame - 1]:
        frame -= 1
    return frame * HOP_S


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
