"""`content check`: everything that can be wrong with the content, found at once, with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voice_interviewer.adapters.content_files import content_files
from voice_interviewer.adapters.content_schema import (
    ContentFile,
    Kind,
    Place,
    Problem,
    parse,
    schema_problems,
)
from voice_interviewer.core.errors import ContentError

MAX_PROMPT_WORDS = 25
QUOTE_WORDS = 6
"""`{quote}` and `{choice}` stand for up to this many of the candidate's own words."""

SECTIONS: tuple[tuple[str, Kind], ...] = (
    ("frameworks", "framework"),
    ("questions", "question"),
    ("companies", "company"),
    ("rubrics", "rubric"),
)

_PRAISE = re.compile(
    r"^(?:great|excellent|fantastic|awesome|amazing|perfect|wonderful|brilliant|impressive|nice)\b[,.!:;]"
    r"|\b(?:great|good|excellent|nice|fantastic|strong|interesting)"
    r" (?:job|answer|point|question|thinking|start|work)\b"
    r"|\bI (?:really )?(?:like|love) (?:that|how|it|your|this)\b|\bwell done\b|^love it\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Known:
    """Ids that files may refer to."""

    phases: dict[str, set[str]] = field(default_factory=dict)
    """Framework -> its phases."""
    types: dict[str, str] = field(default_factory=dict)
    """Framework -> its interview type."""
    signals: set[str] = field(default_factory=set)
    """'framework.signal'."""
    principles: dict[str, set[str]] = field(default_factory=dict)
    """Company -> its principles."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check went through and what it found."""

    counts: Mapping[str, int]
    """Section -> frameworks, questions, companies or rubrics read."""
    problems: tuple[Problem, ...]


def check_content(folder: Path) -> Checked:
    """Check every file under `folder`; an absent section is a problem too."""
    problems: list[Problem] = []
    files: dict[str, list[ContentFile]] = {}
    for section, kind in SECTIONS:
        files[section] = list(_sound_files(folder, section, kind, problems))
    known = _known(files)
    for file in files["frameworks"]:
        problems += _framework_problems(file)
    problems += _question_problems(files["questions"], known)
    for file in files["companies"]:
        problems += _company_problems(file, known)
    for file in files["rubrics"]:
        problems += _rubric_problems(file, known)
    problems += _single_file_problems(folder, known)
    counts = {section: len(found) for section, found in files.items()}
    counts["questions"] = sum(len(file.data["questions"]) for file in files["questions"])
    return Checked(counts, tuple(problems))


def prompt_faults(text: str, *, questions: tuple[int, int]) -> Iterator[str]:
    """What keeps `text` from being spoken as a prompt; `questions`: fewest and most question marks."""
    words = sum(QUOTE_WORDS if "{" in word else 1 for word in text.split())
    if words > MAX_PROMPT_WORDS:
        yield f"{words} words, at most {MAX_PROMPT_WORDS} can be spoken as one prompt"
    marks = text.count("?")
    if not questions[0] <= marks <= questions[1]:
        yield f"{marks} questions where {questions[0]} to {questions[1]} are asked at a time"
    if _PRAISE.search(text):
        yield "praises by reflex"
    if re.search(r"\{(?!(quote|choice)\})", text):
        yield "has a placeholder other than {quote} and {choice}"


def _single_file_problems(folder: Path, known: Known) -> Iterator[Problem]:
    """The plan and the rules for stories, where there are any: one file each."""
    guides = {path.stem for path in (folder / "guides").glob("*.md")}
    if (folder / "plan.toml").exists():
        yield from _plan_problems(folder / "plan.toml", known, guides)
    if (folder / "story-tags.toml").exists():
        yield from _story_tag_problems(folder / "story-tags.toml", known)


def _plan_problems(path: Path, known: Known, guides: set[str]) -> Iterator[Problem]:
    found: list[Problem] = []
    file = _sound_file(path, "plan", found)
    yield from found
    if file is None:
        return
    for i, stage in enumerate(file.data["stages"]):
        for j, item in enumerate(stage["items"]):
            place: Place = ("stages", i, "items", j)
            if item.get("framework", "") not in {"", *known.phases}:
                yield file.problem((*place, "framework"), f"no framework '{item['framework']}'")
            for kind in item.get("types", ()):
                if kind not in known.types.values():
                    yield file.problem((*place, "types"), f"no framework answers '{kind}'")
            if item.get("guide", "") not in {"", *guides}:
                yield file.problem((*place, "guide"), f"no guide '{item['guide']}'")
    items = (
        (("stages", i, "items", j), item["id"])
        for i, stage in enumerate(file.data["stages"])
        for j, item in enumerate(stage["items"])
    )
    yield from _doubles(file, items, "item")


def _story_tag_problems(path: Path, known: Known) -> Iterator[Problem]:
    found: list[Problem] = []
    file = _sound_file(path, "story-tags", found)
    yield from found
    if file is None:
        return
    all_principles = set().union(*known.principles.values()) if known.principles else set()
    for section in ("parts", "competencies", "principles"):
        rules = file.data[section]
        yield from _doubles(file, (((section, i), one["id"]) for i, one in enumerate(rules)), section[:-1])
        for i, one in enumerate(rules):
            for key in ("cues", "strong", "weak"):
                yield from _patterns(file, (section, i, key), one.get(key, ()))
            if section == "principles" and one["id"] not in all_principles:
                yield file.problem((section, i), f"no company has the principle '{one['id']}'")


def _sound_file(path: Path, kind: Kind, problems: list[Problem]) -> ContentFile | None:
    """The file when it parses and fits its schema; what is wrong with it otherwise goes to `problems`."""
    try:
        file = parse(path)
    except ContentError as error:
        problems.append(Problem(path, 0, error.message.removeprefix(f"{path.name}: ")))
        return None
    found = list(schema_problems(file, kind))
    problems += found
    return None if found else file


def _sound_files(folder: Path, section: str, kind: Kind, problems: list[Problem]) -> Iterator[ContentFile]:
    """Files that parse and fit their schema; the others are reported and left out of what follows."""
    paths = content_files(folder, section)
    if not paths:
        problems.append(Problem(folder / section, 0, f"no {section}"))
    for path in paths:
        file = _sound_file(path, kind, problems)
        if file is None:
            continue
        if kind != "question" and file.data["id"] != path.stem:
            problems.append(file.problem(("id",), f"id '{file.data['id']}' differs from the file's name"))
        yield file


def _known(files: Mapping[str, Iterable[ContentFile]]) -> Known:
    known = Known()
    for file in files["frameworks"]:
        framework = file.data["id"]
        known.phases[framework] = {phase["id"] for phase in file.data["phases"]}
        known.types[framework] = file.data["type"]
        known.signals |= {
            f"{framework}.{signal['id']}" for phase in file.data["phases"] for signal in phase["signals"]
        }
    for file in files["companies"]:
        known.principles[file.data["id"]] = {one["id"] for one in file.data["principles"]}
    return known


def _prompts(file: ContentFile, place: Place, texts: Iterable[str], low: int, high: int) -> Iterator[Problem]:
    for index, text in enumerate(texts):
        for fault in prompt_faults(text, questions=(low, high)):
            yield file.problem((*place, index), f"'{text[:50]}': {fault}")


def _patterns(file: ContentFile, place: Place, patterns: Iterable[str]) -> Iterator[Problem]:
    for index, pattern in enumerate(patterns):
        try:
            re.compile(pattern, re.IGNORECASE)
        except re.error as error:
            yield file.problem((*place, index), f"not a regular expression: {pattern!r} ({error})")


def _doubles(file: ContentFile, items: Iterable[tuple[Place, str]], what: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, name in items:
        if name in seen:
            yield file.problem(place, f"{what} '{name}' is there twice")
        seen.add(name)


def _framework_problems(file: ContentFile) -> Iterator[Problem]:
    phases: list[dict[str, Any]] = file.data["phases"]
    yield from _doubles(file, ((("phases", i), one["id"]) for i, one in enumerate(phases)), "phase")
    signals = (
        (("phases", i, "signals", j), signal["id"])
        for i, phase in enumerate(phases)
        for j, signal in enumerate(phase["signals"])
    )
    yield from _doubles(file, signals, "signal")
    names = {signal["id"] for phase in phases for signal in phase["signals"]}
    for i, phase in enumerate(phases):
        yield from _patterns(file, ("phases", i, "cues"), phase["cues"])
        yield from _patterns(file, ("phases", i, "transitions"), phase["transitions"])
        yield from _prompts(file, ("phases", i, "invitations"), phase["invitations"], 1, 1)
        for j, signal in enumerate(phase["signals"]):
            place: Place = ("phases", i, "signals", j)
            yield from _patterns(file, (*place, "patterns"), signal["patterns"])
            yield from _prompts(file, (*place, "follow_ups"), signal["follow_ups"], 1, 1)
            if signal.get("after", "") not in {"", *names} - {signal["id"]}:
                yield file.problem((*place, "after"), f"'{signal['after']}' is no other signal in this file")


def _question_problems(files: Iterable[ContentFile], known: Known) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    wordings: dict[str, str] = {}
    for file in files:
        for i, one in enumerate(file.data["questions"]):
            place: Place = ("questions", i)
            if one["id"] in seen:
                yield file.problem(place, f"question '{one['id']}' is already in {seen[one['id']]}")
            seen[one["id"]] = file.path.name
            wording = " ".join(one["wording"].lower().split())
            if wording in wordings:
                yield file.problem(place, f"'{one['id']}' has the wording of '{wordings[wording]}'")
            wordings[wording] = one["id"]
            for where, message in (*_question_references(one, known), *_question_wordings(one)):
                yield file.problem((*place, *where), f"{one['id']}: {message}")


def _question_references(one: dict[str, Any], known: Known) -> Iterator[tuple[Place, str]]:
    framework = one["framework"]
    if framework not in known.phases:
        yield ("framework",), f"no framework '{framework}'"
        return
    if one["type"] != known.types[framework]:
        yield ("type",), f"type '{one['type']}', but {framework} answers '{known.types[framework]}'"
    for phase in one["points"]:
        if phase not in known.phases[framework]:
            yield ("points",), f"points for '{phase}', which {framework} lacks"
    for index, follow_up in enumerate(one["follow_ups"]):
        if follow_up["phase"] not in known.phases[framework]:
            yield ("follow_ups", index), f"follow-up in '{follow_up['phase']}', which {framework} lacks"
    for company in one.get("companies", ()):
        if company not in known.principles:
            yield ("companies",), f"no company '{company}'"
    all_principles = set().union(*known.principles.values()) if known.principles else set()
    for principle in one.get("principles", ()):
        if principle not in all_principles:
            yield ("principles",), f"no company has the principle '{principle}'"


def _question_wordings(one: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    for fault in prompt_faults(one["wording"], questions=(0, 1)):
        yield ("wording",), fault
    for fault in prompt_faults(one["curve_ball"], questions=(1, 1)):
        yield ("curve_ball",), f"curve ball: {fault}"
    for topic, text in one.get("clarifications", {}).items():
        for fault in prompt_faults(text, questions=(0, 0)):
            yield ("clarifications", topic), f"{topic}: {fault}"
    for index, follow_up in enumerate(one["follow_ups"]):
        for fault in prompt_faults(follow_up["text"], questions=(1, 1)):
            yield ("follow_ups", index), f"'{follow_up['text'][:50]}': {fault}"


def _company_problems(file: ContentFile, known: Known) -> Iterator[Problem]:
    data = file.data
    own = known.principles[data["id"]]
    for i, one in enumerate(data["rounds"]):
        if one["framework"] not in known.phases:
            yield file.problem(("rounds", i, "framework"), f"no framework '{one['framework']}'")
        elif one["type"] != known.types[one["framework"]]:
            yield file.problem(
                ("rounds", i, "type"), f"type '{one['type']}' is not what {one['framework']} answers"
            )
        for principle in one.get("principles", ()):
            if principle not in own:
                yield file.problem(("rounds", i, "principles"), f"no principle '{principle}' in this company")
    yield from _doubles(
        file, ((("principles", i), one["id"]) for i, one in enumerate(data["principles"])), "principle"
    )
    for i, one in enumerate(data["principles"]):
        yield from _prompts(file, ("principles", i, "questions"), one["questions"], 0, 1)
        yield from _prompts(file, ("principles", i, "probes"), one["probes"], 0, 1)
    for key in ("openings", "closings", "acknowledgements"):
        yield from _prompts(file, ("persona", key), data["persona"][key], 0, 1)


def _rubric_problems(file: ContentFile, known: Known) -> Iterator[Problem]:
    if file.data["id"] not in known.types.values():
        yield file.problem(("id",), f"no framework answers the interview type '{file.data['id']}'")
    lines = file.data["lines"]
    yield from _doubles(file, ((("lines", i), one["id"]) for i, one in enumerate(lines)), "rubric line")
    for i, one in enumerate(lines):
        for signal in one["signals"]:
            if signal not in known.signals:
                yield file.problem(("lines", i, "signals"), f"no signal '{signal}'")
