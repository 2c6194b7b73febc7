"""The files under `content/` as the core's data: frameworks, questions, companies, rubrics.

Everything loaded has passed its JSON Schema; what only several files together can show (a question
naming a phase that its framework lacks) is found by `adapters.content_check`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from voice_interviewer.adapters.content_schema import ContentFile, read
from voice_interviewer.core.content import (
    Company,
    FollowUp,
    Framework,
    Persona,
    Phase,
    Principle,
    Question,
    Round,
    RubricLine,
    Signal,
)
from voice_interviewer.core.errors import ContentError, UsageError


def load_frameworks(folder: Path | None = None) -> tuple[Framework, ...]:
    """All frameworks, by id. `folder`: another content folder. Raises ContentError."""
    return tuple(_framework(path) for path in _files(folder, "frameworks"))


def load_framework(framework_id: str, folder: Path | None = None) -> Framework:
    """One framework. Raises UsageError when there is none of that id, ContentError when it is broken."""
    paths = {path.stem: path for path in _files(folder, "frameworks")}
    if framework_id not in paths:
        raise _unknown("framework", framework_id, paths)
    return _framework(paths[framework_id])


def load_questions(folder: Path | None = None) -> tuple[Question, ...]:
    """The question bank, file by file in order of name. Raises ContentError."""
    return tuple(question for path in _files(folder, "questions") for question in _questions(path))


def load_question(question_id: str, folder: Path | None = None) -> Question:
    """One question. Raises UsageError when there is none of that id."""
    for path in _files(folder, "questions"):
        if _mentions(path, question_id):
            for question in _questions(path):
                if question.id == question_id:
                    return question
    raise _unknown("question", question_id, (question.id for question in load_questions(folder)))


def _mentions(path: Path, question_id: str) -> bool:
    """Reading the whole bank for one question would be felt at every start."""
    try:
        return question_id.encode() in path.read_bytes()
    except OSError:
        return True  # the reader says it in its own words


def load_companies(folder: Path | None = None) -> tuple[Company, ...]:
    """All companies, by id. Raises ContentError."""
    return tuple(_company(path) for path in _files(folder, "companies"))


def load_company(company_id: str, folder: Path | None = None) -> Company:
    """One company. Raises UsageError when there is none of that id."""
    paths = {path.stem: path for path in _files(folder, "companies")}
    if company_id not in paths:
        raise _unknown("company", company_id, paths)
    return _company(paths[company_id])


def load_rubrics(folder: Path | None = None) -> Mapping[str, tuple[RubricLine, ...]]:
    """Interview type -> what it is judged on. Raises ContentError."""
    return dict(_rubric(path) for path in _files(folder, "rubrics"))


def content_files(folder: Path | None, section: str) -> tuple[Path, ...]:
    """The TOML files of a section ('frameworks', 'questions', …), by name; empty when it has none."""
    root = folder if folder is not None else _content_dir()
    return tuple(sorted((root / section).glob("*.toml")))


def _content_dir() -> Path:
    from voice_interviewer.adapters.paths import content_dir

    return content_dir()


def _files(folder: Path | None, section: str) -> tuple[Path, ...]:
    paths = content_files(folder, section)
    if not paths:
        root = folder if folder is not None else _content_dir()
        raise ContentError(
            f"no {section} in {root / section}", hint="reinstall, or give the right content folder"
        )
    return paths


def _unknown(what: str, name: str, known: Iterable[str]) -> UsageError:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return UsageError(f"no {what} '{name}'", hint="did you mean " + " or ".join(close) + "?")
    if len(names) <= 12:
        return UsageError(f"no {what} '{name}'", hint="there are " + ", ".join(names))
    return UsageError(f"no {what} '{name}'", hint=f"voice-interviewer content list shows all {len(names)}")


def _same_id(file: ContentFile) -> None:
    """Files are found by name, so the id inside must be the name."""
    if file.data["id"] != file.path.stem:
        message = f"id '{file.data['id']}' differs from the file's name"
        raise ContentError(str(file.problem(("id",), message)), hint=f"call it '{file.path.stem}'")


@cache
def _framework(path: Path) -> Framework:
    file = read(path, "framework")
    _same_id(file)
    data = file.data
    return Framework(
        id=data["id"],
        name=data["name"],
        type=data["type"],
        summary=data["summary"],
        phases=tuple(_phase(phase) for phase in data["phases"]),
        monologue=data.get("monologue", False),
    )


def _phase(data: dict[str, Any]) -> Phase:
    return Phase(
        id=data["id"],
        name=data["name"],
        purpose=data["purpose"],
        budget_s=float(data["budget_s"]),
        budget_group=data.get("budget_group", ""),
        strong=tuple(data["strong"]),
        weak=tuple(data["weak"]),
        cues=tuple(data["cues"]),
        transitions=tuple(data["transitions"]),
        examples=tuple(data["examples"]),
        invitations=tuple(data["invitations"]),
        signals=tuple(
            Signal(
                id=signal["id"],
                name=signal["name"],
                value=float(signal["value"]),
                patterns=tuple(signal["patterns"]),
                follow_ups=tuple(signal["follow_ups"]),
                after=signal.get("after", ""),
            )
            for signal in data["signals"]
        ),
        usual_share=float(data.get("usual_share", 0.0)),
    )


@cache
def _questions(path: Path) -> tuple[Question, ...]:
    return tuple(_question(data) for data in read(path, "question").data["questions"])


def _question(data: dict[str, Any]) -> Question:
    return Question(
        id=data["id"],
        type=data["type"],
        framework=data["framework"],
        wording=data["wording"],
        difficulty=data["difficulty"],
        companies=tuple(data.get("companies", ())),
        principles=tuple(data.get("principles", ())),
        clarifications=dict(data.get("clarifications", {})),
        points={phase: tuple(points) for phase, points in data["points"].items()},
        follow_ups=tuple(FollowUp(phase=one["phase"], text=one["text"]) for one in data["follow_ups"]),
        curve_ball=data["curve_ball"],
        source=data.get("source", ""),
    )


@cache
def _company(path: Path) -> Company:
    file = read(path, "company")
    _same_id(file)
    data = file.data
    persona = data["persona"]
    return Company(
        id=data["id"],
        name=data["name"],
        levels=data["levels"],
        summary=data["summary"],
        criteria=tuple(data["criteria"]),
        rounds=tuple(_round(one) for one in data["rounds"]),
        principles=tuple(
            Principle(
                id=one["id"],
                name=one["name"],
                meaning=one["meaning"],
                questions=tuple(one["questions"]),
                probes=tuple(one["probes"]),
            )
            for one in data["principles"]
        ),
        good=tuple(data["good"]),
        persona=Persona(
            tone=persona["tone"],
            openings=tuple(persona["openings"]),
            closings=tuple(persona["closings"]),
            acknowledgements=tuple(persona["acknowledgements"]),
            cuts_in=persona["cuts_in"],
        ),
    )


def _round(data: dict[str, Any]) -> Round:
    return Round(
        name=data["name"],
        type=data["type"],
        framework=data["framework"],
        minutes=data["minutes"],
        principles=tuple(data.get("principles", ())),
    )


@cache
def _rubric(path: Path) -> tuple[str, tuple[RubricLine, ...]]:
    file = read(path, "rubric")
    _same_id(file)
    lines = []
    for one in file.data["lines"]:
        worst, poor, fair, good, best = one["anchors"]
        lines.append(
            RubricLine(
                id=one["id"],
                name=one["name"],
                anchors=(worst, poor, fair, good, best),
                signals=tuple(one["signals"]),
            )
        )
    return file.data["id"], tuple(lines)
