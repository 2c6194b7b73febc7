"""Say jobs to sound: in short slices that can be stopped at once, and onto the interviewer's track."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from voice_interviewer.core.commands import Say
from voice_interviewer.core.errors import DeviceError, ModelError, VoiceInterviewerError
from voice_interviewer.core.events import Event, PromptFinished, PromptStarted, WorkerFailed
from voice_interviewer.core.wording import word_count
from voice_interviewer.ports import Clock, Pcm16, Playback
from voice_interviewer.runtime.speech import SpeechCache
from voice_interviewer.runtime.track import KeptTrack, Track
from voice_interviewer.runtime.worker import Cancelled

SLICE_S = 0.02
READING_WORDS_PER_S = 3.5
"""Without a voice a prompt stays on the screen as long as it takes to read."""


class Talker:
    """Speaks prompts on the worker's thread. Without a voice or a loudspeaker it keeps time in silence.

    The playback has been started for the voice's rate before.
    """

    def __init__(
        self,
        speech: Callable[[], SpeechCache | None],
        playback: Playback,
        track: Track,
        clock: Clock,
        put: Callable[[Event], None],
    ) -> None:
        self._speech = speech
        self._playback = playback
        self._track = KeptTrack(track, put, clock.now_s)
        self._clock = clock
        self._put = put
        self._held = threading.Event()
        self._mute = False
        self._lost = False

    def duck(self) -> None:
        """Hold the playback where it is, what it has already taken included."""
        self._held.set()
        self._tell_playback("duck")

    def unduck(self) -> None:
        """Go on."""
        self._held.clear()
        self._tell_playback("unduck")

    def silence(self) -> None:
        """Silence now, without waiting for the worker to notice that its prompt is over."""
        self._playback.abort()
        self._held.clear()

    def _tell_playback(self, what: str) -> None:
        """A real loudspeaker has a queue of its own, to be held too; a stand-in has none to speak of."""
        act = getattr(self._playback, what, None)
        if act is not None:
            act()

    def handle(self, say: Say, cancelled: Cancelled) -> None:
        """Speak one prompt; PromptStarted and PromptFinished are always reported."""
        share = 0.0
        if not cancelled():
            try:
                share = self._try(say, cancelled)
            except Exception as error:  # a voice or a sound system throws what it likes
                self._mute = True
                reason = str(error) if isinstance(error, VoiceInterviewerError) else type(error).__name__
                self._put(WorkerFailed(self._clock.now_s(), "voice", reason))
                share = self._show(say, cancelled)
        self.unduck()
        words = say.text.split()
        heard = round(share * len(words))
        interrupted = share < 1.0
        self._put(
            PromptFinished(
                self._clock.now_s(),
                say.prompt_id,
                " ".join(words[:heard]),
                interrupted,
                " ".join(words[heard:]) if interrupted else "",
            )
        )

    def _try(self, say: Say, cancelled: Cancelled) -> float:
        """Speak; without a loudspeaker show, and look for it again at the next prompt."""
        if self._mute:
            return self._show(say, cancelled)
        if self._lost and not self._reopened():
            return self._show(say, cancelled)
        try:
            return self._speak(say, cancelled)
        except DeviceError as error:
            if self._reopened():
                return self._speak(say, cancelled)
            self._lost = True
            self._put(WorkerFailed(self._clock.now_s(), "loudspeaker", error.message))
            return self._show(say, cancelled)

    def _reopened(self) -> bool:
        reopen = getattr(self._playback, "reopen", None)
        if reopen is None:
            return False
        try:
            reopen()
        except DeviceError:
            return False
        self._lost = False
        return True

    def _speak(self, say: Say, cancelled: Cancelled) -> float:
        """Share of the prompt that was heard."""
        speech = self._speech()
        if speech is None:
            self._mute = True
            return self._show(say, cancelled)
        started = False
        written_s = 0.0
        begun: list[tuple[int, float]] = []  # words and seconds of the sentences that were begun
        for chunk in speech.chunks(say.text):
            begun.append((word_count(chunk.text), len(chunk.pcm) / chunk.sample_rate_hz))
            for piece in _slices(chunk.pcm, chunk.sample_rate_hz):
                self._wait_while_held(cancelled)
                if cancelled():
                    self._playback.abort()
                    return self._share_heard(say, begun, written_s)
                self._playback.write(piece)
                if not started:
                    started = True
                    self._position = round(self._clock.now_s() * chunk.sample_rate_hz)
                    self._put(PromptStarted(self._clock.now_s(), say.prompt_id))
                self._record(piece, chunk.sample_rate_hz)
                written_s += len(piece) / chunk.sample_rate_hz
        if not started:
            raise ModelError("the voice made no sound")
        self._playback.drain()
        return self._share_heard(say, begun, written_s) if cancelled() else 1.0

    def _share_heard(self, say: Say, begun: list[tuple[int, float]], written_s: float) -> float:
        """Share of the words; a real loudspeaker is some tenths of a second behind what was written."""
        left_s = min(written_s, getattr(self._playback, "heard_s", written_s))
        words = 0.0
        for count, seconds in begun:
            words += count * min(1.0, left_s / max(seconds, 0.001))
            left_s = max(0.0, left_s - seconds)
        return min(0.99, words / max(1, word_count(say.text)))

    _position = 0

    def _record(self, piece: Pcm16, rate_hz: int) -> None:
        # Slices follow one another; after a hold the track follows the clock again.
        now = round(self._clock.now_s() * rate_hz)
        if now - self._position > rate_hz // 4:
            self._position = now
        self._track.write_at(self._position, piece)
        self._position += len(piece)

    def _wait_while_held(self, cancelled: Cancelled) -> None:
        while self._held.is_set() and not cancelled():
            time.sleep(SLICE_S / 2)

    def _show(self, say: Say, cancelled: Cancelled) -> float:
        """No sound: the words are on the screen; give time to read them."""
        self._put(PromptStarted(self._clock.now_s(), say.prompt_id))
        total_s = 0.5 + word_count(say.text) / READING_WORDS_PER_S
        end_s = self._clock.now_s() + total_s
        while (left_s := end_s - self._clock.now_s()) > 0:
            if cancelled():
                return max(0.0, 1.0 - left_s / total_s)
            time.sleep(min(SLICE_S, left_s))
        return 1.0


def _slices(pcm: Pcm16, rate_hz: int) -> Iterator[Pcm16]:
    size = max(1, int(rate_hz * SLICE_S))
    for begin in range(0, len(pcm), size):
        yield pcm[begin : begin + size]
