"""From what is to be asked to the words: one of its wordings, not said before, in the candidate's own words
where one takes them up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from voice_interviewer.core import wording
from voice_interviewer.core.commands import PromptKind
from voice_interviewer.core.content import Phase
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.quoting import as_quote
from voice_interviewer.core.stems import content_stems


class Phrasing:
    """Words decisions for one interview; only looks at what was said."""

    def __init__(self, memory: Memory, seed: int) -> None:
        self._memory = memory
        self._seed = seed

    def pick(self, key: str, options: Sequence[str], avoid: Collection[str] = ()) -> str:
        """One of them, the same for the same key."""
        return wording.pick(self._seed, key, options, avoid)

    def decision(
        self,
        kind: PromptKind,
        key: str,
        options: list[str] | tuple[str, ...],
        phase: Phase | None = None,
        *,
        repeatable: bool = False,
    ) -> Decision | None:
        """Ask this in one of these wordings, unless it was asked or none of them can be said."""
        if key in self._memory.asked and not repeatable:
            return None
        text = self.text(key, options, repeatable=repeatable)
        if text is None:
            return None
        phase_id = phase.id if phase else self._memory.agenda.current
        name = phase.name if phase else ""
        intent = {
            "follow_up": f"Ask for what is missing in {name or 'the answer'}: {text}",
            "push_back": f"Doubt one weak claim: {text}",
            "invitation": f"Move on to {name}: {text}",
        }.get(kind, text)
        facts = tuple(self._memory.recent_quotes())
        return Decision(kind, text, key, phase_id, intent=intent, facts=facts, withheld=self._withheld())

    def _withheld(self) -> tuple[str, ...]:
        """Points of a strong answer that the candidate has not made."""
        said = self._memory.said_stems
        points = (point for made in self._memory.question.points.values() for point in made)
        return tuple(point for point in points if len(content_stems(point) - said) >= 2)

    def text(self, key: str, options: list[str] | tuple[str, ...], *, repeatable: bool = False) -> str | None:
        """A speakable wording not said before (or, when repeatable, not said last)."""
        said = self._memory.said
        usable = [o for o in options if wording.is_speakable(o) and (repeatable or o not in said)]
        if not usable:
            return None
        turn = f":{len(said)}" if repeatable else ""
        return self.pick(key + turn, usable, avoid=said[-1:])

    def filled_in(self, options: tuple[str, ...], phase: Phase) -> list[str]:
        """Wordings that take up the candidate's own words, where some fit; otherwise those that need none."""
        plain = [option for option in options if "{" not in option]
        said = " ".join(self._memory.said).lower()
        for gap, words in self._memory.own_words(phase.id):
            quote = as_quote(words)
            if not quote or quote.lower() in said:
                continue
            filled = [option.replace(gap, quote) for option in options if gap in option]
            usable = [text[:1].upper() + text[1:] for text in filled if wording.is_speakable(text)]
            if usable:
                return usable
        return plain
