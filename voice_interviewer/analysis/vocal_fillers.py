"""Which of the "um"s that were heard are there: votes of the readings against what the sound shows. Pure.

A reading is one pass of the recogniser over a stretch of sound, led to keep disfluencies. It hears almost
every "um", and now and then one that is none: in a silence, in a letter spelled out, in an echo of its
prompt. Two readings whose windows lie differently seldom invent the same one, and what was invented has no
voice under it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from voice_interviewer.analysis.record import VocalFillerEvent

SHORTEST_S = 0.06
"""The recogniser gives what it made up no time at all; the shortest labelled "uh" takes 0.1 s."""
LEAST_VOICED_S = 0.05
SURE_PROBABILITY = 0.8
"""So sure of its word, the recogniser is believed on a line too poor to show voicing."""
AGREED_PROBABILITY, CLEARLY_VOICED_S = 0.5, 0.2
"""Without a length, both readings must hear it, one of them likely, over a clear voice."""
LEAST_AGREED = 0.4
"""What the surer of two readings that agree must give it; less, and both may have followed their prompt."""
SELDOM, SELDOM_PROBABILITY = ("er", "hmm"), 0.5
"""Kinds that are mostly a letter, a word's end or an answer, and what one of them must be given."""
LONGEST_UNSURE_S = 2.0
"""A filler given more time than this was not placed anywhere: believed only when likely."""
LONE_PROBABILITY = 0.4
"""What one reading alone must give a filler that the other did not hear."""
LONE_SOUND_S = 0.16
"""And how much sound must be under it: filled pauses are seldom shorter, fragments of words are."""
FLAT_S = 0.15
"""A voice that holds still for so long is a lengthened sound: fillers do, running speech seldom."""
HELD_S = 0.3
"""No word's vowel is held still for so long: with a reading that says "um", however unsure, it is one."""
HELD_PROBABILITY = 0.25
SAME_WITHIN_S = 0.15
TOUCHING_S = 0.05
"""One drawn-out "um" is sometimes written as two; two that were said have a break between them."""

_KINDS = (
    ("um", re.compile(r"^(u+m+|u+hm+|a+hm+|e+hm+)$")),
    ("uh", re.compile(r"^(u+h+|a+h+|e+h+)$")),
    ("er", re.compile(r"^(e+r+m*)$")),
    ("hmm", re.compile(r"^(h+m+|m+h?m*)$")),
)
_EXCLAIMED = {"ah", "aah", "eh", "mhm"}
"""Answers and exclamations, not hesitation."""
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")


@dataclass(frozen=True, slots=True)
class HeardFiller:
    """A filler as one reading heard it."""

    kind: str
    start_s: float
    end_s: float
    probability: float
    reading: int
    """Which pass: 0 is the one whose text is kept."""
    aligned_s: float
    """How long the recogniser itself took it to be, about 0 for what it made up."""


@dataclass(frozen=True, slots=True)
class SoundUnder:
    """What the sound shows under a filler and the sound touching it."""

    sounding_s: float = 0.0
    """Louder than the quiet around."""
    voiced_s: float = 0.0
    """Of that, with a pitch."""
    flat_s: float = 0.0
    """Longest stretch with pitch and spectrum holding still."""


@dataclass(slots=True)
class FillerCandidate:
    """One place at which at least one reading heard a filler."""

    heard: list[HeardFiller] = field(default_factory=list)
    readings: int = 1
    """How many readings covered the place."""
    sound: SoundUnder = field(default_factory=SoundUnder)

    @property
    def best(self) -> HeardFiller:
        """As the reading that was surest heard it; the kept text's own where it is there."""
        return min(self.heard, key=lambda filler: (filler.reading, -filler.probability))

    @property
    def span_s(self) -> tuple[float, float]:
        """Its place."""
        return self.best.start_s, self.best.end_s


def filler_kind(text: str) -> str | None:
    """'um', 'uh', 'er' or 'hmm' for a recognised word that is one; None for any other ('mm-hmm' answers)."""
    bare = _EDGES.sub("", text)
    if len(bare) > 1 and bare.isupper() and bare not in {"UM", "UH"}:
        return None
    bare = bare.lower()
    if bare in _EXCLAIMED:
        return None
    return next((kind for kind, pattern in _KINDS if pattern.match(bare)), None)


