"""Where the items of the preparation brief are carried: resolves the places of tests/data/brief.toml.

question:ID                     a question whose source is the item's own prompt
exists:ID                       a question of ours
steps:F=a b c                   framework F has these phases in this order
budget:F/P=S  budget:F/P+Q=S    seconds of a phase, or of several together; shared: they are one group
share:F/P=N  total:F=S          percent of the whole; seconds of the whole
signal:F/P/ID                   listened for in that phase, with a follow-up when it is missing
heard:F/P/ID~SENTENCE           that signal is found in the sentence
weak: purpose: example:         a phase's weak passes, purpose and examples
rubric:R/LINE                   a line of a rubric, with five anchors
round:C/N=TYPE/MINUTES          the Nth round of a company's loop
planned:C=A-B                   rounds of the loop cover A to B principles each, and all of them together
principle:C/ID                  with questions and probes of its own
criterion:C#TEXT company:C#TEXT words in the criteria, anywhere in the company's file
guide:G  guide:G#TEXT           a guide, words in it
printable:ID  plan:ID=N/MINUTES  stage:ID=DAYS  type:T  asked-at:C  questions:N
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from voice_interviewer.adapters.content_files import (
    load_companies,
    load_frameworks,
    load_questions,
    load_rubrics,
)
from voice_interviewer.core.content import Company, Framework, Phase, Question, RubricLine

ROOT = Path(__file__).resolve().parents[1]
CONTENT = ROOT / "content"

ASKED_OF_A_COMPANY = 10
"""Fewest questions with which a company can be practised for a fortnight."""


# -- the content, read once ------------------------------------------------------------------------


@cache
def questions() -> dict[str, Question]:
    return {one.id: one for one in load_questions(CONTENT)}


@cache
def frameworks() -> dict[str, Framework]:
    return {one.id: one for one in load_frameworks(CONTENT)}


@cache
def companies() -> dict[str, Company]:
    return {one.id: one for one in load_companies(CONTENT)}


@cache
def rubrics() -> dict[str, tuple[RubricLine, ...]]:
    return dict(load_rubrics(CONTENT))


@cache
def plan() -> dict[str, Any]:
    return tomllib.loads((CONTENT / "plan.toml").read_text(encoding="utf-8"))


@cache
def prose(path: Path) -> str:
    """A text as words: one space between them, whatever the case, whatever the line breaks."""
    return " ".join(path.read_text(encoding="utf-8").replace("\\\n", "").casefold().split())


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.casefold())


# -- one checker per kind of place -----------------------------------------------------------------


def _phase(path: str) -> Phase:
    framework, phase = path.split("/")
    return frameworks()[framework].phase(phase)


def _question(item: str, ref: str) -> None:
    sources = [words(source) for source in questions()[ref].source.split("|")]
    assert words(item) in sources, f"{ref} says it carries {questions()[ref].source!r}"


def _steps(_: str, ref: str) -> None:
    framework, steps = ref.split("=")
    assert [phase.id for phase in frameworks()[framework].phases] == steps.split()


def _budget(_: str, ref: str) -> None:
    path, seconds = ref.split("=")
    framework, phases = path.split("/")
    spent = sum(frameworks()[framework].phase(phase).budget_s for phase in phases.split("+"))
    assert spent == float(seconds)


def _shared(_: str, ref: str) -> None:
    framework, phases = ref.split("/")
    groups = {frameworks()[framework].phase(phase).budget_group for phase in phases.split("+")}
    assert len(groups) == 1 and "" not in groups


def _share(_: str, ref: str) -> None:
    path, percent = ref.split("=")
    whole = frameworks()[path.split("/")[0]].nominal_s
    assert _phase(path).budget_s / whole == pytest.approx(float(percent) / 100)


def _total(_: str, ref: str) -> None:
    framework, seconds = ref.split("=")
    assert frameworks()[framework].nominal_s == float(seconds)


def _signal(_: str, ref: str) -> None:
    path, _, name = ref.rpartition("/")
    (signal,) = [one for one in _phase(path).signals if one.id == name]
    assert signal.patterns and signal.follow_ups


def _heard(_: str, ref: str) -> None:
    place, sentence = ref.split("~")
    path, _, name = place.rpartition("/")
    (signal,) = [one for one in _phase(path).signals if one.id == name]
    assert any(re.search(pattern, sentence, re.IGNORECASE) for pattern in signal.patterns)


def _weak(_: str, ref: str) -> None:
    assert _phase(ref).weak


def _purpose(_: str, ref: str) -> None:
    path, text = ref.split("#")
    assert text.casefold() in _phase(path).purpose.casefold()


def _example(_: str, ref: str) -> None:
    path, text = ref.split("#")
    assert any(text.casefold() in example.casefold() for example in _phase(path).examples)


def _rubric(_: str, ref: str) -> None:
    rubric, name = ref.split("/")
    (line,) = [one for one in rubrics()[rubric] if one.id == name]
    assert len(set(line.anchors)) == 5


def _round(_: str, ref: str) -> None:
    path, expected = ref.split("=")
    company, number = path.split("/")
    held = companies()[company].rounds[int(number) - 1]
    assert f"{held.type}/{held.minutes}" == expected


def _planned(_: str, ref: str) -> None:
    company, span = ref.split("=")
    fewest, most = map(int, span.split("-"))
    rounds = companies()[company].rounds
    assert all(fewest <= len(one.principles) <= most for one in rounds)
    covered = {principle for one in rounds for principle in one.principles}
    assert covered == {principle.id for principle in companies()[company].principles}


def _principle(_: str, ref: str) -> None:
    company, name = ref.split("/")
    (principle,) = [one for one in companies()[company].principles if one.id == name]
    assert principle.meaning and len(principle.questions) >= 2 and len(principle.probes) >= 2


def _criterion(_: str, ref: str) -> None:
    company, text = ref.split("#")
    assert any(text.casefold() in criterion.casefold() for criterion in companies()[company].criteria)


def _company(_: str, ref: str) -> None:
    company, text = ref.split("#")
    assert text.casefold() in prose(CONTENT / "companies" / f"{company}.toml")


def _guide(_: str, ref: str) -> None:
    guide, _, text = ref.partition("#")
    assert text.casefold() in prose(CONTENT / "guides" / f"{guide}.md")


def _printable(_: str, ref: str) -> None:
    assert (CONTENT / "printables" / f"{ref}.typ").stat().st_size > 0


def _plan(_: str, ref: str) -> None:
    name, expected = ref.split("=")
    (entry,) = [one for stage in plan()["stages"] for one in stage["items"] if one["id"] == name]
    wanted, _, minutes = expected.partition("/")
    assert entry["wanted"] == int(wanted)
    if minutes:
        assert entry["minutes"] == int(minutes)
    if "guide" in entry:
        assert (CONTENT / "guides" / f"{entry['guide']}.md").is_file(), "the plan sends people to a guide"


def _stage(_: str, ref: str) -> None:
    name, days = ref.split("=")
    (stage,) = [one for one in plan()["stages"] if one["id"] == name]
    assert stage["days"] == int(days)


def _type(_: str, ref: str) -> None:
    assert any(one.type == ref for one in frameworks().values())
    assert any(one.type == ref for one in questions().values())
    assert ref in rubrics()


def _asked_at(_: str, ref: str) -> None:
    assert sum(ref in one.companies for one in questions().values()) >= ASKED_OF_A_COMPANY


def _questions(_: str, ref: str) -> None:
    assert len(questions()) >= int(ref)


def _exists(_: str, ref: str) -> None:
    assert ref in questions()


CHECKERS: dict[str, Callable[[str, str], None]] = {
    "question": _question,
    "exists": _exists,
    "steps": _steps,
    "budget": _budget,
    "shared": _shared,
    "share": _share,
    "total": _total,
    "signal": _signal,
    "heard": _heard,
    "weak": _weak,
    "purpose": _purpose,
    "example": _example,
    "rubric": _rubric,
    "round": _round,
    "planned": _planned,
    "principle": _principle,
    "criterion": _criterion,
    "company": _company,
    "guide": _guide,
    "printable": _printable,
    "plan": _plan,
    "stage": _stage,
    "type": _type,
    "asked-at": _asked_at,
    "questions": _questions,
}
