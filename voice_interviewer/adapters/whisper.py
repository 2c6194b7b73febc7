"""The recogniser: faster-whisper's weights, led to keep every "um", and never believed blindly.

Whisper leaves out disfluencies because its training texts did. A short prompt that is itself disfluent
makes it keep them, at a price: on unclear sound it recites the prompt or loops. So each text is checked, and
decoded again without the prompt where the check fails; only sound that holds speech gets text at all.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voice_interviewer.adapters.acoustics import levels_db
from voice_interviewer.adapters.whisper_engine import (
    MAX_NEW_TOKENS,
    WINDOW_S,
    Decoded,
    Hearing,
    Piece,
    WhisperEngine,
)
from voice_interviewer.adapters.whisper_guards import echoes, loops, said_to_noise, token_cap, without_tail
from voice_interviewer.adapters.whisper_speech import holds_speech, speech_chances
from voice_interviewer.adapters.whisper_timing import (
    grow_words,
    join_punctuation,
    sounding,
    to_words,
    trim_words,
)
from voice_interviewer.core.speech import Word
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

DISFLUENT_PROMPT = "Uh, yeah. Um, I mean, it's, uh, it's, um, like this."
SHORTEST_SPEECH_S = 0.1
SPLIT_FROM_S, SPLIT_TO_S = 20.0, 28.0
"""Longer sound is cut at its quietest moment between these."""
QUICK_LOOK_S = 6.0
QUICK_WINDOW_S = 8.0
QUICK_TOKENS = 40
BELIEVED_WORD = 0.12
"""Mean probability of a text's words below which it was said to noise."""


class WhisperTranscriber:
    """Implements `ports.Transcriber`. The model is loaded at first use; calls from several threads queue."""

    def __init__(self, model_folder: Path, *, threads: int = 2) -> None:
        self._folder = model_folder
        self._threads = threads
        self._engine: WhisperEngine | None = None
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Load the weights and run once, so that the first utterance waits for neither. Raises ModelError."""
        with self._lock:
            engine = self._loaded()
            engine.decode(engine.hear(np.zeros(SAMPLE_RATE_HZ, np.float32)), max_tokens=2)

    def transcribe(self, samples: Samples, *, start_s: float, context: str = "") -> Sequence[Word]:
        """Words of 16 kHz `samples` of any length, times shifted by `start_s`. Raises ModelError.

        Fillers are kept. `context` is text that helps, such as a product's name.
        """
        words: list[Word] = []
        with self._lock:
            for first, last in split_points(samples):
                words += self._window(samples[first:last], start_s + first / SAMPLE_RATE_HZ, context)
        return words

    def quick(self, samples: Samples, *, start_s: float = 0.0) -> Sequence[Word]:
        """A fast look at the last six seconds: how does the clause end? Words without true times.

        Several times faster than `transcribe`, less accurate: never the text of record. Raises ModelError.
        """
        tail = samples[-int(QUICK_LOOK_S * SAMPLE_RATE_HZ) :]
        offset_s = start_s + (len(samples) - len(tail)) / SAMPLE_RATE_HZ
        if not holds_sound(tail) or not holds_speech(speech_chances(tail)):
            return []
        with self._lock:
            engine = self._loaded()
            hearing = engine.hear(tail, window_s=QUICK_WINDOW_S)
            decoded = engine.decode(hearing, prompt=DISFLUENT_PROMPT, max_tokens=QUICK_TOKENS)
        if loops(decoded.text, hearing.duration_s) or echoes(decoded.text, DISFLUENT_PROMPT):
            return []
        return _spread(decoded.text.split(), offset_s, offset_s + hearing.duration_s)

    def _loaded(self) -> WhisperEngine:
        if self._engine is None:
            self._engine = WhisperEngine(self._folder, threads=self._threads)
        return self._engine

    def _window(self, samples: Samples, start_s: float, context: str) -> list[Word]:
        chances = speech_chances(samples) if holds_sound(samples) else speech_chances(samples[:0])
        if not holds_speech(chances):
            return []
        engine = self._loaded()
        hearing = engine.hear(samples)
        prompt = f"{context.strip()} {DISFLUENT_PROMPT}".strip()
        decoded, prompt = decode_guarded(engine, hearing, prompt)
        pieces = believed(join_punctuation(engine.align(hearing, decoded.token_ids, prompt=prompt)), decoded)
        mask = sounding(samples, chances)
        trimmed = trim_words(pieces, mask, duration_s=hearing.duration_s)
        return to_words(grow_words(trimmed, mask, duration_s=hearing.duration_s), offset_s=start_s)


def decode_guarded(engine: WhisperEngine, hearing: Hearing, prompt: str) -> tuple[Decoded, str]:
    """The first decoding that neither loops nor recites: prompted, unprompted, repetition forbidden."""
    cap = token_cap(hearing.duration_s, MAX_NEW_TOKENS)
    decoded = engine.decode(hearing, prompt=prompt, max_tokens=cap)
    if not loops(decoded.text, hearing.duration_s) and not echoes(decoded.text, prompt):
        return decoded, prompt
    decoded = engine.decode(hearing, max_tokens=cap)
    if not loops(decoded.text, hearing.duration_s):
        return decoded, ""
    return engine.decode(hearing, max_tokens=cap, wary=True), ""


def believed(pieces: Sequence[Piece], decoded: Decoded) -> list[Piece]:
    """The pieces, without a looped tail; none at all when the text is one that is said to noise."""
    if not pieces or said_to_noise(decoded.text, decoded.mean_log_probability, decoded.no_speech_probability):
        return []
    kept = list(pieces)[: without_tail([piece.text for piece in pieces])]
    mean = sum(piece.probability for piece in kept) / len(kept)
    return kept if mean >= BELIEVED_WORD else []


def holds_sound(samples: Samples) -> bool:
    """False for digital silence, a lone click, and anything too short to be said."""
    if len(samples) < SHORTEST_SPEECH_S * SAMPLE_RATE_HZ:
        return False
    levels = levels_db(samples)
    return float(np.sort(levels)[-min(len(levels), 8)]) > -65.0


def split_points(samples: Samples) -> list[tuple[int, int]]:
    """[first, last) samples of windows the model can take: cut at the quietest moment in 20 to 28 s."""
    windows: list[tuple[int, int]] = []
    first = 0
    while len(samples) - first > WINDOW_S * SAMPLE_RATE_HZ:
        low, high = first + int(SPLIT_FROM_S * SAMPLE_RATE_HZ), first + int(SPLIT_TO_S * SAMPLE_RATE_HZ)
        levels = levels_db(samples[low:high])
        # A quiet fifth of a second, not one quiet dip between two syllables.
        smooth = np.convolve(levels, np.full(20, 1 / 20), mode="same")
        cut = low + int(smooth[10:-10].argmin() + 10) * (SAMPLE_RATE_HZ // 100)
        windows.append((first, cut))
        first = cut
    windows.append((first, len(samples)))
    return windows


def _spread(texts: list[str], start_s: float, end_s: float) -> list[Word]:
    step = (end_s - start_s) / max(1, len(texts))
    return [Word(text, start_s + i * step, start_s + (i + 1) * step, 0.5) for i, text in enumerate(texts)]
