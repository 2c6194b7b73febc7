from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.printables import find_printable, printables, set_pdf
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import ContentError, UsageError

SHEETS = {
    "circles-template",
    "game-template",
    "six-week-checklist",
    "star-worksheet",
    "system-design-template",
}


def _text(pdf: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed, so the PDF's words cannot be read")
    found = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    return " ".join(found.stdout.split())


def test_the_sheets_of_the_brief_are_there_and_say_what_they_are() -> None:
    assert {sheet.id for sheet in printables()} == SHEETS
    assert all(sheet.about for sheet in printables())


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_a_sheet_becomes_the_same_pdf_each_time_without_network(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    sheet = find_printable(name)
    for target in ("one.pdf", "two.pdf"):
        set_pdf(sheet, tmp_path / target)
    pdf = (tmp_path / "one.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-") and pdf == (tmp_path / "two.pdf").read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert pages <= 2


def test_templates_follow_the_frameworks(tmp_path: Path) -> None:
    copy = tmp_path / "content"
    shutil.copytree(content_dir(), copy)
    path = copy / "frameworks" / "circles.toml"
    changed = path.read_text(encoding="utf-8").replace('name = "List solutions"', 'name = "Spin ideas"')
    path.write_text(changed, encoding="utf-8")
    set_pdf(find_printable("circles-template", copy), tmp_path / "out.pdf")
    assert "Spin ideas" in _text(tmp_path / "out.pdf")


def test_checklist_shows_every_item_of_the_plan(tmp_path: Path) -> None:
    import tomllib

    plan = tomllib.loads((content_dir() / "plan.toml").read_text(encoding="utf-8"))
    set_pdf(find_printable("six-week-checklist"), tmp_path / "out.pdf", "us-letter")
    text = _text(tmp_path / "out.pdf")
    for stage in plan["stages"]:
        for item in stage["items"]:
            assert item["title"] in text


def test_names_may_be_begun_and_unknown_ones_get_a_hint() -> None:
    assert find_printable("six").id == "six-week-checklist"
    with pytest.raises(UsageError, match="did you mean star-worksheet"):
        find_printable("star-workshet")


def test_a_broken_sheet_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "printables").mkdir()
    (tmp_path / "printables" / "bad.typ").write_text("// bad\n#nothing-of-this-name\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"bad\.typ: unknown variable"):
        set_pdf(find_printable("bad", tmp_path), tmp_path / "out.pdf")
    with pytest.raises(ContentError, match="no printables"):
        printables(tmp_path / "absent")


def test_command_prints_all_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["print", "all", "-o", str(tmp_path / "sheets")]) == 0
    assert {path.stem for path in (tmp_path / "sheets").glob("*.pdf")} == SHEETS
    assert main(["print", "all", "-o", str(tmp_path / "one.pdf")]) == 2
    (tmp_path / "file").write_text("", encoding="utf-8")
    capsys.readouterr()
    assert main(["print", "star-worksheet", "-o", str(tmp_path / "file" / "below")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
