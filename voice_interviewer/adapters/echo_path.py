"""How much of the loudspeaker the microphone hears, and how late: for choosing full or half duplex."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.ports import SAMPLE_RATE_HZ, Microphone, Pcm16, Playback

PROBE_S = 0.8
PROBE_LEVEL = 0.12
"""Peak of the probe, of full scale: clearly audible, not startling."""
LISTEN_S = 0.8
"""How long after the probe its echo may still come."""
MIN_PROMINENCE = 12.0
"""An echo stands this much above the typical correlation; chance reaches about 5."""
HEADPHONES_DB = -50.0
"""Less than this of the loudspeaker in the microphone does not open a turn."""
MANAGEABLE_DB = -3.0
"""With cancellation, talking over an echo up to this loud is still noticed soon enough."""
MAX_DELAY_MS = 450.0
"""The canceller finds echoes up to about half a second."""


class TimedMicrophone(Microphone, Protocol):
    """A microphone that knows when it began."""

    @property
    def epoch_s(self) -> float:
        """time.monotonic() of sample 0."""
        ...


class TimedPlayback(Playback, Protocol):
    """A loudspeaker that knows when it was first heard."""

    @property
    def started_at_s(self) -> float | None:
        """time.monotonic() of the current run's first sample."""
        ...


@dataclass(frozen=True, slots=True)
class EchoPath:
    """What became of a probe sound."""

    found: bool
    """The probe was recognised in what the microphone heard."""
    delay_ms: float
    """From the loudspeaker's own idea of when it played to the microphone's; 0 when not found."""
    attenuation_db: float
    """Level of the direct sound at the microphone over the level played; -100 when not found."""


def probe_sound(sample_rate_hz: int = SAMPLE_RATE_HZ) -> Pcm16:
    """A chirp from 300 to 5000 Hz, faded at both ends."""
    at_s = np.arange(round(PROBE_S * sample_rate_hz)) / sample_rate_hz
    low_hz, high_hz = 300.0, 5000.0
    growth = np.log(high_hz / low_hz)
    phase = 2 * np.pi * low_hz * PROBE_S / growth * (np.exp(growth * at_s / PROBE_S) - 1)
    fade = np.minimum(1.0, np.minimum(at_s, at_s[::-1]) / 0.02)
    chirp: Pcm16 = np.round(32767 * PROBE_LEVEL * fade * np.sin(phase)).astype(np.int16)
    return chirp


def find_echo(heard: Pcm16, probe: Pcm16, played_at: int) -> EchoPath:
    """Look for the probe in 16 kHz samples; `played_at` is the sample at which it was played."""
    near, far = heard.astype(np.float64), probe.astype(np.float64)
    if near.size <= far.size or not near.any():
        return EchoPath(False, 0.0, -100.0)
    correlation = _correlate(near, far)
    typical = float(np.median(np.abs(correlation))) + 1e-9
    peak = int(np.abs(correlation).argmax())
    strength = float(np.abs(correlation[peak]))
    gain = strength / float(np.sum(np.square(far)))
    delay_ms = 1000.0 * (peak - played_at) / SAMPLE_RATE_HZ
    if strength / typical < MIN_PROMINENCE:
        return EchoPath(False, 0.0, -100.0)
    return EchoPath(True, delay_ms, float(20 * np.log10(gain + 1e-9)))


def _correlate(near: NDArray[np.float64], far: NDArray[np.float64]) -> NDArray[np.float64]:
    size = 1 << (near.size + far.size).bit_length()
    product = np.fft.rfft(near, size) * np.conj(np.fft.rfft(far, size))
    whole: NDArray[np.float64] = np.fft.irfft(product, size)
    return whole[: near.size - far.size + 1]


def measure_echo(
    microphone: TimedMicrophone,
    playback: TimedPlayback,
    *,
    now_s: Callable[[], float] = time.monotonic,
) -> EchoPath:
    """Play the probe (the playback is started at 16 kHz) and listen. Raises DeviceError."""
    probe = probe_sound()
    pieces: list[bytes] = []
    first_sample: int | None = None

    def listen(until_s: float) -> None:
        nonlocal first_sample
        while now_s() < until_s:
            frame = microphone.read(0.02)
            if frame is not None:
                first_sample = frame.start_sample if first_sample is None else first_sample
                pieces.append(frame.pcm)

    listen(now_s() + 0.3)
    for start in range(0, probe.size, SAMPLE_RATE_HZ // 50):
        playback.write(probe[start : start + SAMPLE_RATE_HZ // 50])
        listen(now_s() + 0.001)
    playback.drain()
    played_at_s = playback.started_at_s or now_s()
    listen(now_s() + LISTEN_S)
    heard = np.frombuffer(b"".join(pieces), dtype="<i2").astype(np.int16)
    played_at = round((played_at_s - microphone.epoch_s) * SAMPLE_RATE_HZ) - (first_sample or 0)
    return find_echo(heard, probe, played_at)


def choose_duplex(path: EchoPath, *, canceller: bool) -> Literal["full", "half"]:
    """Full where the interviewer cannot hear itself: headphones, or an echo that can be cancelled."""
    if not path.found or path.attenuation_db < HEADPHONES_DB:
        return "full"
    if canceller and path.attenuation_db <= MANAGEABLE_DB and path.delay_ms <= MAX_DELAY_MS:
        return "full"
    return "half"
