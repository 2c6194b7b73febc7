"""Crude word stems: enough to tell whether a thing was mentioned."""

from __future__ import annotations

import re

_STOP = frozenset(
    "a an and are as at be by can could did do does for from had has have how i if in into is it its me"
    " most much my of on"
    " one or our s so than that the their them there they this those to was we were what when where"
    " which who whom why"
    " will with would you your first more any about tell give name like say make made get got then".split()
)
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "ly", "s", "e")
_TOKEN = re.compile(r"[a-z][a-z']+")


def stem(token: str) -> str:
    """'metrics', 'metric' -> one; the shortest stem has three letters."""
    for suffix in _SUFFIXES:
        if token.endswith(suffix) and len(token) - len(suffix) >= 3:
            return token[: -len(suffix)]
    return token


def content_stems(text: str) -> set[str]:
    """Stems of the words that carry meaning."""
    return {stem(token) for token in _TOKEN.findall(text.lower()) if token not in _STOP}
