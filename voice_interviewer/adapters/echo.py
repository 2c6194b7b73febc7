"""The interviewer's voice in the candidate's microphone: how it is measured, and how it is taken out.

Without headphones the microphone hears the loudspeaker. `EchoCanceller` subtracts it with WebRTC's audio
processing from the `livekit` wheel (optional). What is left of somebody who talks at the same time sounds
damaged, so the result serves to notice a barge-in; the recording and the recogniser keep the raw sound.

Both directions live on the microphone's sample counter: the loudspeaker's sound comes with the time at which
it is heard, and that clock and the counter are tied by the microphone's epoch. Two devices that drift apart
stay together this way.
"""

from __future__ import annotations

import importlib
import importlib.util
import queue
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from voice_interviewer.adapters.echo_likeness import ECHO_LIKENESS, EchoLikeness
from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
from voice_interviewer.adapters.playback import SoundDevicePlayback, Tap
from voice_interviewer.adapters.resample import Resampler
from voice_interviewer.adapters.vad import GatedVoiceActivity
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import (
    FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    Microphone,
    Pcm16,
    Playback,
    VoiceActivity,
)

LEAD_S = 0.04
"""The canceller gets the loudspeaker's sound this much early: the times of both devices are estimates, and an
echo that seems to come before its cause cannot be found. Not more: the playback knows what will be heard
0.045 s ahead, and with 0.06 s the end of every other frame was still missing when its turn came."""
TAIL_S = 0.5
"""How long after its last sound the loudspeaker may still be heard in the room."""
_TEN_MS = SAMPLE_RATE_HZ // 100
_KEPT_S = 3.0


