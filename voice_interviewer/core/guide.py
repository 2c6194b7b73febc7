"""A preparation guide: Markdown with a title, and what a list of guides says about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS_PER_MINUTE = 220
"""Silent reading of plain non-fiction, rounded down."""
_MARKUP = re.compile(r"[*_`#>|]")


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide under content/guides/."""

    id: str
    """Its file name without the suffix, as typed on the command line."""
    text: str
    """Markdown (CommonMark with tables)."""

    @property
    def title(self) -> str:
        """The first heading, or the id where there is none."""
        for line in self.text.splitlines():
            if line.startswith("# "):
                return line[2:].strip()
        return self.id.replace("-", " ").capitalize()

    @property
    def summary(self) -> str:
        """The first sentence after the title, without markup."""
        for paragraph in re.split(r"\n\s*\n", self.text):
            plain = " ".join(_MARKUP.sub("", paragraph).split())
            if plain and not paragraph.lstrip().startswith("#"):
                return re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0]
        return ""

    @property
    def reading_minutes(self) -> int:
        """At least one."""
        return max(1, round(len(self.text.split()) / _WORDS_PER_MINUTE))
