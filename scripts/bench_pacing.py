"""Pace as the report gives it, against the pace of the reference transcripts.

    nice -n 10 python scripts/bench_pacing.py [--data ../shared/data] [--models FOLDER] [--cache FOLDER]

For every recording with timed reference words the reference's own words go through the same report, so both
sides mean the same by a rate; the other side is the recording as `review` hears it.

- Monologues: what people said in meetings, word for word with every restart, spoken anew by the interviewer's
  voice with the pauses where they made them, so that words and pauses are known exactly, for about a minute.
  Um and uh are left out: from a made voice they are other words ("uh well" comes out as "a well").
- One voice: the few recordings of one person speaking freely. What a reference does not time (the opening of
  one recording) is left out on both sides.
- Read: clips with a text but no times. Their reference is the number of words over the time from the first to
  the last sound by its level, good to 0.1 s, which alone is 2 to 6 % of such short clips.
- Several voices: meetings with people talking at once; a recogniser hears one of them at a time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voice_interviewer.adapters.piper import PiperVoice  # noqa: E402
from voice_interviewer.adapters.resample import Resampler  # noqa: E402
from voice_interviewer.adapters.review_pipeline import Reviewed, ReviewPipeline  # noqa: E402
from voice_interviewer.adapters.whisper import WhisperTranscriber  # noqa: E402
from voice_interviewer.analysis.findings import Report  # noqa: E402
from voice_interviewer.analysis.record import SessionRecord  # noqa: E402
from voice_interviewer.analysis.report import build_report  # noqa: E402
from voice_interviewer.analysis.tokens import is_vocal_filler  # noqa: E402
from voice_interviewer.core.speech import Utterance, Word  # noqa: E402
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples  # noqa: E402

VOICE = "piper-en_US-joe-medium"
MONOLOGUES = (7, 60, 150, 240)
"""Which ones: any do; these are of four meetings, with 3 to 9 % of um and uh."""
LONGEST_WORDS, LONGEST_PAUSE_S, HISS = 170, 3.0, 2e-4


@dataclass(frozen=True, slots=True)
class Row:
    """One recording: reference and report."""

    name: str
    group: str
    words: tuple[int, int]
    speech: tuple[float, float]
    articulation: tuple[float, float] | None
    pauses: tuple[int, int] | None

    @property
    def off(self) -> float:
        """Relative error of the speech rate."""
        return self.speech[1] / self.speech[0] - 1

    @property
    def articulation_off(self) -> float | None:
        """Relative error of the articulation rate."""
        return self.articulation[1] / self.articulation[0] - 1 if self.articulation else None


def load(path: Path) -> Samples:
    """16 kHz mono float32."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != SAMPLE_RATE_HZ:
        count = int(len(mono) * SAMPLE_RATE_HZ / rate)
        mono = np.interp(np.linspace(0, len(mono) - 1, count), np.arange(len(mono)), mono)
    return np.asarray(mono, dtype=np.float32)


def record(
    utterances: Sequence[Utterance], duration_s: float, reviewed: Reviewed | None = None
) -> SessionRecord:
    """A bare session."""
    return SessionRecord(
        id="bench",
        kind="review",
        started_at="",
        duration_s=duration_s,
        utterances=tuple(utterances),
        vocal_fillers=tuple(reviewed.vocal_fillers) if reviewed else (),
        speech_spans=tuple(reviewed.speech_spans) if reviewed else (),
        acoustics=reviewed.acoustics if reviewed else SessionRecord("", "review", "", 0.0, ()).acoustics,
    )


def _timed_from_s(words: Sequence[Word]) -> float:
    """Where the timed part of a reference begins: after its first long gap."""
    gaps = (after.start_s for before, after in pairwise(words) if after.start_s - before.end_s > 2.0)
    return next(gaps, 0.0)


def heard(path: Path, pipeline: ReviewPipeline, cache: Path | None, *, from_s: float = 0.0) -> Report:
    """The report on a recording, the recogniser's work kept in `cache`."""
    return report_on(load(path), path.stem, pipeline, cache, from_s=from_s)


