"""Recordings made worse in ways that happen: softer, faster, over a telephone line, coded, in noise."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples


@dataclass(frozen=True, slots=True)
class Condition:
    """What happens to a recording, and where that puts a label: `at_s * scale + offset_s`."""

    change: Callable[[Samples], Samples]
    scale: float = 1.0
    offset_s: float = 0.0
    by_utterance: bool = False
    """Read as an interview reads it: each utterance once, when it ends."""


def conditions(noise: Path) -> dict[str, Condition]:
    """By name; `noise` is the folder with the noise recordings."""

    def in_noise(name: str, snr_db: float) -> Condition:
        return Condition(lambda sound: mixed(sound, load(noise / name), snr_db))

    return {
        "as recorded": Condition(lambda sound: sound),
        "as in an interview": Condition(lambda sound: sound, by_utterance=True),
        "level 0.4": Condition(lambda sound: (sound * 0.4).astype(np.float32)),
        "1.7 s later": Condition(lambda sound: _later(sound, 1.7), offset_s=1.7),
        "1.1 times faster": Condition(lambda sound: _faster(sound, 1.1), scale=1 / 1.1),
        "telephone, mu-law": Condition(lambda sound: _coded(sound, "pcm_mulaw", "wav", 8000, 64_000)),
        "300-3400 Hz, 8 bit": Condition(_narrow),
        "mp3 at 32 kbit/s": Condition(lambda sound: _coded(sound, "libmp3lame", "mp3", 16_000, 32_000)),
        "office at 12 dB": in_noise("office-ambience.ogg", 12),
        "crowd at 15 dB": in_noise("crowded-room.ogg", 15),
        "keyboard at 12 dB": in_noise("keyboard-typing.ogg", 12),
    }


def load(path: Path) -> Samples:
    """16 kHz mono."""
    from faster_whisper.audio import decode_audio

    return np.asarray(decode_audio(str(path), sampling_rate=SAMPLE_RATE_HZ), dtype=np.float32)


def mixed(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Speech with noise so many dB below it."""
    noise = np.resize(noise, len(speech))
    gain = np.sqrt((speech**2).mean() / ((noise**2).mean() * 10 ** (snr_db / 10) + 1e-12))
    return np.asarray(speech + gain * noise, dtype=np.float32)


def _later(sound: Samples, seconds: float) -> Samples:
    hiss = np.random.default_rng(1).normal(0, 1e-4, int(seconds * SAMPLE_RATE_HZ))
    return np.concatenate([hiss, sound]).astype(np.float32)


def _faster(sound: Samples, factor: float) -> Samples:
    """Higher in pitch too, as a tape is."""
    places = np.arange(0, len(sound) - 1, factor)
    return np.asarray(np.interp(places, np.arange(len(sound)), sound), dtype=np.float32)


def _narrow(sound: Samples) -> Samples:
    """Cut off sharply, as no filter of a telephone does, and coded in 256 even steps."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    narrow = np.fft.irfft(spectrum, len(sound))
    top = float(np.abs(narrow).max())
    return np.asarray(np.round(narrow / top * 127) / 127 * top, dtype=np.float32)


def _coded(sound: Samples, codec: str, container: str, rate_hz: int, bit_rate: int) -> Samples:
    """Through a codec and back."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as sink:
        stream = sink.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, AudioStream)
        stream.bit_rate, stream.layout = bit_rate, "mono"
        resampler = av.AudioResampler(format=stream.format.name or "s16", layout="mono", rate=rate_hz)
        frame = av.AudioFrame.from_ndarray(
            (np.clip(sound, -1, 1) * 32767).astype(np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE_HZ
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            for packet in stream.encode(piece):
                sink.mux(packet)
        for packet in stream.encode(None):
            sink.mux(packet)
    target.seek(0)
    from faster_whisper.audio import decode_audio

    back = np.asarray(decode_audio(target, sampling_rate=SAMPLE_RATE_HZ), dtype=np.float32)
    return np.pad(back, (0, max(0, len(sound) - len(back))))[: len(sound)]
