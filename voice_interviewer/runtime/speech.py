"""Text to sound, with what is known ahead synthesised ahead."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterator

from voice_interviewer.ports import AudioChunk, Voice

CACHE_TEXTS = 64
"""A prompt takes some 100 kB a second of speech; greetings, holds and likely follow-ups fit easily."""


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

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
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
            with self._voice_lock:
                for chunk in self._voice.synthesise(text):
                    with spoken.grew:
                        spoken.chunks.append(chunk)
                        spoken.grew.notify_all()
        except BaseException as error:  # raised again in every reader
            spoken.error = error
            with self._lock:
                self._spoken.pop(text, None)
        finally:
            with spoken.grew:
                spoken.done = True
                spoken.grew.notify_all()
