"""How often the tracker is right about the phase, weighted by time, on the labelled interviews.

    python scripts/bench_phases.py [FRAMEWORK ...] [--splits test] [--heads FOLDER] [--long] [--first N]

`live` is decided from each line and those before it, `soon` when two more lines are known (as the interviewer
reckons its time), `after` in the light of the whole transcript (as in reports and traces), `cues` after,
without the sentence model. The shipped heads are trained on train and
dev, so only test is unseen there; `train_phases.py --splits train` and `--heads` give dev figures.
`--first 2` keeps only the first two lines of each stretch, as in short talks that hurry from phase to phase.
`--robust` measures them as other recordings and recognisers would have them (`phase_distortions.py`); how far
each falls is against `as cut`. Words put in besides are heard but not measured.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from phase_data import SPLITS, Interview, load_interviews
from phase_distortions import DISTORTIONS, Words, distorted, texts_of

from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.adapters.meaning import SentenceScorer, scorer_for
from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_tracker import PhaseBelief, PhaseTracker

VARIANT = 9
"""Lines are cut as in no training run."""
Seconds = dict[tuple[str, str], float]
"""(labelled, decided) -> seconds."""


BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Lower ends of the confidences told apart."""
Decisions = dict[str, list[PhaseBelief]]
"""'live', 'soon', 'after' -> the belief of each line."""
Sure = list[tuple[float, bool, float]]
"""Confidence, whether it was right, seconds."""


def decide(framework: Framework, texts: Sequence[str], scorer: SentenceScorer | None) -> Decisions:
    """The belief of each line. Times play no part in it."""
    tracker = PhaseTracker(framework)
    live: list[PhaseBelief] = []
    soon: list[PhaseBelief] = []
    for text in texts:
        meanings = scorer.scores(text) if scorer is not None else {}
        live.append(tracker.observe(text, 0.0, 0.0, meanings))
        recent = tracker.recent()
        soon[len(live) - len(recent) :] = recent
    return {"live": live, "soon": soon, "after": tracker.smoothed()}


def seconds(interview: Interview, decided: Sequence[PhaseBelief]) -> Seconds:
    """How long each label met each decision."""
    found: Seconds = defaultdict(float)
    for line, belief in zip(interview.lines, decided, strict=True):
        found[line.phase, belief.phase_id] += line.end_s - line.at_s
    return found


def sureness(interview: Interview, decided: Sequence[PhaseBelief]) -> Sure:
    """How sure each decision was, and whether rightly."""
    return [
        (belief.confidence, belief.phase_id == line.phase, line.end_s - line.at_s)
        for line, belief in zip(interview.lines, decided, strict=True)
    ]


def calibration(found: Sure) -> Iterator[str]:
    """One row a bin: what the confidence promised and what came true, weighted by time."""
    yield "confidence      share of time    promised       right"
    total = sum(length_s for _, _, length_s in found)
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        part = [one for one in found if low <= one[0] < high]
        part_s = sum(length_s for _, _, length_s in part)
        if part_s:
            promised = sum(confidence * length_s for confidence, _, length_s in part) / part_s
            right = sum(length_s for _, was_right, length_s in part if was_right) / part_s
            cells = f"{100 * part_s / total:13.1f} % {100 * promised:9.1f} % {100 * right:9.1f} %"
            yield f"{low:4.2f} to {min(high, 1.0):4.2f} {cells}"


def share_right(found: Seconds) -> float:
    """0 to 1; 0 for nothing."""
    total = sum(found.values())
    return sum(value for (label, phase), value in found.items() if label == phase) / total if total else 0.0


def confusion(framework: Framework, found: Seconds) -> Iterator[str]:
    """Rows: labelled; columns: decided; percent of the row's time."""
    ids = [phase.id for phase in framework.phases]
    yield " " * 16 + " ".join(f"{one[:9]:>9}" for one in ids) + "   minutes"
    for label in ids:
        row = [found.get((label, phase), 0.0) for phase in ids]
        total = sum(row)
        if total:
            cells = " ".join(f"{100 * value / total:9.0f}" for value in row)
            yield f"  {label:14}{cells} {total / 60:9.1f}"


