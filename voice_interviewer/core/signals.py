"""What a good answer lets one hear, with the words that prove it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voice_interviewer.core.content import Framework


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal and its proof."""

    signal_id: str
    phase_id: str
    quote: str
    start_offset: int = 0
    end_offset: int = 0


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def find_signals(framework: Framework, phase_id: str | None, text: str) -> list[Heard]:
    """Signals of one phase (all phases when None) in a text, each once, with its words and their place."""
    found = []
    for phase in framework.phases:
        if phase_id is not None and phase.id != phase_id:
            continue
        for signal in phase.signals:
            for pattern in signal.patterns:
                match = _compiled(pattern).search(text)
                if match and match.group(0).strip():
                    found.append(
                        Heard(signal.id, phase.id, match.group(0).strip(), match.start(), match.end())
                    )
                    break
    return found
