"""Printable sheets: Typst sources under `content/printables/`, set into PDF without network or own fonts."""

from __future__ import annotations

import difflib
import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voice_interviewer.core.errors import ContentError, StorageFullError, UsageError

Paper = Literal["a4", "us-letter"]
PAPERS: tuple[Paper, ...] = ("a4", "us-letter")


@dataclass(frozen=True, slots=True)
class Printable:
    """One sheet that can be printed."""

    id: str
    about: str
    """What it is, in a line: the comment its source opens with."""
    source: Path


def printables(folder: Path | None = None) -> tuple[Printable, ...]:
    """Every sheet, by id. `folder`: another content folder. Raises ContentError when there is none."""
    if folder is None:
        from voice_interviewer.adapters.paths import content_dir

        folder = content_dir()
    found = tuple(
        Printable(path.stem, _about(path), path)
        for path in sorted((folder / "printables").glob("*.typ"))
        if not path.stem.startswith("_")  # shared parts
    )
    if not found:
        raise ContentError("there are no printables in the content folder", hint="reinstall the program")
    return found


def find_printable(name: str, folder: Path | None = None) -> Printable:
    """The sheet of that id, or the only one whose id begins so. Raises UsageError when there is none."""
    known = {one.id: one for one in printables(folder)}
    if name not in known:
        begun = [one for one in known.values() if one.id.startswith(name)]
        if len(begun) == 1:
            return begun[0]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise UsageError(f"there is no printable {name}", hint=hint)
    return known[name]


def set_pdf(printable: Printable, target: Path, paper: Paper = "a4") -> None:
    """Write the sheet as PDF, the same bytes each time. Raises UsageError, ContentError, StorageFullError."""
    import typst  # 30 MB of typesetter, wanted by this command alone

    try:
        pdf = typst.compile(
            str(printable.source),
            root=str(printable.source.parent.parent),  # sheets read frameworks, companies and the plan
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"paper": paper},
        )
    except RuntimeError as error:
        line = str(error).strip().splitlines()[0] if str(error).strip() else "it does not compile"
        raise ContentError(f"{printable.source.name}: {line}", hint="reinstall the program") from None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(pdf)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(f"no room left on the disk for {target}", hint="free some space") from None
        raise UsageError(
            f"cannot write {target}: {error.strerror}", hint="choose another place with -o"
        ) from None


def _about(path: Path) -> str:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return first.removeprefix("//").strip() if first.startswith("//") else ""
