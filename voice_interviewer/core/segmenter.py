"""Voice activity, frame by frame, to utterances: hysteresis at both ends, and a length limit.

Times in the events are speech times: `start_s` is where the voiced run began and `end_s` where it was last
heard, both earlier than `at_s`, the moment the segmenter was sure. Pre-roll and post-roll for the recogniser
belong to the span that is transcribed (`core.fragments`), not to the speech.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voice_interviewer.core.events import (
    Event,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechSuspected,
    UtteranceEnded,
)


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    """Hysteresis and limits, in seconds; each with the reason for its value."""

    frame_s: float = 0.02
    """Length of one pushed frame."""
    onset_s: float = 0.12
    """Voiced time that makes a start. A key press or a lip smack stays below it; a barge-in must stop the
    loudspeaker 0.3 s after its onset, so it cannot be much longer."""
    suspect_s: float = 0.08
    """Voiced time that is worth a hint: a prompt is held for it, and goes on when no more comes."""
    onset_window_s: float = 0.20
    """The voiced frames of an onset may be spread over this: detectors drop frames in soft onsets."""
    resume_s: float = 0.06
    """Voiced time that ends a pause. Shorter than an onset: the same person was just speaking."""
    resume_window_s: float = 0.10
    hint_s: float = 0.20
    """Silence after which the pause is announced. Closures of stop consonants last up to 0.15 s."""
    end_s: float = 0.45
    """Silence that closes an utterance; splitting at 0.4-0.5 s lets transcription keep up."""
    soft_limit_s: float = 18.0
    """From this length on the next dip closes the utterance."""
    dip_s: float = 0.10
    """A silence this long counts as a dip: a place between words."""
    hard_limit_s: float = 25.0
    """Never longer than this: the recogniser's window is 30 s."""


class Segmenter:
    """Turns one boolean per frame into the life of utterances. Frames come in order, without gaps."""

    def __init__(self, settings: SegmenterSettings = SegmenterSettings()) -> None:
        self._settings = settings
        self._next_id = 1
        self._recent: deque[tuple[float, bool]] = deque()
        self._open = False
        self._suspected = False
        self._hinted = False
        self._start_s = 0.0
        self._last_voiced_s = 0.0
        self._dip: tuple[float, float] | None = None
        """End and restart of speech around the last dip inside the open utterance."""

    @property
    def in_speech(self) -> bool:
        """Whether an utterance is open and not paused."""
        return self._open and not self._hinted

    def push(self, end_s: float, is_speech: bool) -> list[Event]:
        """One frame that ended at session time `end_s`; what it brought about, in order."""
        window_s = max(self._settings.onset_window_s, self._settings.resume_window_s)
        self._recent.append((end_s, is_speech))
        while self._recent and self._recent[0][0] <= end_s - window_s + 1e-9:
            self._recent.popleft()
        if not self._open:
            return self._while_silent(end_s, is_speech)
        return self._while_open(end_s, is_speech)

    def flush(self, at_s: float) -> list[Event]:
        """The sound is over: close what is open."""
        if not self._open:
            return []
        return [self._close(at_s, self._last_voiced_s)]

    def _voiced_since(self, since_s: float) -> list[float]:
        """Ends of the voiced frames after `since_s`, oldest first."""
        return [end_s for end_s, voiced in self._recent if voiced and end_s > since_s + 1e-9]

    def _while_silent(self, end_s: float, is_speech: bool) -> list[Event]:
        settings = self._settings
        voiced = self._voiced_since(end_s - settings.onset_window_s)
        voiced_s = len(voiced) * settings.frame_s + 1e-9
        if is_speech and voiced_s >= settings.onset_s:
            return [self._begin(end_s, voiced[0] - settings.frame_s)]
        suspected, self._suspected = self._suspected, voiced_s >= settings.suspect_s
        if self._suspected and not suspected:
            return [SpeechSuspected(end_s, voiced[0] - settings.frame_s)]
        return []

    def _while_open(self, end_s: float, is_speech: bool) -> list[Event]:
        settings = self._settings
        silence_s = end_s - self._last_voiced_s
        if self._hinted:
            voiced = self._voiced_since(max(self._last_voiced_s, end_s - settings.resume_window_s))
            if is_speech and len(voiced) * settings.frame_s >= settings.resume_s - 1e-9:
                return self._resume(end_s, voiced[0] - settings.frame_s)
            if silence_s >= settings.end_s - 1e-9:
                return [self._close(end_s, self._last_voiced_s)]
            return []
        if is_speech:
            if silence_s - settings.frame_s >= settings.dip_s - 1e-9:
                self._dip = (self._last_voiced_s, end_s - settings.frame_s)
            self._last_voiced_s = end_s
            return self._limit(end_s)
        if silence_s >= settings.hint_s - 1e-9:
            self._hinted = True
            return [SpeechPaused(end_s, self._next_id - 1, self._start_s, self._last_voiced_s)]
        return []

    def _begin(self, at_s: float, start_s: float) -> SpeechStarted:
        self._open, self._suspected, self._hinted, self._dip = True, False, False, None
        self._start_s, self._last_voiced_s = start_s, at_s
        self._next_id += 1
        return SpeechStarted(at_s, self._next_id - 1, start_s)

    def _resume(self, at_s: float, voice_start_s: float) -> list[Event]:
        self._dip = (self._last_voiced_s, voice_start_s)
        self._hinted = False
        self._last_voiced_s = at_s
        return [SpeechResumed(at_s, self._next_id - 1), *self._limit(at_s)]

    def _close(self, at_s: float, end_s: float, *, cut: bool = False) -> UtteranceEnded:
        self._open = self._hinted = False
        # What was voiced after the end may be the next onset.
        self._recent = deque(frame for frame in self._recent if frame[0] > end_s + 1e-9)
        return UtteranceEnded(at_s, self._next_id - 1, self._start_s, end_s, cut)

    def _limit(self, at_s: float) -> list[Event]:
        """Speech goes on: split at a dip from the soft limit on, wherever it is at the hard limit."""
        settings = self._settings
        split = self._dip
        if split is not None and split[0] - self._start_s < settings.soft_limit_s:
            split = None
        if split is None:
            if at_s - self._start_s < settings.hard_limit_s:
                return []
            split = (at_s, at_s)
        ended = self._close(at_s, split[0], cut=True)
        begun = self._begin(at_s, split[1])
        return [ended, begun]
