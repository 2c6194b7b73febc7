"""From a recording to a session: its sound streams through the recogniser once, and only words are kept.

The journal that comes out has the lines a practice session would have, so everything made for sessions
(report, history, export, re-analysis) works for recordings too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from voice_interviewer.adapters.acoustics_track import TrackBuilder
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.whisper import Listener
from voice_interviewer.adapters.whisper_windows import Window, WindowCutter
from voice_interviewer.analysis.record import AcousticTrack, VocalFillerEvent
from voice_interviewer.core.events import Transcribed, UtteranceEnded
from voice_interviewer.core.speech import Utterance, Word
from voice_interviewer.ports import Pcm16, Samples

UTTERANCE_GAP_S = 0.7
"""Silence between words that ends an utterance, as it does in an interview."""
LONGEST_UTTERANCE_S = 30.0

Progress = Callable[[float], None]
"""Called with the seconds of sound done so far."""


@dataclass(slots=True)
class Reviewed:
    """What was heard in a recording."""

    utterances: list[Utterance] = field(default_factory=list)
    vocal_fillers: list[VocalFillerEvent] = field(default_factory=list)
    duration_s: float = 0.0
    speech_spans: list[tuple[float, float]] = field(default_factory=list)
    acoustics: AcousticTrack = field(default_factory=AcousticTrack)


class ReviewPipeline:
    """Streams sound through the recogniser; memory holds one window of sound at a time."""

    def __init__(self, listener: Listener, *, context: str = "") -> None:
        self._listener = listener
        self._context = context

    def run(
        self,
        blocks: Iterable[Pcm16],
        *,
        journal: Journal | None = None,
        track: TrackRecorder | None = None,
        progress: Progress | None = None,
        hear: Callable[[Window], None] | None = None,
    ) -> Reviewed:
        """Hear all `blocks` of 16 kHz sound, any size; `hear` is given each stretch that holds speech.

        Raises ModelError, and what `blocks` raises.
        """
        reviewed = Reviewed()
        cutter = WindowCutter()
        measures = TrackBuilder()
        pending: list[Word] = []
        done_s = 0.0
        windows = cutter.windows(_recorded(blocks, track))
        for heard, sounds in self._listener.listen_along(windows, context=self._context):
            reviewed.vocal_fillers += heard.fillers
            reviewed.speech_spans += heard.speech_spans
            for window, sound in sounds:
                measures.place(window.start_s, sound)
                done_s = window.end_s
                if hear is not None:
                    hear(window)
            pending += heard.words
            *closed, pending = split(pending)
            for words in closed:
                _close(words, reviewed, journal)
            if progress is not None:
                progress(done_s)
        for words in split(pending):
            _close(words, reviewed, journal)
        reviewed.duration_s = round(cutter.heard_s, 3)
        reviewed.acoustics = measures.track(reviewed.duration_s)
        if progress is not None:
            progress(reviewed.duration_s)
        return reviewed


def _recorded(blocks: Iterable[Pcm16], track: TrackRecorder | None) -> Iterator[Samples]:
    for block in blocks:
        if track is not None:
            track.append(block)
        yield block.astype(np.float32) / 32768.0


def split(words: Sequence[Word]) -> list[list[Word]]:
    """Words in groups that silence parts; the last may go on. One empty group when there are none."""
    groups: list[list[Word]] = [[]]
    for word in words:
        group = groups[-1]
        too_long = group and word.end_s - group[0].start_s > LONGEST_UTTERANCE_S
        if group and (word.start_s - group[-1].end_s >= UTTERANCE_GAP_S or too_long):
            groups.append([])
        groups[-1].append(word)
    return groups


def _close(words: Sequence[Word], reviewed: Reviewed, journal: Journal | None) -> None:
    if not words:
        return
    said = Utterance(len(reviewed.utterances) + 1, words[0].start_s, words[-1].end_s, tuple(words))
    reviewed.utterances.append(said)
    if journal is not None:
        write_utterance(journal, said)


def write_utterance(journal: Journal, said: Utterance) -> None:
    """As an interview would have written it."""
    journal.write(UtteranceEnded(said.end_s, said.id, said.start_s, said.end_s), said.end_s)
    journal.write(Transcribed(said.end_s, said.id, said.start_s, said.end_s, said.words), said.end_s)
