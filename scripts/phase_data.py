"""The labelled interviews under tests/data/phases, cut into lines as a recogniser would print them.

A file is one interview. `# …` are remarks, `@phase` opens a phase, and every other line is what somebody
said; `~` in front marks talk that belongs to no phase in particular (greetings, a pause to think, feedback
after the end): it keeps the label of the phase around it but teaches nothing about it.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "phases"
WORDS_PER_SECOND = 2.7
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript."""

    at_s: float
    end_s: float
    text: str
    phase: str
    neutral: bool
    """Belongs to no phase in particular."""


@dataclass(frozen=True, slots=True)
class Interview:
    """One labelled interview."""

    name: str
    framework: str
    split: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said at a stretch, before it is cut into lines."""

    phase: str
    neutral: bool
    text: str


def read_said(path: Path) -> Iterator[Said]:
    """The stretches of a file, in order. Raises ValueError on a line outside of any phase."""
    phase = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            phase = line[1:].strip()
            continue
        if not phase:
            raise ValueError(f"{path}:{number}: text before the first @phase")
        neutral = line.startswith("~")
        yield Said(phase, neutral, line[1:].strip() if neutral else line)


def load_interviews(
    framework: str, splits: tuple[str, ...] = SPLITS, *, variant: int = 0, rough: bool = False
) -> list[Interview]:
    """Interviews of a framework; `variant` cuts the same words into lines differently, and `rough` lines
    begin and end anywhere and have no punctuation, as when a recogniser is not sure of itself.
    """
    found = []
    for path in sorted((FOLDER / framework).glob("*.txt")):
        split = path.stem.split("-")[0]
        if split in splits:
            cut = cut_roughly if rough else cut_into_lines
            lines = tuple(cut(list(read_said(path)), seed=f"{path.stem}/{variant}"))
            found.append(Interview(path.stem, framework, split, lines))
    return found


def cut_into_lines(stretches: list[Said], *, seed: str) -> Iterator[Line]:
    """Lines of a few words to a few sentences, some cut in the middle of a sentence, with times."""
    rng = random.Random(zlib.crc32(seed.encode()))
    typical = rng.choice((8, 12, 12, 16, 22))
    at_s = rng.uniform(0.0, 3.0)
    for stretch in stretches:
        for text in _cut(stretch.text, typical, rng):
            length_s = len(text.split()) / (WORDS_PER_SECOND * rng.uniform(0.85, 1.15))
            yield Line(at_s, at_s + length_s, text, stretch.phase, stretch.neutral)
            at_s += length_s + rng.choice((0.0, 0.0, 0.2, 0.6, 1.5))


def cut_roughly(stretches: list[Said], *, seed: str) -> Iterator[Line]:
    """Lines of a few words to twenty or so, cut anywhere, without punctuation."""
    rng = random.Random(zlib.crc32(f"{seed}/rough".encode()))
    typical = rng.choice((7, 10, 14, 20))
    at_s = 0.0
    for stretch in stretches:
        words = re.sub(r"[.,?!]", "", stretch.text).split()
        while words:
            count = max(3, int(rng.gauss(typical, typical / 3)))
            if len(words) - count < 3:
                count = len(words)
            length_s = count / WORDS_PER_SECOND
            yield Line(at_s, at_s + length_s, " ".join(words[:count]), stretch.phase, stretch.neutral)
            at_s += length_s + 0.2
            words = words[count:]


def _cut(text: str, typical: int, rng: random.Random) -> Iterator[str]:
    """Mostly at the ends of sentences, sometimes where the recogniser's window happened to end."""
    sentences = re.split(r"(?<=[.?!])\s+", text)
    pending: list[str] = []
    for sentence in sentences:
        pending += sentence.split()
        limit = max(4, int(rng.gauss(typical, typical / 3)))
        while len(pending) > 1.6 * limit:
            head, pending = pending[:limit], pending[limit:]
            yield " ".join(head)
        if len(pending) >= 0.5 * limit or rng.random() < 0.4:
            yield " ".join(pending)
            pending = []
    if pending:
        yield " ".join(pending)
