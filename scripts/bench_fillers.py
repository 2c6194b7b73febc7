"""How many of the "um"s does each way of listening find, and how many does it invent?

Three systems hear the same recordings in the same run: plain faster-whisper text, faster-whisper with a
disfluent prompt, and this project's review. An event is right when it overlaps a labelled one or lies within
0.15 s of it, one to one. Um, uh and er count as one kind, as the labels do; "hmm" is listed apart, since the
labels leave it out.

    python scripts/bench_fillers.py [--data ../shared/data] [--json OUT] [--snr 10]
    python scripts/bench_fillers.py --conditions [NAME ...]     the same, softer, noisier, faster ...
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

from sound_conditions import conditions, load, mixed  # noqa: E402

from voice_interviewer.adapters.models import model_path  # noqa: E402
from voice_interviewer.adapters.whisper import WhisperTranscriber  # noqa: E402
from voice_interviewer.adapters.whisper_speech import speech_chances, speech_spans  # noqa: E402
from voice_interviewer.adapters.whisper_windows import WindowCutter  # noqa: E402
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples  # noqa: E402

WITHIN_S = 0.15
UTTERANCE_GAP_S, PRE_ROLL_S, POST_ROLL_S = 0.7, 0.3, 0.4
DISFLUENT_PROMPT = "Um, so, uh, I, I think, um, you know, we, uh"
"""The baseline's own: any short disfluent text does much the same."""
COUNTED = re.compile(r"^(u+m+|u+h+|uhm|erm?|e+r+)$")
HUMMED = re.compile(r"^(h+m+|m+h*m*)$")

Span = tuple[float, float]
Finder = Callable[[Samples], list[tuple[str, float, float]]]


