"""Spoken sentences and phrases as regular expressions: text made plain first, patterns built from readable
parts.
"""

from __future__ import annotations

import re

SENTENCE = re.compile(r"[^.?!]+[.?!]*")
"""A sentence as a recogniser writes it, with the marks that end it; the last may have none."""


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no punctuation, hyphens as spaces, single spaces."""
    text = text.lower().replace("\u2019", "'").replace("-", " ")
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text).split())


def either(*parts: str) -> str:
    """A group that matches any of the parts."""
    return "(?:" + "|".join(parts) + ")"


def maybe(*parts: str) -> str:
    """As `either`, each part with a space after it, any number of times, or none."""
    return "(?:" + "|".join(f"{part} " for part in parts) + ")*"


def then(*parts: str) -> str:
    """As `either`, each part with a space before it, any number of times, or none."""
    return "(?:" + "|".join(f" {part}" for part in parts) + ")*"


def ending(*parts: str) -> re.Pattern[str]:
    """A pattern for text that ends in one of these, from the beginning of a word on."""
    return re.compile(rf"(?:^|(?<= )){either(*parts)}$")