def hurried(interview: Interview, first: int) -> Interview:
    """Only the first lines of each stretch in one phase; all of them for 0."""
    kept = []
    for _, stretch in groupby(interview.lines, key=lambda line: line.phase):
        kept += list(stretch)[: first or None]
    return replace(interview, lines=tuple(kept))


def right_in_words(words: Words, decided: Sequence[PhaseBelief]) -> tuple[float, float]:
    """Seconds decided rightly, and seconds in all; a line may hold words of two phases."""
    measured = [word for word in words if word.counts]
    right_s = sum(word.length_s for word in measured if decided[word.line].phase_id == word.phase)
    return right_s, sum(word.length_s for word in measured)


def measure_distorted(
    framework: Framework, split: str, scorer: SentenceScorer | None, names: Sequence[str], only: str = ""
) -> None:
    """Print what is left of the share of time under each distortion."""
    interviews = [one for one in load_interviews(framework.id, (split,), variant=VARIANT) if only in one.name]
    for name in names if interviews else ():
        sums: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for interview in interviews:
            words = distorted(interview, name)
            for key, beliefs in decide(framework, texts_of(words), scorer).items():
                sums[key].append(right_in_words(words, beliefs))
        cells = "  ".join(
            f"{key} {100 * sum(r for r, _ in found) / sum(s for _, s in found):5.1f} %"
            for key, found in sums.items()
        )
        worst = min(right_s / all_s for right_s, all_s in sums["after"])
        print(f"{framework.id:16} {split:5} {name:12} {cells}  worst {100 * worst:5.1f} %", flush=True)


def measure(
    framework: Framework,
    split: str,
    scorer: SentenceScorer | None,
    verbose: bool,
    first: int = 0,
    only: str = "",
) -> Sure:
    """Print one split of one framework; how sure it was afterwards."""
    loaded = load_interviews(framework.id, (split,), variant=VARIANT)
    interviews = [hurried(one, first) for one in loaded if only in one.name]
    sure: Sure = []
    if not interviews:
        return sure
    sums: dict[str, Seconds] = defaultdict(lambda: defaultdict(float))
    worst = 1.0
    for interview in interviews:
        texts = [line.text for line in interview.lines]
        decisions = decide(framework, texts, scorer)
        after = decisions["after"]
        for name, decided in {**decisions, "cues": decide(framework, texts, None)["after"]}.items():
            for pair, value in seconds(interview, decided).items():
                sums[name][pair] += value
        sure += sureness(interview, after)
        right = share_right(seconds(interview, after))
        worst = min(worst, right)
        if verbose:
            print(f"    {interview.name:40} {100 * right:5.1f} %")
    minutes = sum(sums["after"].values()) / 60
    figures = "  ".join(f"{name} {100 * share_right(sums[name]):5.1f} %" for name in sums)
    print(
        f"{framework.id:16} {split:5} {len(interviews):3} interviews {minutes:6.1f} min"
        f"  {figures}  worst {100 * worst:5.1f} %"
    )
    if verbose:
        print("\n".join(confusion(framework, sums["after"])))
    return sure


def main() -> int:
    """Print the tables; says so loudly where only the cues can be measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK")
    parser.add_argument("--splits", nargs="+", default=["test"], choices=SPLITS)
    parser.add_argument("--heads", type=Path, help="content folder whose phase_heads to use")
    parser.add_argument("--long", action="store_true", help="each interview, and the confusion matrix")
    parser.add_argument(
        "--robust", nargs="*", choices=DISTORTIONS, metavar="NAME", help="distorted, in all ways or some"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="interviews with it in their name")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="lines to keep of each stretch")
    args = parser.parse_args()
    sure: Sure = []
    for framework in load_frameworks():
        if args.frameworks and framework.id not in args.frameworks:
            continue
        scorer = scorer_for(framework, content_folder=args.heads)
        if scorer is None:
            print(f"{framework.id}: NO SENTENCE MODEL OR HEADS, cues only", file=sys.stderr)
        for split in args.splits:
            if args.robust is None:
                sure += measure(framework, split, scorer, args.long, args.first, args.only)
            else:
                measure_distorted(framework, split, scorer, args.robust or list(DISTORTIONS), args.only)
    print("\n".join(calibration(sure)) if sure else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