class FarEnd:
    """What the loudspeaker played, on the microphone's sample counter at 16 kHz.

    `tap` is filled by the playback, `epoch_s` tells when the microphone's sample 0 was recorded.
    """

    def __init__(self, tap: Tap, epoch_s: Callable[[], float]) -> None:
        self._tap = tap
        self._epoch_s = epoch_s
        self._resampler = Resampler(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._kept = np.zeros(round(_KEPT_S * SAMPLE_RATE_HZ), dtype=np.int16)
        self._first = 0  # sample counter of _kept[0]
        self._next = 0  # where the run of pieces that follow one another goes on
        self._last_sound = -(10**12)

    def take(self, start_sample: int, count: int = FRAME_SAMPLES) -> Pcm16:
        """What is heard from `start_sample` on, shape (count,); zeros where nothing was played."""
        self._collect(start_sample)
        begin = start_sample - self._first
        piece = self._kept[max(0, begin) : max(0, begin + count)]
        return np.pad(piece, (0, count - piece.size))

    def sounding(self, sample: int, tail_s: float = TAIL_S) -> bool:
        """Whether the loudspeaker, or the room after it, can be heard at that sample."""
        self._collect(sample)
        return sample < self._last_sound + round(tail_s * SAMPLE_RATE_HZ)

    def _collect(self, now: int) -> None:
        """Take over what the playback has put into the tap; forget what is long past."""
        while True:
            try:
                heard = self._tap.get_nowait()
            except queue.Empty:
                break
            at = round((heard.at_s - self._epoch_s()) * SAMPLE_RATE_HZ)
            # Pieces of one prompt follow one another exactly; their times jitter.
            if abs(at - self._next) > SAMPLE_RATE_HZ // 10 or self._resampler.from_hz != heard.sample_rate_hz:
                self._resampler = Resampler(heard.sample_rate_hz, SAMPLE_RATE_HZ)
                self._next = at
            pcm = self._resampler.feed(heard.pcm)
            self._put(self._next, pcm, now)
            self._next += pcm.size
            self._last_sound = max(self._last_sound, self._next)

    def _put(self, at: int, pcm: Pcm16, now: int) -> None:
        wanted_first = now - SAMPLE_RATE_HZ
        if at + pcm.size - self._first > self._kept.size and wanted_first > self._first:
            shift = min(self._kept.size, wanted_first - self._first)
            self._kept = np.concatenate([self._kept[shift:], np.zeros(shift, dtype=np.int16)])
            self._first = wanted_first
        begin = at - self._first
        pcm = pcm[max(0, -begin) :]
        begin = max(0, begin)
        room = self._kept[begin : begin + pcm.size]
        room[:] = pcm[: room.size]


class Canceller(Protocol):
    """Takes the far end out of the near end."""

    def process(self, near: Pcm16, far: Pcm16) -> Pcm16 | None:
        """20 ms of the microphone without what it hears of the 20 ms `far`; None when it cannot tell them
        apart.
        """
        ...


def canceller_available() -> bool:
    """Whether the optional package with WebRTC's audio processing is installed."""
    return importlib.util.find_spec("livekit") is not None


class WebRtcCanceller:
    """WebRTC's echo canceller. Its package takes a third of a second to load: that begins with the first
    sound from the loudspeaker, since the interviewer's first word must not wait for it.
    """

    def __init__(self) -> None:
        self._rtc: Any = None
        self._processing: Any = None
        self._missing = False

    def process(self, near: Pcm16, far: Pcm16) -> Pcm16 | None:
        """20 ms of the microphone without what it hears of the 20 ms `far`, None when it cannot be had."""
        if self._processing is None and far.any():
            self._load()
        if self._processing is None:
            return None if self._missing else near
        cleaned = []
        for start in range(0, near.size, _TEN_MS):
            reverse = self._frame(far[start : start + _TEN_MS])
            capture = self._frame(near[start : start + _TEN_MS])
            self._processing.process_reverse_stream(reverse)
            self._processing.set_stream_delay_ms(round(1000 * LEAD_S))
            self._processing.process_stream(capture)
            cleaned.append(np.frombuffer(bytes(capture.data), dtype="<i2"))
        return np.concatenate(cleaned).astype(np.int16)

    def _load(self) -> None:
        if self._missing:
            return
        try:
            self._rtc = importlib.import_module("livekit.rtc")
            self._processing = self._rtc.AudioProcessingModule(echo_cancellation=True, high_pass_filter=True)
        except Exception:  # an incomplete installation; its native part throws what it likes
            self._missing = True

    def _frame(self, pcm: Pcm16) -> Any:
        return self._rtc.AudioFrame(bytearray(pcm.astype("<i2").tobytes()), SAMPLE_RATE_HZ, 1, pcm.size)


class NoCanceller:
    """Leaves the microphone as it is: where the echo is not cancelled, or there is none."""

    def process(self, near: Pcm16, far: Pcm16) -> Pcm16:  # noqa: ARG002 - the protocol's name
        """The microphone as it is."""
        return near


class EchoAwareActivity:
    """A `VoiceActivity` that does not take the interviewer for the candidate.

    While the loudspeaker is heard it judges the microphone without the echo. Before and after, the raw sound:
    nothing is lost of a candidate who has the floor. `hear_level`, if given, is told when the level of what
    is heard may be learned as the candidate's.
    """

    CONVERGE_S = 2.0
    """The canceller needs to hear this much of the loudspeaker; until then what comes back is no barge-in."""

    def __init__(
        self,
        inner: VoiceActivity,
        far: FarEnd,
        canceller: Canceller,
        *,
        hear_level: Callable[[bool], None] = lambda _learning: None,
        forget_level: Callable[[], None] = lambda: None,
    ) -> None:
        self._inner = inner
        self.forget_level = forget_level
        """Another microphone is another level."""
        self._far = far
        self._canceller = canceller
        self._hear_level = hear_level
        self._likeness = EchoLikeness()
        self._far_heard_s = 0.0
        self._converged = isinstance(canceller, NoCanceller)

    def is_speech(self, frame: Frame) -> bool:
        """True when the frame holds speech of the candidate; frames come in order."""
        lead = round(LEAD_S * SAMPLE_RATE_HZ)
        near = np.frombuffer(frame.pcm, dtype="<i2").astype(np.int16)
        # Always processed, also in silence: the canceller must not lose its place.
        far = self._far.take(frame.start_sample + lead)
        cleaned = self._canceller.process(near, far)
        self._likeness.hear(near, far)
        sounding = self._far.sounding(frame.start_sample)
        self._hear_level(not sounding)
        if not sounding:
            return self._inner.is_speech(frame)
        if cleaned is None:
            return False  # as in half duplex
        if far.any():
            self._far_heard_s += FRAME_SAMPLES / SAMPLE_RATE_HZ
        speech = self._inner.is_speech(Frame(frame.start_sample, cleaned.astype("<i2").tobytes()))
        if not speech or not (self._converged or self._far_heard_s >= self.CONVERGE_S):
            return False
        return self._likeness.value() < ECHO_LIKENESS


def echo_aware(
    activity: GatedVoiceActivity, microphone: Microphone, playback: Playback, *, cancel: bool
) -> VoiceActivity:
    """The detector for a session on real devices: it knows what the loudspeaker plays.

    The level of the candidate's voice is not learned while the interviewer speaks. With `cancel`, and the
    optional canceller installed, the echo is taken out before anybody judges what is heard meanwhile.
    Without real devices the detector is returned as it is.
    """
    if not isinstance(microphone, SoundDeviceMicrophone) or not isinstance(playback, SoundDevicePlayback):
        return activity
    tap: Tap = queue.SimpleQueue()
    playback.tap = tap
    far = FarEnd(tap, lambda: microphone.epoch_s)

    def learn(allowed: bool) -> None:
        activity.level.learning = allowed

    canceller = WebRtcCanceller() if cancel and canceller_available() else NoCanceller()
    return EchoAwareActivity(activity, far, canceller, hear_level=learn, forget_level=activity.forget_level)
