"""How often the tracker is right about the phase, weighted by time, on the labelled interviews.

    python scripts/bench_phases.py [FRAMEWORK ...] [--splits test] [--heads FOLDER] [--long] [--first N]

`live` is decided from each line and those before it, `after` in the light of the whole transcript (as in
reports and traces), `cues` after, without the sentence model. The shipped heads are trained on train and
dev, so only test is unseen there; `train_phases.py --splits train` and `--heads` give dev figures.
`--first 2` keeps only the first two lines of each stretch, as in short talks that hurry from phase to phase.
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
Sure = list[tuple[float, bool, float]]
"""Confidence, whether it was right, seconds."""


def decide(
    framework: Framework, interview: Interview, scorer: SentenceScorer | None
) -> tuple[list[PhaseBelief], list[PhaseBelief]]:
    """The belief of each line, live and afterwards."""
    tracker = PhaseTracker(framework)
    live = []
    for line in interview.lines:
        meanings = scorer.scores(line.text) if scorer is not None else {}
        live.append(tracker.observe(line.text, line.at_s, line.end_s, meanings))
    return live, tracker.smoothed()


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


def measure(
    framework: Framework, split: str, scorer: SentenceScorer | None, verbose: bool, first: int = 0
) -> Sure:
    """Print one split of one framework; how sure it was afterwards."""
    interviews = [hurried(one, first) for one in load_interviews(framework.id, (split,), variant=VARIANT)]
    sure: Sure = []
    if not interviews:
        return sure
    sums: dict[str, Seconds] = {name: defaultdict(float) for name in ("live", "after", "cues")}
    worst = 1.0
    for interview in interviews:
        live, after = decide(framework, interview, scorer)
        _, cues = decide(framework, interview, None)
        for name, decided in (("live", live), ("after", after), ("cues", cues)):
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
            sure += measure(framework, split, scorer, args.long, args.first)
    print("\n".join(calibration(sure)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