@dataclass
class Score:
    """Right, invented and missed events."""

    right: int = 0
    invented: int = 0
    missed: int = 0
    hummed: int = 0
    found: list[tuple[str, float, float]] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Sum up."""
        self.right += other.right
        self.invented += other.invented
        self.missed += other.missed
        self.hummed += other.hummed

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / max(1, self.right + self.invented)

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.right / max(1, 2 * self.right + self.invented + self.missed)


def bare(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def match(found: Sequence[tuple[str, float, float]], labelled: Sequence[Span]) -> Score:
    """One-to-one in order of distance."""
    events = [event for event in found if COUNTED.match(bare(event[0]))]
    pairs = sorted(
        (max(a - end, start - b), i, j)
        for i, (_, start, end) in enumerate(events)
        for j, (a, b) in enumerate(labelled)
        if max(a - end, start - b) <= WITHIN_S
    )
    used_events: set[int] = set()
    used_labels: set[int] = set()
    for _, i, j in pairs:
        if i not in used_events and j not in used_labels:
            used_events.add(i)
            used_labels.add(j)
    hummed = sum(1 for event in found if HUMMED.match(bare(event[0])))
    right = len(used_events)
    return Score(right, len(events) - right, len(labelled) - right, hummed, list(found))


def baseline(model: Any, prompt: str | None) -> Finder:
    """faster-whisper as its documentation calls it."""

    def find(samples: Samples) -> list[tuple[str, float, float]]:
        segments, _ = model.transcribe(samples, language="en", word_timestamps=True, initial_prompt=prompt)
        return [(word.word, word.start, word.end) for segment in segments for word in segment.words or ()]

    return find


def ours(transcriber: WhisperTranscriber) -> Finder:
    """What the review does with a recording."""

    def find(samples: Samples) -> list[tuple[str, float, float]]:
        blocks = (samples[i : i + SAMPLE_RATE_HZ] for i in range(0, len(samples), SAMPLE_RATE_HZ))
        return [
            (event.token, event.start_s, event.end_s)
            for heard, _ in transcriber.listen_along(WindowCutter().windows(blocks))
            for event in heard.fillers
        ]

    return find


def as_in_an_interview(transcriber: WhisperTranscriber) -> Finder:
    """Each utterance read once, when it ends."""

    def find(samples: Samples) -> list[tuple[str, float, float]]:
        found: list[tuple[str, float, float]] = []
        for start_s, end_s in speech_spans(speech_chances(samples), bridge_s=UTTERANCE_GAP_S):
            first = max(0, int((start_s - PRE_ROLL_S) * SAMPLE_RATE_HZ))
            last = int((end_s + POST_ROLL_S) * SAMPLE_RATE_HZ)
            heard = transcriber.listen(samples[first:last], start_s=first / SAMPLE_RATE_HZ)
            found += [(event.token, event.start_s, event.end_s) for event in heard.fillers]
        return found

    return find


def under_conditions(data: Path, names: Sequence[str], only: str, folder: Path) -> None:
    """One line a condition: right, invented, missed over the labelled recordings."""
    known = conditions(data / "noise")
    twice = ours(WhisperTranscriber(folder, second_look=True))
    once = as_in_an_interview(WhisperTranscriber(folder))
    print(f"{'condition':22}{'right':>7}{'invented':>10}{'missed':>8}{'F1':>7}")
    for name in names or known:
        condition, total = known[name], Score()
        for path in sorted((data / "spontaneous").glob(f"{only or '*'}.json")):
            reference = json.loads(path.read_text(encoding="utf-8"))
            labels = [
                (
                    f["start_s"] * condition.scale + condition.offset_s,
                    f["end_s"] * condition.scale + condition.offset_s,
                )
                for f in reference["fillers"]
            ]
            find = once if condition.by_utterance else twice
            total.add(match(find(condition.change(load(path.parent / reference["audio"]))), labels))
        print(f"{name:22}{total.right:7}{total.invented:10}{total.missed:8}{total.f1:7.2f}", flush=True)


def spontaneous(data: Path, finders: dict[str, Finder]) -> dict[str, dict[str, Score]]:
    """Recording -> system -> score, over the labelled recordings."""
    table: dict[str, dict[str, Score]] = {}
    for path in sorted((data / "spontaneous").glob("*.json")):
        reference = json.loads(path.read_text(encoding="utf-8"))
        samples = load(path.parent / reference["audio"])
        labels = [(f["start_s"], f["end_s"]) for f in reference["fillers"]]
        table[path.stem] = {name: match(find(samples), labels) for name, find in finders.items()}
    return table


def clips(data: Path, finders: dict[str, Finder]) -> dict[str, dict[str, Score]]:
    """The acted clips have texts without times: the count alone can be compared."""
    texts = json.loads((data / "clips" / "texts.json").read_text(encoding="utf-8"))["texts"]
    table: dict[str, dict[str, Score]] = {}
    for name, text in texts.items():
        samples = load(data / "clips" / name)
        wanted = sum(1 for word in text.split() if COUNTED.match(bare(word)))
        table[f"clips/{name}"] = {}
        for system, find in finders.items():
            score = match(find(samples), [])
            right = min(wanted, score.invented)
            table[f"clips/{name}"][system] = Score(
                right, score.invented - right, wanted - right, score.hummed
            )
    return table


def invented(data: Path, finders: dict[str, Finder], snr_db: float) -> dict[str, dict[str, int]]:
    """Fillers found where there are none: read speech, read speech in noise, noise."""
    read = [load(path) for path in sorted((data / "read").glob("*.flac"))]
    noises = [load(path) for path in sorted((data / "noise").glob("*.ogg"))]
    noisy = [mixed(clip, noises[i % len(noises)], snr_db) for i, clip in enumerate(read)]
    stretches = {"read speech": read, f"read speech, noise at {snr_db:g} dB": noisy, "noise alone": noises}
    return {
        f"{label} ({sum(map(len, sounds)) / SAMPLE_RATE_HZ:.0f} s)": {
            name: sum(match(find(sound), []).invented for sound in sounds) for name, find in finders.items()
        }
        for label, sounds in stretches.items()
    }


def print_table(table: dict[str, dict[str, Score]], systems: Sequence[str]) -> dict[str, Score]:
    """Right, invented and missed by recording, and the sums."""
    print(f"{'recording':26}" + "".join(f"{name:>30}" for name in systems))
    print(" " * 26 + "".join(f"{'right invented missed':>30}" for _ in systems))
    totals = {name: Score() for name in systems}
    for recording, scores in table.items():
        cells = "".join(
            f"{scores[name].right:>15}{scores[name].invented:>9}{scores[name].missed:>6}" for name in systems
        )
        print(f"{recording:26}{cells}")
        for name in systems:
            totals[name].add(scores[name])
    for name, total in totals.items():
        print(
            f"{name:26} precision {total.precision:.2f}  recall {total.recall:.2f}  F1 {total.f1:.2f}"
            f"  ({total.right} right, {total.invented} invented, {total.missed} missed; {total.hummed} hmm)"
        )
    return totals


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--json", type=Path, help="write every event there")
    parser.add_argument("--snr", type=float, default=10.0, help="dB of speech over noise")
    parser.add_argument("--ours-only", action="store_true", help="leave the baselines out")
    parser.add_argument("--conditions", nargs="*", metavar="NAME", help="this project alone, made harder")
    parser.add_argument("--only", default="", metavar="RECORDING", help="of the labelled ones")
    args = parser.parse_args()
    if not (args.data / "spontaneous").is_dir():
        print(f"SKIPPED: no labelled recordings in {args.data}", file=sys.stderr)
        return 0
    folder = model_path("whisper-base")
    if args.conditions is not None:
        under_conditions(args.data, args.conditions, args.only, folder)
        return 0
    finders: dict[str, Finder] = {}
    if not args.ours_only:
        from faster_whisper import WhisperModel

        model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)
        finders["plain faster-whisper"] = baseline(model, None)
        finders["with a disfluent prompt"] = baseline(model, DISFLUENT_PROMPT)
    finders["this project"] = ours(WhisperTranscriber(folder, second_look=True))
    systems = list(finders)
    table = spontaneous(args.data, finders)
    print("Labelled spontaneous speech, by time\n")
    print_table(table, systems)
    print("\nActed clips, by count (no times are labelled)\n")
    print_table(clips(args.data, finders), systems)
    print("\nInvented where nobody says any\n")
    for label, counts in invented(args.data, finders, args.snr).items():
        print(f"{label:44}" + "  ".join(f"{name}: {count}" for name, count in counts.items()))
    if args.json:
        content = {
            rec: {name: asdict(score) for name, score in scores.items()} for rec, scores in table.items()
        }
        args.json.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
