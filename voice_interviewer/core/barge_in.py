"""Speech while the interviewer speaks: the candidate wants the floor, or only coughs, agrees, types.

The loudspeaker is held (ducked) at the first trace of voice, which is what the candidate hears as stopping,
and goes on at once when no speech is confirmed. Whether the prompt is dropped or goes on is decided with what
follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from voice_interviewer.core.speech import Word, text_of

Verdict = Literal["wait", "barge", "dismiss"]


@dataclass(frozen=True, slots=True)
class BargeInSettings:
    """Times in seconds of speech from its onset."""

    suspect_s: float = 0.12
    """A prompt that was held at a first trace of voice goes on when no speech is confirmed within this."""
    certain_s: float = 0.9
    """Speech that goes on this long is a barge-in. 'Mm-hm', 'okay', 'right' take 0.3-0.6 s, and that they are
    over is known 0.2 s later. The loudspeaker is silent all the while."""
    burst_s: float = 0.26
    """Anything shorter, once over, is a cough, a click or a lip smack."""
    brief_s: float = 0.4
    """And over it is after this much silence: 'Sorry, ...' is as short, and what it was for follows a breath
    later."""
    glance_s: float = 0.45
    """A quick look at less than this is a guess: 0.28 s of the interviewer's own echo read 'it it does'."""
    doubtful: float = 0.5
    """Words over a prompt that the recogniser is less sure of, on average, are none: noise, or an echo."""
    words_wait_s: float = 1.6
    """After a burst of doubtful length the prompt stays held this long for its words."""


DEFAULT_BARGE_IN = BargeInSettings()

_BACK_CHANNELS = re.compile(
    r"(?:(?:m+[\s-]?h+m+|mm+|m+hm+|uh[\s-]?huh|uh[\s-]?hum|um[\s-]?hum|hm+|um+|uh+|ah+|oh|eh|yeah|yes|"
    r"yep|yup|ya|okay|ok"
    r"|right|alright|all right|sure|i see|got it|gotcha|makes sense|that makes sense|good|great|cool|"
    r"nice|fine"
    r"|thank you|thanks|perfect|of course|i'?m sorry|sorry|bye|you|i mean|you know|so|well|like)\s*){0,3}"
)
"""What listeners say without wanting the floor, what the recogniser makes of coughs ('Thank you.') and of
'mm-hm' ('I mean'), and openers that nothing follows: whoever goes on after them is heard again."""


def is_back_channel(text: str) -> bool:
    """Whether the words only show that somebody listens; true of no words at all."""
    said = " ".join(re.sub(r"[^a-z' -]+", " ", text.lower().replace("\u2019", "'")).split())
    return _BACK_CHANNELS.fullmatch(said) is not None


def words_over_prompt(
    words: Sequence[Word] | None,
    glimpse: Sequence[Word],
    speech_s: float,
    settings: BargeInSettings = DEFAULT_BARGE_IN,
) -> str | None:
    """What was said in a burst, as far as it can be believed: '' for nothing, None while it is not known.

    `words` are the recogniser's, `glimpse` those of a quick look.
    """
    if words is None:
        return text_of(glimpse) if glimpse and speech_s >= settings.glance_s else None
    sure = sum(word.probability for word in words) / max(1, len(words))
    return text_of(words) if sure >= settings.doubtful else ""


def verdict(
    *, speech_s: float, silence_s: float, text: str | None, settings: BargeInSettings = DEFAULT_BARGE_IN
) -> Verdict:
    """Judge one burst: `speech_s` so far, `silence_s` since (0 while it goes on), its `text` once known."""
    if speech_s >= settings.certain_s:
        return "barge"
    if silence_s <= 0:
        return "wait"
    if speech_s < settings.burst_s:
        return "dismiss" if silence_s >= settings.brief_s else "wait"
    if text is not None:
        return "dismiss" if is_back_channel(text) else "barge"
    return "dismiss" if silence_s >= settings.words_wait_s else "wait"