def gather(heard: Iterable[HeardFiller]) -> list[FillerCandidate]:
    """Fillers of several readings as places: what overlaps or nearly touches is the same one."""
    candidates: list[FillerCandidate] = []
    for filler in _unbroken(heard):
        fits = [
            candidate
            for candidate in candidates
            if _apart_s(candidate.best, filler) <= SAME_WITHIN_S
            and all(other.reading != filler.reading for other in candidate.heard)
        ]
        if fits:
            min(fits, key=lambda candidate: _apart_s(candidate.best, filler)).heard.append(filler)
        else:
            candidates.append(FillerCandidate([filler]))
    return sorted(candidates, key=lambda candidate: candidate.span_s)


def _unbroken(heard: Iterable[HeardFiller]) -> list[HeardFiller]:
    """Each reading's fillers in order, those of a kind that touch made one."""
    result: list[HeardFiller] = []
    for filler in sorted(heard, key=lambda filler: (filler.reading, filler.start_s)):
        last = result[-1] if result else None
        if (
            last is not None
            and (last.reading, last.kind) == (filler.reading, filler.kind)
            and filler.start_s - last.end_s < TOUCHING_S
        ):
            result[-1] = replace(
                last,
                end_s=max(last.end_s, filler.end_s),
                probability=max(last.probability, filler.probability),
                aligned_s=last.aligned_s + filler.aligned_s,
            )
        else:
            result.append(filler)
    return result


def judge(candidate: FillerCandidate) -> VocalFillerEvent | None:
    """The event, or None when it was made up."""
    if not _borne_out(candidate):
        return None
    evidence = ["recogniser"]
    if len(candidate.heard) > 1:
        evidence.append("second look")
    if candidate.sound.flat_s >= FLAT_S:
        evidence.append("flat vowel")
    best = candidate.best
    return VocalFillerEvent(best.kind, best.start_s, best.end_s, confidence(candidate), tuple(evidence))


def _borne_out(candidate: FillerCandidate) -> bool:
    surest = max(filler.probability for filler in candidate.heard)
    sound = candidate.sound
    if sound.flat_s >= HELD_S and surest >= HELD_PROBABILITY:
        return True
    agreed = len(candidate.heard) > 1
    if candidate.best.kind in SELDOM and surest < SELDOM_PROBABILITY:
        return False
    if surest < AGREED_PROBABILITY and max(one.aligned_s for one in candidate.heard) >= LONGEST_UNSURE_S:
        return False
    if max(filler.aligned_s for filler in candidate.heard) < SHORTEST_S:
        return agreed and surest >= AGREED_PROBABILITY and sound.voiced_s >= CLEARLY_VOICED_S
    if sound.voiced_s < LEAST_VOICED_S and surest < SURE_PROBABILITY:
        return False
    if agreed:
        return surest >= LEAST_AGREED
    return surest >= LONE_PROBABILITY and (candidate.readings == 1 or sound.sounding_s >= LONE_SOUND_S)


def confidence(candidate: FillerCandidate) -> float:
    """0 to 1: that one reading is right, less where the other reading or the sound speaks against it."""
    wrong = 1.0
    for filler in candidate.heard:
        wrong *= 1.0 - min(filler.probability, 0.98)
    sure = 1.0 - wrong
    if candidate.sound.flat_s >= FLAT_S:
        sure = 1.0 - 0.7 * (1.0 - sure)
    if len(candidate.heard) < candidate.readings:
        sure *= 0.75
    if candidate.sound.voiced_s < LEAST_VOICED_S:
        sure *= 0.75
    return round(sure, 3)


def judged(candidates: Sequence[FillerCandidate]) -> list[VocalFillerEvent]:
    """The events among the candidates, in their order."""
    return [event for candidate in candidates if (event := judge(candidate)) is not None]


def _apart_s(one: HeardFiller, other: HeardFiller) -> float:
    return max(one.start_s - other.end_s, other.start_s - one.end_s)
