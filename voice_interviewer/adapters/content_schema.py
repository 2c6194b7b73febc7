"""Reads one content file: TOML, checked against its JSON Schema, with the line of whatever is wrong."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voice_interviewer.core.errors import ContentError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Kind = Literal["framework", "question", "company", "rubric", "plan", "story-tags"]
Place = tuple[str | int, ...]
"""Where in the file: ('phases', 2, 'signals', 0, 'patterns', 1)."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_NAME = r"(?:[A-Za-z0-9_-]+|\"[^\"]+\"|'[^']+')"
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a content file."""

    file: Path
    line: int
    """1-based; 0 when it concerns the file as a whole."""
    message: str

    def __str__(self) -> str:
        where = f"{self.file.name}:{self.line}" if self.line else self.file.name
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A parsed file, and where in it each table and key stands."""

    path: Path
    data: dict[str, Any]
    lines: tuple[str, ...]
    places: dict[Place, int]

    def line(self, place: Sequence[str | int]) -> int:
        """1-based line of `place`, or of the nearest thing around it; 0 when nothing fits."""
        wanted = tuple(place)
        if wanted and isinstance(wanted[-1], int) and wanted[:-1] in self.places:
            return self._line_of_item(wanted)
        for length in range(len(wanted), 0, -1):
            for place in (wanted[:length], (*wanted[:length], 0)):  # an array of tables: its first one
                if place in self.places:
                    return self.places[place]
        return 0

    def _line_of_item(self, place: Place) -> int:
        """An array's item is found by its own text, from the line of its key on."""
        start = self.places[place[:-1]]
        if place in self.places:
            return self.places[place]
        value: Any = self.data
        for step in place:
            value = value[step]
        head = str(value).replace("\\", "\\\\")[:40]
        plain = str(value)[:40]
        for number in range(start, min(start + 400, len(self.lines) + 1)):
            if head in self.lines[number - 1] or plain in self.lines[number - 1]:
                return number
        return start

    def problem(self, place: Sequence[str | int], message: str) -> Problem:
        """A problem at `place`."""
        return Problem(self.path, self.line(place), message)


def parse(path: Path) -> ContentFile:
    """The file's data, unchecked. Raises ContentError naming file and line when it is not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"no content file {path}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ContentError(f"{path.name}: line {line}: {error.reason}", hint="it must be UTF-8") from None
    except OSError as error:
        raise ContentError(f"cannot read {path}: {error}") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(
            f"{path.name}: {_with_line_first(str(error), text)}", hint="it must be valid TOML"
        ) from None
    lines = tuple(text.splitlines())
    return ContentFile(path, data, lines, _places(lines))


def read(path: Path, kind: Kind) -> ContentFile:
    """The file's data, checked against its schema. Raises ContentError with the first problem."""
    file = parse(path)
    seal = _seal(file, kind)
    if seal is not None and seal.exists():
        return file
    for problem in schema_problems(file, kind):
        raise ContentError(str(problem), hint="voice-interviewer content check lists every problem")
    if seal is not None:
        with contextlib.suppress(OSError):
            seal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            seal.touch()
    return file


def _seal(file: ContentFile, kind: Kind) -> Path | None:
    """A file that is there when exactly this content was once found to fit exactly this schema: checking the
    question bank takes most of a second, and it seldom changes.
    """
    from voice_interviewer.adapters.paths import cache_dir

    try:
        schema = _schema_path(kind, file.path).read_bytes()
    except OSError:
        return None
    digest = hashlib.sha256("\n".join(file.lines).encode() + b"\0" + schema).hexdigest()
    return cache_dir() / "content" / digest[:32]


def schema_problems(file: ContentFile, kind: Kind) -> Iterator[Problem]:
    """Every way in which the file breaks its schema, in order of place."""
    errors = _validator(_schema_path(kind, file.path)).iter_errors(file.data)
    for error in sorted(errors, key=lambda error: [str(step) for step in error.absolute_path]):
        place = tuple(error.absolute_path)
        name = _spoken_place(file.data, place)
        message = error.message if len(error.message) < 160 else error.message[:157] + "..."
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            place = (*place, *[key for key in error.instance if key not in known][:1])
        yield file.problem(place, f"{name}: {message}" if name else message)


@cache
def _validator(schema_path: Path) -> Validator:
    # Imported here: it costs a noticeable part of a second, and only content files need it.
    from jsonschema import Draft202012Validator

    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _schema_path(kind: Kind, path: Path) -> Path:
    """Schemas lie beside the content they describe, so a copy of the tree carries its own."""
    for folder in path.parents:
        candidate = folder / "schema" / f"{kind}.schema.json"
        if candidate.is_file():
            return candidate
    from voice_interviewer.adapters.paths import content_dir

    return content_dir() / "schema" / f"{kind}.schema.json"


def _spoken_place(data: Any, place: Place) -> str:
    """'phases[2] (report) signals[0] (pain_point_named)': indices with the id that stands there."""
    parts: list[str] = []
    value = data
    for step in place:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, int) and parts:
            name = value.get("id", value.get("name", "")) if isinstance(value, dict) else ""
            parts[-1] += f"[{step}]" + (f" ({name})" if name else "")
        else:
            parts.append(str(step))
    return " ".join(parts)


def _with_line_first(message: str, text: str) -> str:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    if not found:
        last = len(text.splitlines()) or 1
        return f"line {last}: {message.removesuffix('(at end of document)').strip()} (at the end)"
    return f"line {found[1]}: {message[: found.start()].strip()} (column {found[2]})"


def _places(lines: Sequence[str]) -> dict[Place, int]:
    """Line of every table header and key. Text inside multi-line strings is not looked at."""
    places: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    quote = ""
    for number, line in enumerate(lines, start=1):
        for mark in ('"""', "'''"):
            if quote in ("", mark) and line.count(mark) % 2:
                quote = "" if quote else mark
                break
        else:
            if quote:
                continue
        header = _HEADER.match(line)
        if header:
            table = _open_table(_names(header[2]), header[1] == "[[", counts)
            _note(places, table, number)
            places[table] = number
            continue
        key = _KEY.match(line)
        if key:
            _note(places, (*table, *_names(key[1])), number)
    return places


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]


def _note(places: dict[Place, int], place: Place, number: int) -> None:
    """The place stands on this line, and so does what it lies in where that was not opened before."""
    for length in range(1, len(place) + 1):
        places.setdefault(place[:length], number)


def _open_table(names: Sequence[str], is_array: bool, counts: dict[Place, int]) -> Place:
    """The place a header opens; `counts` remembers how many elements each array of tables has."""
    place: Place = ()
    for depth, name in enumerate(names):
        place = (*place, name)
        last = depth == len(names) - 1
        if last and is_array:
            index = counts.get(place, -1) + 1
            counts[place] = index
            place = (*place, index)
        elif place in counts:
            place = (*place, counts[place])
    return place
