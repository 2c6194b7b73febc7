"""Is the recording good enough to judge anybody by? If not, the report says so instead of judging."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voice_interviewer.analysis.findings import Quality, Verdict
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.tokens import SpokenWord

POOR_PROBABILITY = 0.45
FAIR_PROBABILITY = 0.65
"""Mean probability of the recognised words; clear speech has 0.8 and more."""
POOR_NOISE_DB = 2.0
FAIR_NOISE_DB = 9.0
"""Level of the words above the level between them."""
POOR_COVERED = 0.5
FAIR_COVERED = 0.75
"""Share of the heard speech that words cover."""
MIN_SPOKEN_S = 5.0
FEW_WORDS = 5
UNMEASURED_DB = -99.0
"""Levels below stand where nothing was measured, or where the sound was digital silence."""


def judge_quality(record: SessionRecord, words: Sequence[SpokenWord]) -> Quality:
    """Verdict with its reasons, from what the recogniser, the detector and the levels say."""
    probability = sum(word.probability for word in words) / len(words) if words else None
    noise_db = _signal_to_noise_db(record, words)
    covered = _covered_share(record, words)
    if len(words) < FEW_WORDS:
        reason = "no speech was recognised" if not words else "hardly any speech was recognised"
        return Quality("none", (reason,), probability, noise_db, covered)
    checks = (
        (probability, FAIR_PROBABILITY, POOR_PROBABILITY, "the recogniser was unsure of many words"),
        (noise_db, FAIR_NOISE_DB, POOR_NOISE_DB, "the voice hardly stands out from the background"),
        (covered, FAIR_COVERED, POOR_COVERED, "much of the speech that was heard could not be recognised"),
    )
    verdict: Verdict = "good"
    reasons: list[str] = []
    for value, fair, poor, reason in checks:
        if value is None or value >= fair:
            continue
        reasons.append(reason)
        verdict = "poor" if value < poor or verdict == "poor" else "fair"
    if record.dropped_blocks:
        reasons.append(f"{record.dropped_blocks} blocks of sound were lost")
        verdict = "fair" if verdict == "good" else verdict
    return Quality(verdict, tuple(reasons), probability, noise_db, covered)


def _signal_to_noise_db(record: SessionRecord, words: Sequence[SpokenWord]) -> float | None:
    """Median level inside words less the 20th percentile outside of them and of heard speech."""
    track = record.acoustics
    if not track.level_db or not words:
        return None
    occupied = bytearray(len(track.level_db))
    inside: list[float] = []
    for word in words:
        first, last = round(word.start_s / track.hop_s), round(word.end_s / track.hop_s) + 1
        inside.extend(track.level_db[first:last])
        occupied[first:last] = b"\x01" * len(occupied[first:last])
    for start_s, end_s in record.speech_spans:
        first, last = round(start_s / track.hop_s), round(end_s / track.hop_s) + 1
        occupied[first:last] = b"\x01" * len(occupied[first:last])
    pairs = zip(track.level_db, occupied, strict=True)
    outside = sorted(level for level, taken in pairs if not taken and level > UNMEASURED_DB)
    if len(outside) * track.hop_s < 0.5 or not inside:
        return None
    return sorted(inside)[len(inside) // 2] - outside[len(outside) // 5]


def _covered_share(record: SessionRecord, words: Sequence[SpokenWord]) -> float | None:
    """How much of the detector's speech lies within half a second of a recognised word."""
    heard_s = sum(end_s - start_s for start_s, end_s in record.speech_spans)
    if heard_s < MIN_SPOKEN_S:
        return None
    covered = merged((word.start_s - 0.5, word.end_s + 0.5) for word in words)
    spans = merged(record.speech_spans)
    overlap, first = 0.0, 0
    for start_s, end_s in spans:
        while first < len(covered) and covered[first][1] <= start_s:
            first += 1
        position = first
        while position < len(covered) and covered[position][0] < end_s:
            overlap += min(end_s, covered[position][1]) - max(start_s, covered[position][0])
            position += 1
    return min(1.0, overlap / heard_s)


def merged(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted spans with overlapping ones joined."""
    joined: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if joined and start_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_s))
        else:
            joined.append((start_s, end_s))
    return joined
