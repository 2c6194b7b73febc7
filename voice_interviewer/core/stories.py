"""The story bank: a story with its four parts, what its own words show, and which principles are covered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

TAG_AT = 3
"""Points that make a tag: one strong cue, or three weak ones."""
STRONG, WEAK = 3, 1
MEANT = 10
"""Points for a story that means a thing beyond doubt, whatever its words."""
MOST_COMPETENCIES = 2
MOST_PRINCIPLES = 3
"""Per company. Every lively story mentions more; three is what it can be told for."""
_COMMON = frozenset(
    """
    about after again against almost already also although always another anybody anything around
    asked away back because been before began being best better between both called came cannot come
    company could days decided different does doing done down each eight else enough even ever every
    everybody everything first five found four from gave goal going gone good great have having head
    here hundred into just keep kept knew know last later learn least less like little long look
    made make manager many maybe mean million month months more most much must myself need never
    next nine ninety nobody nothing often once only other others people percent point product
    project quarter quite really right said same second self sent seven shall should since some
    something soon sort still such sure take taken team tell than that their them then there these
    they thing things think third this those thought thousand three through time times told took
    twelve twenty under until upon very wanted week weeks well went were what when where whether
    which while will with within without words work would wrote year years yours
    """.split()
)
WANTED = (2, 3)
"""Stories a principle should have: at least, and enough."""


@dataclass(frozen=True, slots=True)
class TagRule:
    """By which words a competency or principle is noticed."""

    id: str
    name: str
    strong: tuple[str, ...]
    """Regular expressions, case ignored, on whole words; each counts once."""
    weak: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A competency or principle that a story serves."""

    id: str
    by: Literal["rules", "user"]
    score: int = 0
    evidence: tuple[str, ...] = ()
    """The story's own words, strongest first."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story of the bank."""

    id: str
    title: str
    told_on: str
    """ISO date."""
    parts: Mapping[str, str]
    """Phase id (situation, task, action, result) -> what was said there, in order; all four, maybe empty."""
    seconds: Mapping[str, float]
    """Phase id -> time told."""
    competencies: tuple[Tag, ...] = ()
    principles: tuple[Tag, ...] = ()
    question_id: str = ""
    source: str = ""
    """Where it came from: 'told', a file's name, a session's id."""
    unheard: tuple[str, ...] = ()
    """Names of signals that a strong story has and this one lacks."""

    @property
    def text(self) -> str:
        """The whole story."""
        return " ".join(part for part in self.parts.values() if part)

    @property
    def shares(self) -> dict[str, float]:
        """Phase id -> share of the told time, summing to 1; zeros for an empty story."""
        total = sum(self.seconds.values())
        return {phase: (value / total if total else 0.0) for phase, value in self.seconds.items()}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well one principle is served."""

    principle_id: str
    name: str
    stories: tuple[str, ...]
    """Ids of the stories, best first."""

    @property
    def missing(self) -> int:
        """Stories still needed for the minimum."""
        return max(0, WANTED[0] - len(self.stories))


def tag(
    text: str, rules: Iterable[TagRule], most: int, meant: Mapping[str, float] | None = None
) -> tuple[Tag, ...]:
    """The tags a story's words and meaning speak for, best first, at most `most`.

    `meant`: id -> 0 to 1, how much the story's sentences mean it.
    """
    found: list[Tag] = []
    for rule in rules:
        strong = matches(rule.strong, text)
        weak = matches(rule.weak, text)
        score = STRONG * len(strong) + WEAK * len(weak) + round(MEANT * (meant or {}).get(rule.id, 0.0))
        if score >= TAG_AT:
            found.append(Tag(rule.id, "rules", score, tuple(dict.fromkeys(strong + weak))))
    return tuple(sorted(found, key=lambda one: (-one.score, one.id))[:most])


def tag_principles(
    text: str,
    rules: Sequence[TagRule],
    by_company: Mapping[str, Sequence[str]],
    meant: Mapping[str, float] | None = None,
) -> tuple[Tag, ...]:
    """The best few of each company's principles, each once, best first. `by_company`: id -> principle ids."""
    best: dict[str, Tag] = {}
    for ids in by_company.values():
        for one in tag(text, [rule for rule in rules if rule.id in ids], MOST_PRINCIPLES, meant):
            best[one.id] = one
    return tuple(sorted(best.values(), key=lambda one: (-one.score, one.id)))


def retag(current: Iterable[Tag], add: Iterable[str], remove: Iterable[str]) -> tuple[Tag, ...]:
    """Tags after the user's corrections: theirs come first."""
    gone = set(remove)
    kept = [one for one in current if one.id not in gone]
    for one in add:
        kept = [Tag(one, "user")] + [other for other in kept if other.id != one]
    return tuple(kept)


def coverage(principles: Iterable[tuple[str, str]], stories: Sequence[Story]) -> tuple[Coverage, ...]:
    """Which stories serve each principle. `principles`: (id, name) in the order to show."""
    found: list[Coverage] = []
    for principle_id, name in principles:
        serving = [
            (one.by == "user", one.score, story.id)
            for story in stories
            for one in story.principles
            if one.id == principle_id
        ]
        ids = tuple(entry[-1] for entry in sorted(serving, key=lambda e: (not e[0], -e[1], e[2])))
        found.append(Coverage(principle_id, name, ids))
    return tuple(found)


def title_of(parts: Mapping[str, str], *, words: int = 4) -> str:
    """A working title: what the story keeps coming back to, in the order it came up."""
    said = re.findall(r"[a-z][a-z'-]{3,}", " ".join(parts.values()).lower())
    said = [word for word in said if word not in _COMMON and not word.endswith(("ed", "ly", "n't"))]
    often = [word for word, count in Counter(said).most_common() if count > 1][:words]
    title = ", ".join(sorted(often, key=said.index)) or " ".join(said[:words])
    return title[:1].upper() + title[1:] or "Untitled story"


def matches(patterns: Iterable[str], text: str) -> list[str]:
    """The words of the first match of each pattern that occurs, on whole words, case ignored."""
    found = (_compiled(pattern).search(text) for pattern in patterns)
    return [" ".join(match.group().split()) for match in found if match]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
