"""The recogniser: faster-whisper's weights, led to keep every "um", and never believed blindly.

Whisper leaves out disfluencies because its training texts did. A short prompt that is itself disfluent
makes it keep them, at a price: on unclear sound it recites the prompt or loops. So each text is checked, and
decoded again without the prompt where the check fails; only sound that holds speech gets text at all. Longer
stretches are read twice with their windows cut at different places, and fillers are put to the vote.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from voice_interviewer.adapters.acoustics import SoundMeasures, levels_db, measure
from voice_interviewer.adapters.acoustics_track import TrackBuilder
from voice_interviewer.adapters.whisper_engine import WhisperEngine
from voice_interviewer.adapters.whisper_guards import echoes, loops
from voice_interviewer.adapters.whisper_merge import Heard, doubtful, merge
from voice_interviewer.adapters.whisper_reader import DISFLUENT_PROMPT, Reading, read
from voice_interviewer.adapters.whisper_speech import READABLE_DB, Loudness, holds_speech, speech_chances
from voice_interviewer.adapters.whisper_windows import Window, cut_up, shifted
from voice_interviewer.analysis.record import AcousticTrack, VocalFillerEvent
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

SHORTEST_SPEECH_S = 0.1
FAINTEST_DB = -65.0
QUICK_LOOK_S = 6.0
QUICK_WINDOW_S = 8.0
QUICK_TOKENS = 40
BATCH = 6
"""Windows of the first reading that are read together, with as many of the second."""

Sounds = list[tuple[Window, SoundMeasures]]


class Listener(Protocol):
    """Hears a recording."""

    def listen_along(self, windows: Iterable[Window], *, context: str = "") -> Iterator[tuple[Heard, Sounds]]:
        """What was heard, in order of time, and the sound it was heard in. Raises ModelError."""
        ...


class WhisperTranscriber:
    """Implements `ports.Transcriber`. The model is loaded at first use; calls from several threads queue."""

    def __init__(self, model_folder: Path, *, threads: int = 2, second_look: bool = False) -> None:
        """`second_look` reads all twice, cut differently: for recordings, where nobody waits for a text."""
        self._folder = model_folder
        self._threads = threads
        self._second_look = second_look
        self._engine: WhisperEngine | None = None
        self._lock = threading.Lock()
        self._fillers: list[VocalFillerEvent] = []
        self._track = TrackBuilder()

    def warm_up(self) -> None:
        """Load the weights and run once, so that the first utterance waits for neither. Raises ModelError."""
        with self._lock:
            engine = self._loaded()
            engine.decode(engine.hear(np.zeros(SAMPLE_RATE_HZ, np.float32)), max_tokens=2)

    def transcribe(self, samples: Samples, *, start_s: float, context: str = "") -> Sequence[Word]:
        """Words of 16 kHz `samples` of any length, times shifted by `start_s`. Raises ModelError.

        Fillers are kept among them. `context` is text that helps, such as a product's name.
        """
        heard = self.listen(samples, start_s=start_s, context=context)
        end_s = start_s + len(samples) / SAMPLE_RATE_HZ
        self._fillers = [event for event in self._fillers if not start_s <= event.start_s < end_s]
        self._fillers += heard.fillers
        return heard.words

    def vocal_fillers(self) -> tuple[VocalFillerEvent, ...]:
        """Every filler of what was transcribed so far, in order; a stretch transcribed twice counts once."""
        return tuple(sorted(self._fillers, key=lambda event: event.start_s))

    def acoustics(self) -> AcousticTrack:
        """Pitch and level of what was transcribed so far, on its timeline."""
        return self._track.track()

    def listen(self, samples: Samples, *, start_s: float, context: str = "") -> Heard:
        """Words, fillers with their evidence, and speech spans of `samples`. Raises ModelError."""
        if not holds_sound(samples):
            return Heard((), (), ())
        parts = [heard for heard, _ in self.listen_along(cut_up(samples, start_s=start_s), context=context)]
        return Heard(
            tuple(word for part in parts for word in part.words),
            tuple(event for part in parts for event in part.fillers),
            tuple(span for part in parts for span in part.speech_spans),
        )

    def listen_along(self, windows: Iterable[Window], *, context: str = "") -> Iterator[tuple[Heard, Sounds]]:
        """What was heard, in order of time, and the sound it was heard in. Raises ModelError."""
        group: list[Window] = []
        for window in windows:
            group.append(window)
            if len(group) == BATCH:
                yield self._together(group, context)
                group = []
        if group:
            yield self._together(group, context)

    def quick(self, samples: Samples, *, start_s: float = 0.0) -> Sequence[Word]:
        """A fast look at the last six seconds: how does the clause end? Words without true times.

        Several times faster than `transcribe`, less accurate: never the text of record. Raises ModelError.
        """
        tail = samples[-int(QUICK_LOOK_S * SAMPLE_RATE_HZ) :]
        offset_s = start_s + (len(samples) - len(tail)) / SAMPLE_RATE_HZ
        if not holds_sound(tail) or not holds_speech(speech_chances(Loudness().raised(tail))):
            return []
        with self._lock:
            engine = self._loaded()
            hearing = engine.hear(Loudness().raised(tail, READABLE_DB), window_s=QUICK_WINDOW_S)
            decoded = engine.decode(hearing, prompt=DISFLUENT_PROMPT, max_tokens=QUICK_TOKENS)
        if loops(decoded.text, hearing.duration_s) or echoes(decoded.text, DISFLUENT_PROMPT):
            return []
        return _spread(decoded.text.split(), offset_s, offset_s + hearing.duration_s)

    def _loaded(self) -> WhisperEngine:
        if self._engine is None:
            self._engine = WhisperEngine(self._folder, threads=self._threads)
        return self._engine

    def _together(self, windows: list[Window], context: str) -> tuple[Heard, Sounds]:
        with self._lock:
            engine = self._loaded()
            first: list[Reading] = read(engine, windows, context)
            again = (
                [window for window in shifted(windows) if doubtful(window, first)]
                if self._second_look
                else []
            )
            second: list[Reading] = read(engine, again, context)
        measures = [measure(window.samples) for window in windows]
        if not self._second_look:  # a recording is put together by whoever streams it
            for window, sound in zip(windows, measures, strict=True):
                self._track.place(window.start_s, sound)
        heard = merge(first, second, measures)
        return heard, list(zip(windows, measures, strict=True))


def holds_sound(samples: Samples) -> bool:
    """False for digital silence, a lone click, and anything too short to be said."""
    if len(samples) < SHORTEST_SPEECH_S * SAMPLE_RATE_HZ:
        return False
    levels = levels_db(samples)
    return float(np.sort(levels)[-min(len(levels), 8)]) > FAINTEST_DB


def _spread(texts: list[str], start_s: float, end_s: float) -> list[Word]:
    step = (end_s - start_s) / max(1, len(texts))
    return [Word(text, start_s + i * step, start_s + (i + 1) * step, 0.5) for i, text in enumerate(texts)]
