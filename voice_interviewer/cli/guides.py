"""voice-interviewer guides: read the preparation guides in the terminal, or as one page."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_interviewer.core.guide import Guide

_WIDEST = 88
"""Longer lines are tiring to read, however wide the terminal is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `guides`."""
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="the guide to read; without it they are listed"
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="OUT",
        help="write a page instead: that guide, or all of them without NAME",
    )
    parser.add_argument("--pager", action="store_true", help="page through it with $PAGER")


def run(args: argparse.Namespace) -> int:
    """0; UsageError for an unknown name or a page that cannot be written."""
    from voice_interviewer.adapters.guide_files import load_guide, load_guides

    chosen = [load_guide(args.name)] if args.name else list(load_guides())
    if args.html is not None:
        _write_page(args.html, chosen)
        return 0
    if args.name:
        _show(chosen[0], pager=args.pager)
    else:
        _list(chosen)
    return 0


def _list(guides: Sequence[Guide]) -> None:
    longest = max(len(guide.id) for guide in guides)
    for guide in guides:
        print(f"{guide.id:{longest}}  {guide.title} ({guide.reading_minutes} min)")
        indent = " " * (longest + 2)
        print(textwrap.fill(guide.summary, 80, initial_indent=indent, subsequent_indent=indent))
    print("\nRead one with: voice-interviewer guides NAME")


def _show(guide: Guide, *, pager: bool) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(highlight=False)
    if console.width > _WIDEST:
        console = Console(width=_WIDEST, highlight=False)
    text = Markdown(guide.text.replace("- [ ] ", "- ☐ "))
    if pager and sys.stdout.isatty():
        with console.pager(styles=True):
            console.print(text)
    else:
        console.print(text)


def _write_page(path: Path, guides: Sequence[Guide]) -> None:
    from voice_interviewer import __version__
    from voice_interviewer.render.guide_page import render_guides

    if path.is_dir():
        path = path / ("guides.html" if len(guides) > 1 else f"{guides[0].id}.html")
    try:
        path.write_text(render_guides(guides, version=__version__), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", hint="choose another place") from None
    print(path)
