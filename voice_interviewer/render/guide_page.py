"""Guides as one self-contained page: opens from disk, loads nothing, reads well in light, dark and print."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from voice_interviewer.core.guide import Guide

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #23211d; --soft: #6a655c; --line: #dfdad0;
  --accent: #8a3b12; --shade: #f1eee7; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191816; --ink: #e7e2d9; --soft: #a39c90; --line: #38352f; --accent: #f0a878;
    --shade: #24221f; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.62 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 72rem; margin: 0 auto;
  padding: 1.5rem 1.25rem 5rem; gap: 0 3.5rem; }
@media (min-width: 60rem) {
  .page { grid-template-columns: 15rem minmax(0, 42rem); padding-top: 3.5rem; }
  nav { position: sticky; top: 3.5rem; max-height: calc(100vh - 5rem); overflow: auto; align-self: start; } }
nav { font: .9rem/1.45 system-ui, sans-serif; margin-bottom: 2rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav ol ol { margin: .2rem 0 .9rem; padding-left: .8rem; border-left: 1px solid var(--line); }
nav a { color: var(--soft); text-decoration: none; display: block; padding: .16rem 0; }
@media (max-width: 59.99rem) { nav.many ol ol { display: none; } }
nav > ol > li > a { color: var(--ink); font-weight: 600; }
a { color: var(--accent); text-underline-offset: .15em; }
nav a:hover, a:hover { color: var(--accent); text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
article + article { margin-top: 5rem; padding-top: 3.5rem; border-top: 1px solid var(--line); }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; scroll-margin-top: 1.5rem; }
h1 { font-size: 2.15rem; letter-spacing: -.012em; margin: 0 0 1.1rem; }
h2 { font-size: 1.42rem; margin: 2.8rem 0 .7rem; }
h3 { font-size: 1.12rem; margin: 2rem 0 .5rem; }
p, ul, ol { margin: 0 0 1.05rem; }
li { margin-bottom: .35rem; }
main ul, main ol { padding-left: 1.35rem; }
li.task { list-style: none; text-indent: -1.35rem; }
code { font: .86em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--shade);
  padding: .12em .36em; border-radius: 4px; overflow-wrap: anywhere; }
pre { background: var(--shade); border-radius: 8px; padding: 1rem 1.1rem; overflow: auto; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
blockquote { margin: 0 0 1.05rem; padding: .1rem 0 .1rem 1.2rem; border-left: 3px solid var(--accent); }
.table { overflow-x: auto; margin: 0 0 1.3rem; }
table { border-collapse: collapse; font-size: .95rem; line-height: 1.45; min-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0;
  border-bottom: 1px solid var(--line); }
th { font: 600 .82rem/1.3 system-ui, sans-serif; color: var(--soft); }
footer { margin-top: 4rem; color: var(--soft); font: .85rem/1.5 system-ui, sans-serif; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem .8rem; }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --accent: #000; --shade: #f2f2f2; }
  nav, .skip { display: none; } .page { display: block; max-width: none; padding: 0; }
  body { font-size: 10.5pt; } article + article { break-before: page; border: 0; margin: 0; padding: 0; }
  h2, h3 { break-after: avoid; } tr, blockquote, pre { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class _Section:
    anchor: str
    title: str


def render_guides(guides: Sequence[Guide], *, version: str) -> str:
    """The page's HTML. Headings become a table of contents; raw HTML in a guide is shown as text."""
    articles: list[str] = []
    contents: list[str] = []
    for guide in guides:
        body, sections = _body(guide)
        articles.append(f'<article id="{guide.id}">\n{body}</article>')
        links = "".join(f'<li><a href="#{one.anchor}">{html.escape(one.title)}</a></li>' for one in sections)
        inner = f"<ol>{links}</ol>" if links else ""
        contents.append(f'<li><a href="#{guide.id}">{html.escape(guide.title)}</a>{inner}</li>')
    title = guides[0].title if len(guides) == 1 else "Preparing for product-manager interviews"
    many = ' class="many"' if len(guides) > 1 else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#text">Skip to the text</a>\n<div class="page">\n'
        f'<nav aria-label="Contents"{many}><ol>{"".join(contents)}</ol></nav>\n'
        f'<main id="text">\n{"".join(articles)}\n'
        f"<footer>voice-interviewer {html.escape(version)}, free to copy: GPL-3.0-or-later</footer>\n"
        "</main>\n</div>\n</body>\n</html>\n"
    )


def _body(guide: Guide) -> tuple[str, list[_Section]]:
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": True})
    markdown.enable(["table", "replacements", "smartquotes"])
    tokens = markdown.parse(guide.text)
    sections: list[_Section] = []
    taken: set[str] = set()
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            title = _plain(tokens[index + 1])
            anchor = _anchor(guide.id, title, taken)
            token.attrSet("id", anchor)
            if token.tag == "h2":
                sections.append(_Section(anchor, title))
        elif token.type == "list_item_open":
            _task(token, tokens[index + 1 : index + 3])
    body = str(markdown.renderer.render(tokens, markdown.options, {}))
    body = body.replace("<table>", '<div class="table" tabindex="0"><table>')
    return body.replace("</table>", "</table></div>"), sections


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))


def _anchor(guide_id: str, title: str, taken: set[str]) -> str:
    stem = f"{guide_id}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}"
    anchor, number = stem, 2
    while anchor in taken:
        anchor, number = f"{stem}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _task(item: Token, following: Sequence[Token]) -> None:
    """'- [ ] text' as a box to tick on paper."""
    for token in following:
        first = token.children[0] if token.type == "inline" and token.children else None
        if first is not None and first.content.startswith(("[ ] ", "[x] ")):
            first.content = ("☐ " if first.content[1] == " " else "☑ ") + first.content[4:]
            item.attrJoin("class", "task")
            return
