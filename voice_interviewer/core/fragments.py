"""One utterance on its way from sound to words: where its speech is, what was asked about it, what is
known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.commands import Transcribe
from voice_interviewer.core.events import Transcribed
from voice_interviewer.core.own_voice import UnderWay
from voice_interviewer.core.speech import Utterance, Word

Place = Literal[
    "turn",  # part of the candidate's turn
    "burst",  # began over a prompt; not yet decided
    "dismissed",  # taken for a back-channel, unless the prompt ends right after
    "ignored",  # half duplex: heard while the interviewer spoke
    "gone",
]
LookAhead = Literal[
    "full",  # at a pause the whole utterance is transcribed; if it was its end, that was all
    "quick",  # at a pause its last seconds are looked at, fast and roughly; the end is transcribed anyhow
]


@dataclass(slots=True, eq=False)
class Fragment:
    """Times are session seconds."""

    id: int
    start_s: float
    end_s: float = 0.0
    """Where speech was last heard; of no meaning while `speaking`."""
    place: Place = "turn"
    speaking: bool = True
    closed: bool = False
    cut: bool = False
    over: UnderWay | None = None
    """The prompt that it began over."""
    span: tuple[float, float] | None = None
    """The sound last sent to the recogniser."""
    words: tuple[Word, ...] | None = None
    """The recogniser's answer for exactly `span`."""
    glimpse: tuple[Word, ...] = ()
    """A quick look at how it ends, until `words` are there."""
    meanings: dict[str, float] = field(default_factory=dict)
    vote: float | None = None
    content: float | None = None
    """Points for the answer up to its end, from what was said."""
    content_asked_s: float | None = None
    """When that was asked for."""
    content_of: str = ""
    """The answer that was asked about."""
    heard: bool = False
    """Its final words were reported."""
    judged: bool = False
    """It is part of a turn that was judged over."""
    late: bool = False
    """Its words came after its turn was judged; it goes into the next turn but does not open one."""
    reopens: bool = False
    """It began after its turn had been judged over."""
    dismissed_s: float = 0.0

    @property
    def pending(self) -> bool:
        """Asked for and not yet answered."""
        return self.span is not None and self.words is None

    @property
    def readable(self) -> bool:
        """Its words were reported, or can be judged by before they are."""
        return self.heard or bool(self.words) or (self.words is None and bool(self.glimpse))

    @property
    def utterance(self) -> Utterance:
        """With the words known so far; those of a quick look when there are no others."""
        return Utterance(
            self.id, self.start_s, self.end_s, self.words if self.words is not None else self.glimpse
        )

    def pause(self, end_s: float) -> None:
        """Speech was last heard at `end_s`."""
        self.speaking = False
        self.end_s = end_s

    def resume(self) -> None:
        """The pause was none: what was asked about it is void."""
        self.speaking = True
        self.words = None
        self.glimpse = ()
        self.vote = None
        self.content = self.content_asked_s = None
        self.content_of = ""

    def close(self, end_s: float, *, cut: bool) -> None:
        """No more sound will be added."""
        self.speaking = False
        self.closed = True
        self.end_s = end_s
        self.cut = cut

    def take_words(self, event: Transcribed, look_ahead: LookAhead) -> bool:
        """Keep the words when they are of the sound last asked for; says whether they are."""
        if self.span is None or self.speaking or self.heard:
            return False
        if abs(event.start_s - self.span[0]) > 1e-3 or abs(event.end_s - self.span[1]) > 1e-3:
            return False
        if look_ahead == "quick" and not event.final:
            self.glimpse = event.words
        else:
            self.words = event.words
        self.meanings = event.meanings
        return True


@dataclass(slots=True)
class Desk:
    """Decides which sound to send to the recogniser, so that no sound is sent to two utterances."""

    look_ahead: LookAhead
    pre_roll_s: float
    post_roll_s: float
    context_words: int
    deaf: bool = False
    """There is no recogniser any more."""
    span_end_s: float = 0.0
    context: str = ""

    def ask(self, fragment: Fragment, *, final: bool) -> Transcribe | None:
        """The command that gets its words; None when they are known, on their way, or out of reach."""
        if self.deaf:
            return None
        start_s = max(fragment.start_s - self.pre_roll_s, min(self.span_end_s, fragment.start_s), 0.0)
        if fragment.span is not None:
            start_s = fragment.span[0]
        end_s = fragment.end_s + (0.0 if fragment.cut else self.post_roll_s)
        if final:
            self.span_end_s = max(self.span_end_s, end_s)
        if fragment.span == (start_s, end_s) and not (final and self.look_ahead == "quick"):
            return None
        fragment.span = (start_s, end_s)
        fragment.words = None
        return Transcribe(fragment.id, start_s, end_s, final, self.context)

    def remember(self, text: str) -> None:
        """Final words, as context for the next utterance."""
        self.context = " ".join(f"{self.context} {text}".split()[-self.context_words :])
