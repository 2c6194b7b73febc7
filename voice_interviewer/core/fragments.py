"""One utterance on its way from sound to words: where its speech is, what was asked about it, what is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice_interviewer.core.events import Transcribed
from voice_interviewer.core.speech import Utterance, Word

Place = Literal[
    "turn",  # part of the candidate's turn
    "burst",  # began over a prompt; not yet decided
    "dismissed",  # taken for a back-channel, unless the prompt ends right after
    "ignored",  # half duplex: heard while the interviewer spoke
    "gone",
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
    span: tuple[float, float] | None = None
    """The sound last sent to the recogniser."""
    words: tuple[Word, ...] | None = None
    """The recogniser's answer for exactly `span`."""
    meanings: dict[str, float] = field(default_factory=dict)
    vote: float | None = None
    heard: bool = False
    """Its final words were reported."""
    late: bool = False
    """Its words came after its turn was judged; it goes into the next turn but does not open one."""
    dismissed_s: float = 0.0

    @property
    def pending(self) -> bool:
        """Asked for and not yet answered."""
        return self.span is not None and self.words is None

    @property
    def utterance(self) -> Utterance:
        """With the words known so far."""
        return Utterance(self.id, self.start_s, self.end_s, self.words or ())

    def pause(self, end_s: float) -> None:
        """Speech was last heard at `end_s`."""
        self.speaking = False
        self.end_s = end_s

    def resume(self) -> None:
        """The pause was none: what was asked about it is void."""
        self.speaking = True
        self.words = None
        self.vote = None

    def close(self, end_s: float, *, cut: bool) -> None:
        """No more sound will be added."""
        self.speaking = False
        self.closed = True
        self.end_s = end_s
        self.cut = cut

    def ask(self, span: tuple[float, float]) -> None:
        """This sound is on its way to the recogniser."""
        self.span = span
        self.words = None

    def take_words(self, event: Transcribed) -> bool:
        """Keep the words when they are of the span last asked for; says whether they are."""
        if self.span is None or self.speaking:
            return False
        if abs(event.start_s - self.span[0]) > 1e-3 or abs(event.end_s - self.span[1]) > 1e-3:
            return False
        self.words = event.words
        self.meanings = event.meanings
        return True
