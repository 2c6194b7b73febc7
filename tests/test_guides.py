from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from voice_interviewer.adapters.guide_files import load_guide, load_guides
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import ContentError, UsageError
from voice_interviewer.core.guide import Guide
from voice_interviewer.render.guide_page import render_guides

_VOID = {"meta", "link", "br", "hr", "img", "input"}


class _Page(HTMLParser):
    """Checks that elements nest, and collects what the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if facts.get("id"):
            self.ids.append(str(facts["id"]))
        if tag == "a":
            self.links.append(str(facts.get("href")))
        self.loads += [str(facts[name]) for name in ("src", "srcset", "data") if name in facts]
        if tag == "link":
            self.loads.append(str(facts.get("href")))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_title_and_summary_of_a_guide() -> None:
    guide = Guide("running", "# Running a *mock*\n\nFirst **sentence** here. Second.\n")
    assert guide.title == "Running a *mock*"
    assert guide.summary == "First sentence here."
    assert Guide("no-title", "Just text").title == "No title"


def test_every_guide_reads_for_minutes_and_opens_with_a_title() -> None:
    guides = load_guides()
    assert {"companies", "star-stories"} <= {guide.id for guide in guides}
    for guide in guides:
        assert guide.text.startswith("# "), guide.id
        assert 700 <= len(guide.text.split()) <= 2600, guide.id
        assert guide.summary


def test_commands_named_in_guides_exist() -> None:
    from voice_interviewer.cli.main import COMMANDS

    for guide in load_guides():
        for command in re.findall(r"`voice-interviewer ([a-z]+)", " ".join(guide.text.split())):
            assert command in COMMANDS, f"{guide.id} names {command}"


def test_page_nests_links_within_itself_and_loads_nothing() -> None:
    page = _Page(render_guides(load_guides(), version="1"))
    assert page.loads == []
    assert len(page.ids) == len(set(page.ids))
    inner = [link[1:] for link in page.links if link.startswith("#")]
    assert inner and set(inner) <= set(page.ids)


def test_equal_headings_get_different_anchors() -> None:
    page = _Page(render_guides([Guide("g", "# T\n\n## Same\n\na\n\n## Same\n\nb\n")], version="1"))
    assert [one for one in page.ids if one.startswith("g-")] == ["g-same", "g-same-2"]


def test_raw_html_is_shown_not_obeyed() -> None:
    page = render_guides([Guide("g", "# T\n\n<script>alert(1)</script>\n")], version="<b>")
    assert "<script" not in page and "&lt;script" in page
    assert "&lt;b&gt;" in page


def test_boxes_to_tick_become_boxes() -> None:
    page = render_guides([Guide("g", "# T\n\n- [ ] open\n- [x] shut\n- plain\n")], version="1")
    assert page.count("☐") == 1 and page.count("☑") == 1 and page.count('class="task"') == 2


def test_unknown_guide_is_named_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean companies"):
        load_guide("company")
    with pytest.raises(ContentError):
        load_guides(tmp_path)


def test_terminal_shows_a_guide_and_page_goes_to_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["guides"]) == 0
    assert "star-stories" in capsys.readouterr().out
    assert main(["guides", "star-stories"]) == 0
    shown = capsys.readouterr().out
    assert "Stories for behavioural rounds" in shown and "☐" in shown and "**" not in shown
    assert main(["guides", "--html", str(tmp_path)]) == 0
    assert (tmp_path / "guides.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["guides", "--html", str(tmp_path / "no" / "where.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
