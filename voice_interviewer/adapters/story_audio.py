"""A story told out loud: recorded until the teller stops, and heard again as words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from voice_interviewer.adapters.audio_files import AudioReader
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.core.errors import AudioFileError, DeviceError
from voice_interviewer.core.speech import Utterance, Word
from voice_interviewer.ports import (
    FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    Microphone,
    Samples,
    Transcriber,
    VoiceActivity,
)

QUIET_S = 10.0
"""Silence that ends a story. Long, because a story is looked for while it is told."""
SPOKEN_S = 15.0
"""Speech after which silence may end it; before, the teller has hardly begun."""
LONGEST_S = 15 * 60.0
UTTERANCE_GAP_S = 0.7

Ending = Literal["stopped", "silence", "file", "length", "device"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a recording went."""

    duration_s: float
    spoken_s: float
    ending: Ending
    dropped_blocks: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What a display shows while recording."""

    at_s: float
    speaking: bool
    quiet_s: float


def record(
    microphone: Microphone,
    track: TrackRecorder,
    activity: VoiceActivity,
    *,
    stopped: Callable[[], bool],
    show: Callable[[Moment], None] = lambda _moment: None,
) -> Recorded:
    """Write what the microphone hears until `stopped`, long silence, or its end.

    A device lost on the way ends the story and what was told is kept; before that it raises DeviceError.
    """
    microphone.start()
    frame_s = FRAME_SAMPLES / SAMPLE_RATE_HZ
    at_s = spoken_s = quiet_s = 0.0
    ending: Ending = "stopped"
    try:
        while not stopped():
            frame = microphone.read(0.25)
            if frame is None:
                continue
            track.write_at(frame.start_sample, frame.pcm)
            speaking = activity.is_speech(frame)
            at_s = frame.start_sample / SAMPLE_RATE_HZ + frame_s
            spoken_s += frame_s if speaking else 0.0
            quiet_s = 0.0 if speaking else quiet_s + frame_s
            show(Moment(at_s, speaking, quiet_s))
            if quiet_s >= QUIET_S and spoken_s >= SPOKEN_S:
                ending = "silence"
                break
            if at_s >= LONGEST_S:
                ending = "length"
                break
    except EOFError:
        ending = "file"
    except DeviceError:
        if spoken_s == 0.0:
            raise
        ending = "device"
    finally:
        microphone.stop()
        track.close()
    return Recorded(at_s, spoken_s, ending, microphone.dropped_blocks)


def hear(path: Path, transcriber: Transcriber) -> tuple[Utterance, ...]:
    """The words of a recording, as utterances. Raises AudioFileError (no speech, too long) and ModelError."""
    reader = AudioReader(path)
    blocks: list[Samples] = []
    for block in reader:
        blocks.append(block.astype(np.float32) / 32768.0)
        if reader.samples > LONGEST_S * SAMPLE_RATE_HZ * 1.1:
            raise AudioFileError(
                f"{path.name} is longer than a story of {LONGEST_S / 60:.0f} minutes",
                hint="cut it, or use voice-interviewer review for a whole interview",
            )
    words = list(transcriber.transcribe(np.concatenate(blocks), start_s=0.0))
    if not words:
        raise AudioFileError(f"no speech was found in {path.name}", hint="check the level: doctor --sound")
    return tuple(_utterances(words))


def _utterances(words: list[Word]) -> Iterator[Utterance]:
    number, pending = 1, words[:1]
    for word in words[1:]:
        if word.start_s - pending[-1].end_s >= UTTERANCE_GAP_S:
            yield Utterance(number, pending[0].start_s, pending[-1].end_s, tuple(pending))
            number, pending = number + 1, []
        pending.append(word)
    yield Utterance(number, pending[0].start_s, pending[-1].end_s, tuple(pending))
