"""The labelled interviews and lines under tests/data/followups.

`tuned` was looked at while the interviewer was mended, `held-out` and `unseen` never; `unseen` is kept for
the figures that are published. An interview is a text file: its first line names the question (or the
framework), then one paragraph per turn of the candidate, opened by `@phase` with the signals that a careful
listener hears in the turn, and `=2` where it answers the question's own follow-up number 2.
A `.lst` has one labelled line each, `label|text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voice_interviewer.adapters.content_files import load_framework, load_question
from voice_interviewer.core.content import Framework, Question

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "followups"
SETS = ("tuned", "held-out", "unseen")
LISTS = ("tuned", "held-out")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the candidate and what it gives."""

    text: str
    phase: str
    gives: frozenset[str]
    answers: frozenset[int]
    """Numbers of the question's own follow-ups that it answers."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled interview."""

    name: str
    framework: Framework
    question: Question
    turns: tuple[Turn, ...]


def load_labelled(which: str) -> list[Labelled]:
    """The interviews of a set. Raises ValueError for a signal or a phase that there is not."""
    return [_read(path) for path in sorted((FOLDER / which).glob("*.txt"))]


def load_lines(which: str, name: str) -> list[tuple[str, str]]:
    """(label, text) of a list."""
    return _pairs(FOLDER / which / f"{name}.lst")


def load_examples(framework_id: str) -> list[tuple[frozenset[str], str]]:
    """(signals, text) that a framework's signal heads are trained with; of '-' no signal at all.

    `circles.lst`, and what was written later in other manners of speaking: `circles-2.lst`, and so on.
    """
    folder = FOLDER / "examples"
    pairs = []
    for path in (folder / f"{framework_id}.lst", *sorted(folder.glob(f"{framework_id}-[0-9].lst"))):
        if path.is_file():
            pairs += _pairs(path)
    return [(frozenset(label.split(",")) - {"-"}, text) for label, text in pairs]


def load_answers() -> list[tuple[str, int, str]]:
    """(question, number of its own follow-up, what somebody says who answers it)."""
    found = []
    for question, rest in _pairs(FOLDER / "examples" / "answers.lst"):
        number, text = rest.split("|", 1)
        found.append((question, int(number), text.strip()))
    return found


def _pairs(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|", 1) for line in lines if line.strip() and not line.startswith("#")]
    return [(label.strip(), text.strip()) for label, text in pairs]


def _read(path: Path) -> Labelled:
    head, *paragraphs = path.read_text(encoding="utf-8").strip().split("\n\n")
    kind, _, value = head.partition(":")
    if kind == "question":
        question = load_question(value.strip())
        framework = load_framework(question.framework)
    else:
        framework = load_framework(value.strip())
        question = Question("", framework.type, framework.id, "Please begin.", 2)
    known = {signal.id for phase in framework.phases for signal in phase.signals}
    turns = tuple(_turns(path, paragraphs, known, {phase.id for phase in framework.phases}))
    return Labelled(path.stem, framework, question, turns)


def _turns(path: Path, paragraphs: list[str], known: set[str], phases: set[str]) -> Iterator[Turn]:
    for paragraph in paragraphs:
        labels, _, text = paragraph.partition("\n")
        phase, *rest = labels.split()
        gives = frozenset(one for one in rest if not one.startswith("="))
        answers = frozenset(int(one[1:]) for one in rest if one.startswith("="))
        if not phase.startswith("@") or phase[1:] not in phases or gives - known:
            raise ValueError(f"{path.name}: {labels}: {sorted(gives - known)}")
        yield Turn(" ".join(text.split()), phase[1:], gives, answers)
