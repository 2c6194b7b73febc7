"""Is somebody speaking? A cheap detector as a gate, a neural one behind it, and an ear for who is near.

webrtcvad costs next to nothing and says yes to much that is no speech. Silero costs more and is nearly always
right. Neither knows that the voice it hears is a colleague at the other end of the room: that shows in the
level, measured against how loud this candidate speaks.
"""

from __future__ import annotations

import importlib.util
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.voice_level import HighPass, LevelGate, Leveller, level_db
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import SAMPLE_RATE_HZ

SPEECH_PROBABILITY = 0.5
"""Silero's own middle. Hysteresis around it is the segmenter's business."""
_WINDOW = 512
_CONTEXT = 64


class WebRtcVoiceActivity:
    """WebRTC's detector: 4 us a frame. `aggressiveness` 0 (says yes easily) to 3."""

    def __init__(self, aggressiveness: int = 2) -> None:
        import webrtcvad

        self._detector = webrtcvad.Vad(aggressiveness)
        self.probability = 0.0
        """1 or 0, for the last frame."""

    def is_speech(self, frame: Frame) -> bool:
        """True when the frame holds speech or something like it."""
        speech = bool(self._detector.is_speech(frame.pcm, SAMPLE_RATE_HZ))
        self.probability = float(speech)
        return speech


class SileroVoiceActivity:
    """Silero's network: 512-sample windows with a memory of what came before, on one thread.

    A frame is judged by the last whole window, so up to 32 ms late. Raises ModelError when the weights that
    faster-whisper carries are not there.
    """

    def __init__(self, threshold: float = SPEECH_PROBABILITY) -> None:
        self.threshold = threshold
        self.probability = 0.0
        """Of speech in the last whole window, 0 to 1."""
        self._session = _load_silero()
        self._buffer = np.zeros(0, dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget what came before."""
        self.probability = 0.0
        self._h = np.zeros((1, 1, 128), dtype=np.float32)
        self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self._buffer = np.zeros(0, dtype=np.float32)

    def is_speech(self, frame: Frame) -> bool:
        """True when the frame holds speech."""
        self.feed(frame.pcm)
        return self.probability >= self.threshold

    def feed(self, pcm: bytes) -> NDArray[np.float32]:
        """Hear 16-bit samples of any length; returns the probabilities of the windows they complete."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
        self._buffer = np.concatenate([self._buffer, samples])
        count = self._buffer.size // _WINDOW
        if count == 0:
            return np.zeros(0, dtype=np.float32)
        used = self._buffer[: count * _WINDOW]
        self._buffer = self._buffer[count * _WINDOW :]
        windows = used.reshape(count, _WINDOW)
        contexts = np.empty((count, _CONTEXT), dtype=np.float32)
        contexts[0] = self._context
        contexts[1:] = windows[:-1, -_CONTEXT:]
        self._context = windows[-1, -_CONTEXT:].copy()
        inputs = {"input": np.concatenate([contexts, windows], axis=1), "h": self._h, "c": self._c}
        probabilities, self._h, self._c = self._session.run(None, inputs)
        result: NDArray[np.float32] = probabilities.reshape(-1)
        self.probability = float(result[-1])
        return result


def _load_silero() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    path = silero_path()
    try:
        session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's own classes have no common base
        raise ModelError(f"the voice-activity model {path.name} cannot be loaded: {error}") from error
    names = [entry.name for entry in session.get_inputs()]
    if names != ["input", "h", "c"]:
        raise ModelError(f"the voice-activity model {path.name} is of an unknown kind: {', '.join(names)}")
    return session


def silero_path() -> Path:
    """The weights inside the installed faster-whisper, found without importing it. Raises ModelError."""
    spec = importlib.util.find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found = sorted((Path(folder) / "assets").glob("silero_vad*.onnx"))
        if found:
            return found[-1]
    raise ModelError("the voice-activity model is missing", hint="reinstall the package faster-whisper")


class GatedVoiceActivity:
    """What a session listens with: webrtcvad as the gate, Silero as the judge, the level as the last word.

    Before them the rumble below 80 Hz goes, and a quiet microphone is turned up: Silero, as it is, goes deaf
    to some voices 10 dB below the usual level and to a whole recording with a rumble in it.
    """

    GATE = 0
    """webrtcvad's most permissive setting: stricter ones lose words that Silero would have heard."""
    HANG_FRAMES = 15
    """The gate stays open this long after its last yes: Silero wants to hear how speech ends."""
    LEAD_FRAMES = 10
    """What Silero hears of the time before the gate opened."""

    def __init__(self, threshold: float = SPEECH_PROBABILITY) -> None:
        self.level = LevelGate()
        self.probability = 0.0
        """Of the candidate's speech, 0 to 1, for the last frame."""
        self._rumble = HighPass()
        self._gain = Leveller()
        self._gate = WebRtcVoiceActivity(self.GATE)
        self._silero = SileroVoiceActivity(threshold)
        self._hang = 0
        self._lead: deque[bytes] = deque(maxlen=self.LEAD_FRAMES)

    def forget_level(self) -> None:
        """Another microphone is another level."""
        self.level.reset()
        self._gain = Leveller()

    def is_speech(self, frame: Frame) -> bool:
        """True when the frame holds speech of the candidate."""
        samples = self._rumble.filter(np.frombuffer(frame.pcm, dtype="<i2").astype(np.float64))
        loudness_db = level_db(samples)
        pcm = self._gain.apply(samples, loudness_db, self.level.candidate_db)
        speech = self._hear(Frame(frame.start_sample, pcm))
        near = self.level.hear(loudness_db, speech)
        self.probability = self._silero.probability if near or not speech else 0.0
        return near

    def _hear(self, frame: Frame) -> bool:
        if self._gate.is_speech(frame):
            if self._hang == 0:
                self._silero.feed(b"".join(self._lead))
                self._lead.clear()
            self._hang = self.HANG_FRAMES
        if self._hang == 0:
            self._lead.append(frame.pcm)
            self._silero.probability = 0.0
            return False
        self._hang -= 1
        return self._silero.is_speech(frame)
