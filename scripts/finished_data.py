"""Answers with known ends, for training and judging `FinishedJudge`: tests/data/finished/*.txt and meetings.

    # a comment
    ? kind question
    the answer; "/" is a pause inside a sentence; its last word is its only end

`kind` is that of core.endpointing.Patience. A stop is any place where speech may pause: the end of a
sentence, or a "/". Every stop but the last is one at which the speaker goes on.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_turns_simulated import load_monologues
from turn_simulation import Answer

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "finished"
LOTS = {"training": "train-*.txt", "held out": "held-out.txt", "later": "later-*.txt"}
"""The last was written when the head stood already, and is harder: brief, or beside the question."""
SENTENCE_S = 0.5
"""A pause in a meeting that is long enough to be judged."""


@dataclass(frozen=True)
class Told:
    """An answer with its stops."""

    source: str
    kind: str
    question: str
    pieces: tuple[str, ...]
    """Split at every stop, punctuation kept."""


@dataclass(frozen=True)
class Stop:
    """One pause, or the end."""

    told: Told
    answer: str
    """All that was said so far, as a recogniser may have written it."""
    end: bool


def load_told(lot: str) -> list[Told]:
    """Our own answers of one of `LOTS`."""
    return [told for path in sorted(FOLDER.glob(LOTS[lot])) for told in _parse(path)]


def _parse(path: Path) -> Iterator[Told]:
    question = ("", "")
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("?"):
            kind, _, text = line[1:].strip().partition(" ")
            question = (kind, text)
            continue
        if not question[0]:
            raise ValueError(f"{path.name}:{number}: an answer without a question")
        pieces = tuple(piece for piece in re.split(r"(?<=[.?!])\s+|\s+/\s+", line) if piece)
        yield Told(f"{path.stem}:{number}", *question, pieces)
        question = ("", "")


def load_meetings(path: Path, split: str) -> list[Told]:
    """Long stretches of one speaker, cut at their pauses; no question is known."""
    return [_from_meeting(answer) for answer in load_monologues(path, split)]


def _from_meeting(answer: Answer) -> Told:
    pieces: list[list[str]] = [[]]
    for at, word in enumerate(answer.words):
        last = at + 1 == len(answer.words)
        pause = not last and answer.words[at + 1].start_s - word.end_s >= SENTENCE_S
        pieces[-1].append(word.text + "." * word.ends_sentence)
        if pause:
            pieces.append([])
    return Told(answer.speaker, "follow_up", "", tuple(" ".join(piece) for piece in pieces))


def stops(told: Sequence[Told], seed: int | None) -> list[Stop]:
    """All their stops; with a `seed`, written as a recogniser might: full stops put at pauses, or lost."""
    found = []
    for one in told:
        rng = random.Random(f"{seed} {one.source}")
        said = ""
        for number, piece in enumerate(one.pieces, 1):
            heard = piece if seed is None else _heard(piece, rng)
            lower = bool(said) and said[-1] not in ".?!"
            said = f"{said} {_start(heard, lower)}".strip()
            found.append(Stop(one, said, number == len(one.pieces)))
            if seed is not None and said[-1] == "." and rng.random() < 0.08:
                said = said[:-1] + rng.choice((",", ""))
    return found


def _heard(piece: str, rng: random.Random) -> str:
    if piece[-1] in ".?!":
        return piece if rng.random() < 0.92 else piece[:-1]
    return piece.rstrip(",") + rng.choices((".", ",", ""), (0.45, 0.25, 0.3))[0]


def _start(piece: str, lower: bool) -> str:
    first = piece.split()[0]
    if re.match(r"I($|['.,])", first):
        return piece
    return (piece[0].lower() if lower else piece[0].upper()) + piece[1:]