def report_on(
    sound: Samples, name: str, pipeline: ReviewPipeline, cache: Path | None, *, from_s: float = 0.0
) -> Report:
    """The report on a sound, the recogniser's work kept in `cache` by its name."""
    kept = cache / f"{name}.pickle" if cache else None
    if kept is not None and kept.exists():
        reviewed: Reviewed = pickle.loads(kept.read_bytes())
    else:
        pcm = (sound * 32767).astype("<i2")
        blocks = (pcm[start : start + SAMPLE_RATE_HZ] for start in range(0, len(pcm), SAMPLE_RATE_HZ))
        reviewed = pipeline.run(blocks)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pickle.dumps(reviewed))
    later = [
        replace(said, words=tuple(word for word in said.words if word.start_s >= from_s - 0.3))
        for said in reviewed.utterances
    ]
    return build_report(record(later, reviewed.duration_s, reviewed))


def timed(folder: Path, pipeline: ReviewPipeline, cache: Path | None) -> Iterator[Row]:
    """Recordings with timed reference words."""
    for path in sorted(folder.glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        words = tuple(Word(w["text"], w["start_s"], w["end_s"], 1.0) for w in facts["words"])
        from_s = _timed_from_s(words) if "utterance times only" in facts.get("note", "") else 0.0
        words = tuple(word for word in words if word.start_s >= from_s)
        truth = build_report(
            record([Utterance(1, words[0].start_s, words[-1].end_s, words)], facts["duration_s"])
        )
        found = heard(folder / facts["audio"], pipeline, cache, from_s=from_s)
        yield Row(
            path.stem,
            "one voice" if facts["people"] == 1 else "several voices",
            (truth.pacing.words, found.pacing.words),
            (truth.pacing.speech_rate_wpm, found.pacing.speech_rate_wpm),
            (truth.pacing.articulation_rate_wpm, found.pacing.articulation_rate_wpm),
            (truth.pauses.count, found.pauses.count),
        )


def monologues(data: Path, pipeline: ReviewPipeline, models: Path, cache: Path | None) -> Iterator[Row]:
    """Real monologues spoken anew, pauses where they were."""
    with gzip.open(data / "text" / "ami_monologues.jsonl.gz", "rt", encoding="utf-8") as file:
        told = [json.loads(line) for line in file]
    voice = PiperVoice(models / VOICE, speed=1.15)
    for number in MONOLOGUES:
        name = f"{told[number]['meeting']}_{told[number]['speaker']}"
        sound, words = spoken_anew(voice, told[number]["words"])
        truth = build_report(
            record([Utterance(1, words[0].start_s, words[-1].end_s, words)], len(sound) / SAMPLE_RATE_HZ)
        )
        found = report_on(sound, name, pipeline, cache)
        yield Row(
            name,
            "monologues",
            (truth.pacing.words, found.pacing.words),
            (truth.pacing.speech_rate_wpm, found.pacing.speech_rate_wpm),
            (truth.pacing.articulation_rate_wpm, found.pacing.articulation_rate_wpm),
            (truth.pauses.count, found.pauses.count),
        )


def spoken_anew(voice: PiperVoice, timed_words: Sequence[Sequence[Any]]) -> tuple[Samples, tuple[Word, ...]]:
    """Sound, and words with their times: exact where a pause is, spread by letters in between."""
    spoken = [word for word in timed_words if word[2] > word[1] and not is_vocal_filler(word[0])]
    told = spoken[:LONGEST_WORDS]
    noise = np.random.default_rng(0)
    sounds = [noise.normal(0, HISS, SAMPLE_RATE_HZ // 2).astype(np.float32)]
    words: list[Word] = []
    end_s = told[0][1]
    for run in _runs(told):
        pause_s = min(LONGEST_PAUSE_S, max(0.0, run[0][1] - end_s))
        end_s = float(run[-1][2])
        sounds.append(noise.normal(0, HISS, int(pause_s * SAMPLE_RATE_HZ)).astype(np.float32))
        start = sum(map(len, sounds)) / SAMPLE_RATE_HZ
        sounds.append(_said(voice, " ".join(word[0] for word in run)))
        length_s = len(sounds[-1]) / SAMPLE_RATE_HZ
        edges = np.cumsum([0] + [len(word[0]) + 1 for word in run])
        at_s = start + length_s * edges / edges[-1]
        spans = zip(run, at_s[:-1].tolist(), at_s[1:].tolist(), strict=True)
        words += [Word(word[0], start_s, end_s, 1.0) for word, start_s, end_s in spans]
    return np.concatenate([*sounds, sounds[0]]), tuple(words)


def _runs(words: Sequence[Sequence[Any]]) -> list[list[Sequence[Any]]]:
    """Words without a pause between."""
    runs = [[words[0]]]
    for before, word in pairwise(words):
        if word[1] - before[2] >= 0.25:
            runs.append([])
        runs[-1].append(word)
    return runs


def _said(voice: PiperVoice, text: str) -> Samples:
    """From the first sound to the last."""
    pcm = np.concatenate([chunk.pcm for chunk in voice.synthesise(text)])
    resampler = Resampler(voice.sample_rate_hz, SAMPLE_RATE_HZ)
    sound = np.concatenate([resampler.feed(pcm), resampler.flush()]).astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return np.asarray(sound[loud[0] : loud[-1] + 1], dtype=np.float32)


def read_clips(folder: Path, pipeline: ReviewPipeline, cache: Path | None) -> Iterator[Row]:
    """Clips with a text alone."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    for name, text in _texts(texts):
        path = folder / name
        count = len(str(text).split())
        spoken_s = _spoken_s(load(path))
        found = heard(path, pipeline, cache)
        reference = 60 * count / spoken_s
        yield Row(
            path.stem,
            "read",
            (count, found.pacing.words),
            (reference, found.pacing.speech_rate_wpm),
            None,
            None,
        )


def _texts(texts: object) -> Iterator[tuple[str, str]]:
    if isinstance(texts, dict):
        for name, entry in texts.items():
            text = entry["text"] if isinstance(entry, dict) else str(entry)
            yield (name if name.endswith(".flac") else f"{name}.flac"), text


def _spoken_s(samples: Samples) -> float:
    """From the first to the last sound of 60 ms and more that is no more than 22 dB below the loud tenth; a
    click is shorter.
    """
    frame = SAMPLE_RATE_HZ // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    level = 20 * np.log10(np.sqrt((frames**2).mean(axis=1)) + 1e-9)
    loud = (level > np.percentile(level, 90) - 22).astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud, [0]])))
    runs = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start >= 6]
    return float(runs[-1][1] - runs[0][0]) / 100


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    for group in dict.fromkeys(row.group for row in rows):
        own = [row for row in rows if row.group == group]
        print(f"\n{group}: {'':22} words        speech rate            articulation rate       pauses")
        for row in own:
            line = f"  {row.name:28} {row.words[0]:4} {row.words[1]:4}"
            line += f"   {row.speech[0]:5.0f} {row.speech[1]:5.0f} {row.off:+6.1%}"
            if row.articulation and row.articulation_off is not None and row.pauses:
                line += (
                    f"     {row.articulation[0]:5.0f} {row.articulation[1]:5.0f} {row.articulation_off:+6.1%}"
                )
                line += f"     {row.pauses[0]:3} {row.pauses[1]:3}"
            print(line)
        _sums("speech rate", [row.off for row in own])
        _sums("articulation rate", [row.articulation_off for row in own if row.articulation_off is not None])


def _sums(name: str, offs: Sequence[float]) -> None:
    if offs:
        within = sum(abs(off) <= 0.02 for off in offs)
        print(
            f"  {name}: mean {mean(offs):+.1%}, median error {median(map(abs, offs)):.1%}, "
            f"within 2 %: {within} of {len(offs)}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--models", type=Path, default=ROOT / "models" / "whisper-base")
    parser.add_argument("--cache", type=Path, help="keep what the recogniser heard there")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if not args.data.is_dir():
        print(f"SKIPPED: the measurement data is not in {args.data}")
        return 0
    pipeline = ReviewPipeline(WhisperTranscriber(args.models, threads=args.threads, second_look=True))
    rows = [
        *monologues(args.data, pipeline, args.models.parent, args.cache),
        *timed(args.data / "spontaneous", pipeline, args.cache),
        *read_clips(args.data / "read", pipeline, args.cache),
    ]
    show(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
