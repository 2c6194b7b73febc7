"""Where the sound of a session is kept, while there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.events import Event, WorkerFailed

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


class Track(Protocol):
    """Where the sound is kept."""

    def write_at(self, start_sample: int, pcm: Pcm) -> None:
        """Write samples at a position on the session's sample counter."""
        ...


class KeptTrack:
    """A track for one thread. A full disk ends its recording, not the interview: it is told once, and what
    comes later is offered to the track all the same, since there may be room again.
    """

    def __init__(self, track: Track, put: Callable[[Event], None], now_s: Callable[[], float]) -> None:
        self._track = track
        self._put = put
        self._now_s = now_s
        self._told = False

    def write_at(self, start_sample: int, pcm: Pcm) -> None:
        """Write samples where there is room; never raises."""
        try:
            self._track.write_at(start_sample, pcm)
        except VoiceInterviewerError as error:
            if not self._told:
                self._told = True
                self._put(WorkerFailed(self._now_s(), "recording", str(error)))
