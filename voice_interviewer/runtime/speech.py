"""Text to sound, with what is known ahead synthesised ahead."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from voice_interviewer.ports import AudioChunk, Voice

CACHE_TEXTS = 64
"""A prompt takes some 100 kB a second of speech; greetings, holds and likely follow-ups fit easily."""


class Store(Protocol):
    """Where the sound of fixed texts outlives the session."""

    def load(self, text: str) -> list[AudioChunk] | None:
        """The text's sound, None when it is not kept. Never raises."""
        ...

    def save(self, text: str, chunks: Sequence[AudioChunk]) -> None:
        """Keep it. Never raises."""
        ...


class _Spoken:
    """One text's sound: complete, or still growing under whoever synthesises it."""

    def __init__(self) -> None:
        self.chunks: list[AudioChunk] = []
        self.done = False
        self.error: BaseException | None = None
        self.grew = threading.Condition()

    def read(self) -> Iterator[AudioChunk]:
        """Every chunk, waiting for those that are still being made."""
        for index in itertools.count():
            with self.grew:
                while not self.done and index >= len(self.chunks):
                    self.grew.wait()
                if index >= len(self.chunks):
                    if self.error is not None:
                        raise self.error
                    return
                chunk = self.chunks[index]
            yield chunk


class SpeechCache:
    """Synthesises each text once, whoever asks first. Thread-safe; a sentence is the unit of waiting."""

    def __init__(self, voice: Voice, store: Store | None = None, fixed: Collection[str] = ()) -> None:
        """`fixed` texts are taken from `store` where it has them, and put there."""
        self._voice = voice
        self._store = store
        self._fixed = frozenset(fixed)
        self._spoken: OrderedDict[str, _Spoken] = OrderedDict()
        self._lock = threading.Lock()
        self._voice_lock = threading.Lock()

    @property
    def sample_rate_hz(self) -> int:
        """Of the chunks."""
        return self._voice.sample_rate_hz

    def prepare(self, text: str) -> None:
        """Have a text ready. Raises ModelError."""
        for _ in self.chunks(text):
            pass

    def chunks(self, text: str) -> Iterator[AudioChunk]:
        """The text's sound, sentence by sentence. Raises ModelError."""
        with self._lock:
            spoken = self._spoken.get(text)
            mine = spoken is None
            if spoken is None:
                spoken = self._spoken[text] = _Spoken()
                while len(self._spoken) > CACHE_TEXTS:
                    self._spoken.popitem(last=False)
            else:
                self._spoken.move_to_end(text)
        if mine:
            maker = threading.Thread(target=self._make, args=(text, spoken), daemon=True, name="synthesis")
            maker.start()
        yield from spoken.read()

    def _make(self, text: str, spoken: _Spoken) -> None:
        """On a thread of its own, so that a reader who leaves early leaves nothing half done."""
        try:
            store = self._store if text in self._fixed else None
            kept = store.load(text) if store is not None else None
            if kept is not None:
                spoken.chunks.extend(kept)
                return
            with self._voice_lock:
                for chunk in self._voice.synthesise(text):
                    with spoken.grew:
                        spoken.chunks.append(chunk)
                        spoken.grew.notify_all()
            if store is not None:
                store.save(text, spoken.chunks)
        except BaseException as error:  # raised again in every reader
            spoken.error = error
            with self._lock:
                self._spoken.pop(text, None)
        finally:
            with spoken.grew:
                spoken.done = True
                spoken.grew.notify_all()
