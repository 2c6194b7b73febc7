"""What the sound itself says: level, pitch, and how steady the spectrum stands. Numpy only, 10 ms apart.

A filled pause ("um", "uh") is a voice that holds still: pitch within a semitone, formants near those of the
neutral vowel, level even. Words move. These measures let that be seen without knowing any words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.analysis.record import AcousticTrack
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

HOP_S = 0.01
HOP = int(SAMPLE_RATE_HZ * HOP_S)
PITCH_WINDOW = 640
"""40 ms: two periods of the lowest pitch looked for."""
LOWEST_HZ, HIGHEST_HZ = 65.0, 420.0
VOICED_AT = 0.5
"""Normalised autocorrelation at the pitch period above which a frame counts as voiced."""
SILENCE_DB = -100.0
BANDS = 24
FLAT_LAG = 5
STILL_DB = 3.0
_BLOCK_FRAMES = 2000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SoundMeasures:
    """Frame-wise measures, one value each 10 ms, frame i centred on i * 10 ms."""

    level_db: Floats
    """RMS, dBFS."""
    f0_hz: Floats
    """Pitch, 0 where unvoiced."""
    voicing: Floats
    """Peak of the normalised autocorrelation, 0 to 1."""
    bands_db: Floats
    """[frames, 24] mel-spaced band levels, 100 to 4000 Hz."""

    def __len__(self) -> int:
        return len(self.level_db)


def levels_db(samples: Samples) -> Floats:
    """RMS level of each 10 ms over 20 ms around it, in dBFS, floored at -100."""
    count = max(1, len(samples) // HOP)
    padded = np.zeros((count + 2) * HOP)
    usable = min(len(samples), (count + 1) * HOP)
    padded[HOP // 2 : HOP // 2 + usable] = samples[:usable]
    energy = (padded.reshape(-1, HOP) ** 2).sum(axis=1)
    mean_square = (energy[:count] + energy[1 : count + 1]) / (2 * HOP)
    result: Floats = np.maximum(SILENCE_DB, 10 * np.log10(mean_square + 1e-12))
    return result


def measure(samples: Samples) -> SoundMeasures:
    """All measures of a stretch of 16 kHz sound (about 1 ms of work a 100 ms of sound)."""
    levels = levels_db(samples)
    count = len(levels)
    f0, voicing, bands = np.zeros(count), np.zeros(count), np.full((count, BANDS), SILENCE_DB)
    half = PITCH_WINDOW // 2
    padded = np.pad(samples[: count * HOP].astype(np.float64), (half, half + PITCH_WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, PITCH_WINDOW)[::HOP][:count]
    for start in range(0, count, _BLOCK_FRAMES):
        part = slice(start, min(count, start + _BLOCK_FRAMES))
        f0[part], voicing[part], bands[part] = _measure_block(windows[part])
    f0[levels < max(SILENCE_DB + 1, float(levels.max()) - 45.0)] = 0.0
    return SoundMeasures(levels, f0, voicing, bands)


def to_track(measures: SoundMeasures) -> AcousticTrack:
    """What the report keeps: pitch and level, rounded."""
    return AcousticTrack(
        hop_s=HOP_S,
        f0_hz=tuple(np.round(measures.f0_hz, 1).tolist()),
        level_db=tuple(np.round(measures.level_db, 1).tolist()),
    )


def speech_threshold_db(levels: Floats) -> float:
    """Level between a stretch's quiet and its speech: a quarter of the way up."""
    if len(levels) == 0:
        return SILENCE_DB
    quiet, loud = np.percentile(levels, [5, 95])
    if loud - quiet < 6:  # no pause in it, or nothing but pause
        return float(quiet - 1)
    return float(quiet + 0.25 * (loud - quiet))


def flat_stretch_s(measures: SoundMeasures, first: int, last: int) -> float:
    """Longest part of frames [first, last) with pitch within a semitone and a spectrum that stands still.

    Spectra are compared 50 ms apart, loudness taken out: a held vowel differs by under 3 dB a band.
    """
    first, last = max(0, first), min(last, len(measures))
    bands = measures.bands_db[first:last]
    if len(bands) <= FLAT_LAG:
        return 0.0
    shape = bands - bands.mean(axis=1, keepdims=True)
    still = np.abs(shape[FLAT_LAG:] - shape[:-FLAT_LAG]).mean(axis=1) < STILL_DB
    f0 = measures.f0_hz[first:last]
    pitched = (f0[FLAT_LAG:] > 0) & (f0[:-FLAT_LAG] > 0)
    ratio = np.where(pitched, f0[FLAT_LAG:] / np.maximum(f0[:-FLAT_LAG], 1.0), 2.0)
    level = np.abs(12 * np.log2(ratio)) < 1.0
    longest = run = 0
    for holds in still & level & pitched:
        run = run + 1 if holds else 0
        longest = max(longest, run)
    return (longest + FLAT_LAG) * HOP_S if longest else 0.0


def _measure_block(windows: Floats) -> tuple[Floats, Floats, Floats]:
    taper = np.hanning(PITCH_WINDOW)
    tapered = (windows - windows.mean(axis=1, keepdims=True)) * taper
    spectrum = np.abs(np.fft.rfft(tapered, 2 * PITCH_WINDOW, axis=1)) ** 2
    bands = 10 * np.log10(spectrum @ _BAND_WEIGHTS.T + 1e-9)
    correlation = np.fft.irfft(spectrum, axis=1)[:, :PITCH_WINDOW]
    shape = np.fft.irfft(np.abs(np.fft.rfft(taper, 2 * PITCH_WINDOW)) ** 2)[:PITCH_WINDOW]
    low, high = int(SAMPLE_RATE_HZ / HIGHEST_HZ), int(SAMPLE_RATE_HZ / LOWEST_HZ)
    # Dividing by the taper's own correlation undoes its bias towards short periods.
    normal = correlation[:, : high + 2] / (correlation[:, :1] + 1e-9) * (shape[0] / shape[: high + 2])
    search = normal[:, low : high + 1]
    strength = search.max(axis=1)
    # The first peak almost as strong as the best one: the best may sit an octave below.
    peak = (
        (search >= 0.9 * strength[:, None])
        & (search >= normal[:, low - 1 : high])
        & (search >= normal[:, low + 1 : high + 2])
    )
    lag = np.where(peak.any(axis=1), peak.argmax(axis=1), search.argmax(axis=1)) + low
    rows = np.arange(len(lag))
    left, mid, right = normal[rows, lag - 1], normal[rows, lag], normal[rows, lag + 1]
    bend = left - 2 * mid + right
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0.0)
    f0 = SAMPLE_RATE_HZ / (lag + np.clip(shift, -0.5, 0.5))
    voiced = strength >= VOICED_AT
    return np.where(voiced, f0, 0.0), np.clip(strength, 0.0, 1.0), bands


def _band_weights() -> Floats:
    """[24, bins] triangles, evenly spaced on the mel scale between 100 and 4000 Hz."""
    bins_hz = np.fft.rfftfreq(2 * PITCH_WINDOW, 1 / SAMPLE_RATE_HZ)
    mel = np.linspace(2595 * np.log10(1 + 100 / 700), 2595 * np.log10(1 + 4000 / 700), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    rise = (bins_hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins_hz) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rise, fall))


_BAND_WEIGHTS = _band_weights()
