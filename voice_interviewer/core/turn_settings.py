"""Everything turn-taking can be told, in one place. How long a pause may be is in `core.endpointing`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.barge_in import BargeInSettings
from voice_interviewer.core.endpointing import EndpointSettings
from voice_interviewer.core.fragments import LookAhead

Duplex = Literal["full", "half"]


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """Times in seconds."""

    duplex: Duplex = "full"
    """Half: the microphone is ignored while the interviewer speaks, for loudspeakers without echo
    cancellation.
    """
    look_ahead: LookAhead = "full"
    """What `Transcribe(final=False)` gets: all words of the utterance, or a quick look at its last
    seconds.
    """
    endpointing: EndpointSettings = field(default_factory=EndpointSettings)
    barge_in: BargeInSettings = field(default_factory=BargeInSettings)
    pre_roll_s: float = 0.25
    """Sound before the onset for the recogniser: soft consonants come before the detector's onset."""
    post_roll_s: float = 0.15
    """Sound after the end; less than the segmenter's hint, so that it is already there."""
    context_words: int = 24
    """So many of the last words go with each transcription, as context."""
    transcript_limit_s: float = 6.0
    """A turn is not judged while its last words are still being transcribed, up to this long after them."""
    judges_content: bool = False
    """Somebody answers `JudgeAnswer`."""
    content_limit_s: float = 0.4
    """That is waited for so long before the turn is judged without it."""
    glimpse_words: int = 3
    """A turn is not judged by a quick look at fewer words than this."""
    reopen_s: float = 0.3
    """Speech that began before a prompt, or within this of its first sample, goes on with the turn."""
    regret_s: float = 1.5
    """A candidate who speaks over the first so many seconds of a prompt was not finished."""
    answered_s: float = 1.0
    """A 'yes' said over the last second of a prompt answers it."""
    echo_tail_s: float = 0.25
    """Half duplex: the room still sounds this long after the prompt."""
    prompt_limit_s: float = 60.0
    """Watchdog: a prompt whose end was never reported is taken for finished."""
    first_words_s: float = 20.0
    """Silence after a main question before help is offered; thinking first is a virtue here."""
    long_silence_s: float = 12.0
    """The same at any other time."""
    help_again_s: float = 60.0
    """Help is not offered again for this long."""
