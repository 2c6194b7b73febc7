"""Text to sound, with what is known ahead synthesised ahead."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

from voice_interviewer.ports import AudioChunk, Voice

CACHE_TEXTS = 64
"""A prompt takes some 100 kB a second of speech; greetings, holds and likely follow-ups fit easily."""


class SpeechCache:
    """Synthesises each text once. Thread-safe; a sentence is the unit of waiting."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._ready: OrderedDict[str, tuple[AudioChunk, ...]] = OrderedDict()
        self._lock = threading.Lock()
        self._voice_lock = threading.Lock()

    @property
    def sample_rate_hz(self) -> int:
        """Of the chunks."""
        return self._voice.sample_rate_hz

    def prepare(self, text: str) -> None:
        """Have a text ready. Raises ModelError."""
        with self._lock:
            if text in self._ready:
                self._ready.move_to_end(text)
                return
        for _ in self._synthesise(text):
            pass

    def chunks(self, text: str) -> Iterator[AudioChunk]:
        """The text's sound, sentence by sentence, from the cache when it is there. Raises ModelError."""
        with self._lock:
            ready = self._ready.get(text)
        yield from ready if ready is not None else self._synthesise(text)

    def _synthesise(self, text: str) -> Iterator[AudioChunk]:
        done: list[AudioChunk] = []
        with self._voice_lock:
            stream = iter(self._voice.synthesise(text))
        while True:
            with self._voice_lock:
                chunk = next(stream, None)
            if chunk is None:
                break
            done.append(chunk)
            yield chunk
        with self._lock:
            self._ready[text] = tuple(done)
            while len(self._ready) > CACHE_TEXTS:
                self._ready.popitem(last=False)
