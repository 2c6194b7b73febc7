"""Word error rate and pace of the recogniser against reference transcripts.

Read speech is scored by word error rate. Spontaneous speech too, fillers left out on both sides, and there
the speech and articulation rates computed from the recognised words are compared with the reference's. AMI's
references hold all voices and no pauses inside a turn, so articulation is compared where one person talks.

    python scripts/bench_wer.py [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

from bench_fillers import COUNTED, HUMMED  # noqa: E402
from sound_conditions import load  # noqa: E402

from voice_interviewer.adapters.models import model_path  # noqa: E402
from voice_interviewer.adapters.whisper import WhisperTranscriber  # noqa: E402
from voice_interviewer.adapters.whisper_windows import WindowCutter  # noqa: E402
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples  # noqa: E402

PAUSE_S = 0.25
Timed = tuple[str, float, float]
_DIGITS = dict(zip("0123456789", "zero one two three four five six seven eight nine".split(), strict=True))


def normal(text: str) -> list[str]:
    """Lower-case words without marks, tags, fillers; digits said one by one."""
    text = re.sub(r"<[^>]*>|\[[^\]]*\]", " ", text.lower().replace("’", "'").replace("_", ""))
    words = re.findall(r"[a-z']+|\d", text.replace("-", " "))
    words = [_DIGITS.get(word, word.strip("'")) for word in words]
    return [word for word in words if word and not COUNTED.match(word) and not HUMMED.match(word)]


def errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Fewest substitutions, insertions and deletions."""
    row = list(range(len(heard) + 1))
    for i, wanted in enumerate(reference, 1):
        corner, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (wanted != got))
    return row[-1]


def recognise(transcriber: WhisperTranscriber, samples: Samples) -> list[Timed]:
    blocks = (samples[i : i + SAMPLE_RATE_HZ] for i in range(0, len(samples), SAMPLE_RATE_HZ))
    return [
        (word.text, word.start_s, word.end_s)
        for heard, _ in transcriber.listen_along(WindowCutter().windows(blocks))
        for word in heard.words
    ]


def rates(words: Sequence[Timed]) -> tuple[float, float]:
    """Speech rate and articulation rate, words a minute, fillers not counted as words."""
    if len(words) < 2:
        return 0.0, 0.0
    count = sum(len(normal(word[0])) for word in words)
    span_s = words[-1][2] - words[0][1]
    gaps_s = [after[1] - before[2] for before, after in pairwise(words)]
    paused_s = sum(gap for gap in gaps_s if gap >= PAUSE_S)
    return 60 * count / span_s, 60 * count / (span_s - paused_s)


def read_speech(data: Path, transcriber: WhisperTranscriber) -> None:
    texts = json.loads((data / "read" / "texts.json").read_text(encoding="utf-8"))
    wrong = total = 0
    for name, text in texts.get("texts", texts).items():
        heard = " ".join(word[0] for word in recognise(transcriber, load(data / "read" / name)))
        count, length = errors(normal(text), normal(heard)), len(normal(text))
        wrong, total = wrong + count, total + length
        if count:
            print(f"  {name:40} {count:3} of {length:3}")
    print(f"read speech: word error rate {wrong / total:.1%} ({wrong} of {total} words)\n")


def spontaneous_speech(data: Path, transcriber: WhisperTranscriber) -> None:
    print(f"  {'recording':24}{'WER':>7}{'speech rate':>22}{'articulation rate':>26}")
    for path in sorted((data / "spontaneous").glob("*.json")):
        reference = json.loads(path.read_text(encoding="utf-8"))
        words = [
            (w["text"], w["start_s"], w["end_s"]) for w in reference["words"] if not w["text"].startswith("<")
        ]
        heard = recognise(transcriber, load(path.parent / reference["audio"]))
        wanted = normal(" ".join(word[0] for word in words))
        rate = errors(wanted, normal(" ".join(word[0] for word in heard))) / len(wanted)
        (a, b), (c, d) = rates(words), rates(heard)
        cells = f"{c:8.0f} for {a:3.0f} ({c / a - 1:+.1%})"
        if reference["people"] == 1:
            cells += f"{d:12.0f} for {b:3.0f} ({d / b - 1:+.1%})"
        print(f"  {path.stem:24}{rate:7.1%}{cells}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    args = parser.parse_args()
    if not (args.data / "read").is_dir():
        print(f"SKIPPED: no recordings in {args.data}", file=sys.stderr)
        return 0
    transcriber = WhisperTranscriber(model_path("whisper-base"), second_look=True)
    read_speech(args.data, transcriber)
    spontaneous_speech(args.data, transcriber)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
