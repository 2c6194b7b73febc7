"""Where a word stands that may be a filler: its neighbours, and the boundaries that punctuation, pauses, ums
and the start of a turn make around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.tokens import NONE, SENTENCE, SpokenWord

PAUSE_S = 0.2
"""A silence this long beside a word sets it off from its clause a little."""


@dataclass(frozen=True, slots=True)
class Place:
    """A possible filler and what stands around it; neighbours are looked up with ums skipped."""

    words: Sequence[SpokenWord]
    first: int
    last: int

    def before(self, steps: int = 1) -> str:
        """The word `steps` before, '' at the start of the sentence or turn."""
        index = self._step(self.first, -1, steps)
        return "" if index is None else self.words[index].norm

    def after(self, steps: int = 1) -> str:
        """The word `steps` after, '' at the end of the sentence or turn."""
        index = self._step(self.last, 1, steps)
        return "" if index is None else self.words[index].norm

    def after_text(self) -> str:
        """The next word as written, '' at the end."""
        index = self._step(self.last, 1, 1)
        return "" if index is None else self.words[index].text

    def _step(self, start: int, direction: int, steps: int) -> int | None:
        index = start
        while steps:
            edge = index if direction < 0 else index + 1
            index += direction
            if not 0 <= index < len(self.words) or self.words[edge].opens == SENTENCE:
                return None
            if not self.words[index].vocal:
                steps -= 1
        return index

    @property
    def opens(self) -> int:
        """Boundary before it; an um in front hands on the boundary before itself."""
        index = self.first
        strength = self.words[index].opens
        while index > 0 and strength < SENTENCE and self.words[index - 1].vocal:
            index -= 1
            strength = max(strength, self.words[index].opens)
        return strength

    @property
    def closes(self) -> int:
        """Boundary after it."""
        if self.last + 1 >= len(self.words):
            return SENTENCE
        return max(self.words[self.last].closes, self.words[self.last + 1].opens)

    @property
    def opens_turn(self) -> bool:
        """Nothing but ums before it in its turn."""
        index = self.first
        while index > 0 and self.words[index - 1].vocal:
            index -= 1
        return index == 0 or self.words[index - 1].turn_id != self.words[self.first].turn_id

    @property
    def after_kind_of(self) -> bool:
        """'Kind of' or 'sort of' right before it."""
        return self.before() in {"kinda", "sorta"} or (self.before(), self.before(2)) in {
            ("of", "kind"),
            ("of", "sort"),
        }

    @property
    def set_off(self) -> bool:
        """Commas, pauses or ums on both sides."""
        return self._edge_before() and self._edge_after()

    @property
    def beside_um(self) -> bool:
        """An um, uh or hmm stands next to it."""
        before = (
            self.first > 0 and self.words[self.first - 1].vocal and self.words[self.first].opens < SENTENCE
        )
        following = self.last + 1 < len(self.words) and self.words[self.last + 1]
        return before or bool(following and following.vocal and following.opens < SENTENCE)

    def _edge_before(self) -> bool:
        word = self.words[self.first]
        if self.first == 0 or word.opens != NONE or self.words[self.first - 1].vocal:
            return True
        return word.start_s - self.words[self.first - 1].end_s >= PAUSE_S

    def _edge_after(self) -> bool:
        if self.closes != NONE or self.words[self.last + 1].vocal:
            return True
        return self.words[self.last + 1].start_s - self.words[self.last].end_s >= PAUSE_S
