"""From the microphone to events: record, buffer, detect speech, segment. Frames never leave here."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from voice_interviewer.core.errors import AudioFileError, DeviceError, VoiceInterviewerError
from voice_interviewer.core.events import (
    Event,
    MicrophoneEnded,
    MicrophoneLost,
    MicrophoneRegained,
    WorkerFailed,
)
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import SAMPLE_RATE_HZ, Microphone, VoiceActivity
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.track import KeptTrack, Track

READ_TIMEOUT_S = 0.2
REOPEN_EVERY_S = 1.0
GIVE_UP_AFTER_S = 300.0
"""A microphone that stays away for five minutes ends the interview; what was said is kept."""


class Gap(Protocol):
    """A stretch of the timeline without recorded sound."""

    start_s: float
    end_s: float


@runtime_checkable
class LearnsLevel(Protocol):
    """A detector that goes by how loud the candidate is."""

    def forget_level(self) -> None:
        """Another microphone, or the same one plugged in again, has another level."""
        ...


def _gaps(microphone: Microphone) -> Sequence[Gap]:
    """What a microphone lists as missing; a file or a stand-in lists nothing."""
    gaps: Sequence[Gap] = getattr(microphone, "gaps", ())
    return gaps


class Listener:
    """Pulls frames; one `step` handles one frame, so the same code runs live and simulated."""

    def __init__(
        self,
        microphone: Microphone,
        activity: VoiceActivity,
        segmenter: Segmenter,
        buffer: AudioBuffer,
        track: Track,
        put: Callable[[Event], None],
    ) -> None:
        self._microphone = microphone
        self._activity = activity
        self._segmenter = segmenter
        self._buffer = buffer
        self._track = KeptTrack(track, put, lambda: self.heard_to_s)
        self._put = put
        self.heard_to_s = 0.0
        """Session time of the last sample heard."""
        self.level_db = -99.0
        """Of the last frame, dBFS; for the screen."""
        self.ended = False

    def step(self) -> bool:
        """Handle one frame; False when none came in time or the sound is over."""
        if self.ended:
            return False
        try:
            frame = self._microphone.read(READ_TIMEOUT_S)
        except EOFError:
            self._end("the sound is over")
            return False
        if frame is None:
            return False
        self._take(frame)
        return True

    def _take(self, frame: Frame) -> None:
        pcm = np.frombuffer(frame.pcm, dtype="<i2")
        self._track.write_at(frame.start_sample, pcm)
        self._buffer.append(frame)
        self.heard_to_s = (frame.start_sample + len(pcm)) / SAMPLE_RATE_HZ
        self.level_db = level_db(pcm)
        is_speech = self._activity.is_speech(frame)
        for event in self._segmenter.push(self.heard_to_s, is_speech):
            self._put(event)

    def _end(self, reason: str) -> None:
        self.ended = True
        for event in self._segmenter.flush(self.heard_to_s):
            self._put(event)
        self._put(MicrophoneEnded(self.heard_to_s, reason))

    # -- live ------------------------------------------------------------------------------------

    def run(self, stopping: threading.Event) -> None:
        """Step until told to stop; reopens a device that went away."""
        while not stopping.is_set() and not self.ended:
            try:
                self.step()
            except DeviceError as error:
                self._reopen(error, stopping)
            except (AudioFileError, VoiceInterviewerError) as error:
                self._put(WorkerFailed(self.heard_to_s, "microphone", str(error)))
                self._end(str(error))
            except Exception as error:  # a library's own: still one line, never a dead session
                self._put(
                    WorkerFailed(self.heard_to_s, "microphone", f"{type(error).__name__}: {error}".strip())
                )
                self._end(str(error))

    def _reopen(self, error: DeviceError, stopping: threading.Event) -> None:
        lost_s = self.heard_to_s
        for event in self._segmenter.flush(lost_s):
            self._put(event)
        reopen = getattr(self._microphone, "reopen", None)
        if reopen is None:
            self._put(WorkerFailed(lost_s, "microphone", str(error)))
            self._end(str(error))
            return
        self._put(MicrophoneLost(lost_s, error.message))
        self.level_db = -99.0
        gaps_before = len(_gaps(self._microphone))
        waited_s = 0.0
        while not stopping.is_set():
            try:
                reopen()
            except DeviceError as again:
                waited_s += REOPEN_EVERY_S
                if waited_s >= GIVE_UP_AFTER_S:
                    self._put(WorkerFailed(lost_s + waited_s, "microphone", again.message))
                    self._end(again.message)
                    return
                stopping.wait(REOPEN_EVERY_S)
                continue
            # The microphone knows to the sample how long it was away; one that does not was waited for.
            gaps = _gaps(self._microphone)[gaps_before:]
            gap_s = sum(gap.end_s - gap.start_s for gap in gaps) if gaps else waited_s
            if isinstance(self._activity, LearnsLevel):
                self._activity.forget_level()
            self._put(MicrophoneRegained(lost_s + gap_s, gap_s))
            return


def level_db(pcm: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    """RMS level of int16 samples, dBFS, -99 for silence."""
    if not len(pcm):
        return -99.0
    rms = math.sqrt(float(np.mean(np.square(pcm.astype(np.float64))))) / 32768.0
    return max(-99.0, 20 * math.log10(rms)) if rms > 0 else -99.0
