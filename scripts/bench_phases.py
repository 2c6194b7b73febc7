"""How often the tracker is right about the phase, weighted by time, on the labelled interviews.

    python scripts/bench_phases.py [FRAMEWORK ...] [--splits test] [--heads FOLDER] [--long]

`live` is decided from each line and those before it, `after` in the light of the whole transcript (as in
reports and traces), `cues` after, without the sentence model. The shipped heads are trained on train and
dev, so only test is unseen there; `train_phases.py --splits train` and `--heads` give dev figures.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from phase_data import SPLITS, Interview, load_interviews

from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.adapters.meaning import SentenceScorer, scorer_for
from voice_interviewer.core.content import Framework
from voice_interviewer.core.phase_tracker import PhaseTracker

VARIANT = 9
"""Lines are cut as in no training run."""
Seconds = dict[tuple[str, str], float]
"""(labelled, decided) -> seconds."""


def decide(
    framework: Framework, interview: Interview, scorer: SentenceScorer | None
) -> tuple[list[str], list[str]]:
    """The phase of each line, decided live and afterwards."""
    tracker = PhaseTracker(framework)
    live = []
    for line in interview.lines:
        meanings = scorer.scores(line.text) if scorer is not None else {}
        live.append(tracker.observe(line.text, line.at_s, line.end_s, meanings).phase_id)
    return live, [belief.phase_id for belief in tracker.smoothed()]


def seconds(interview: Interview, decided: Sequence[str]) -> Seconds:
    """How long each label met each decision."""
    found: Seconds = defaultdict(float)
    for line, phase in zip(interview.lines, decided, strict=True):
        found[line.phase, phase] += line.end_s - line.at_s
    return found


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


def measure(framework: Framework, split: str, scorer: SentenceScorer | None, verbose: bool) -> None:
    """Print one split of one framework."""
    interviews = load_interviews(framework.id, (split,), variant=VARIANT)
    if not interviews:
        return
    sums: dict[str, Seconds] = {name: defaultdict(float) for name in ("live", "after", "cues")}
    worst = 1.0
    for interview in interviews:
        live, after = decide(framework, interview, scorer)
        _, cues = decide(framework, interview, None)
        for name, decided in (("live", live), ("after", after), ("cues", cues)):
            for pair, value in seconds(interview, decided).items():
                sums[name][pair] += value
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


def main() -> int:
    """Print the tables; says so loudly where only the cues can be measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK")
    parser.add_argument("--splits", nargs="+", default=["test"], choices=SPLITS)
    parser.add_argument("--heads", type=Path, help="content folder whose phase_heads to use")
    parser.add_argument("--long", action="store_true", help="each interview, and the confusion matrix")
    args = parser.parse_args()
    for framework in load_frameworks():
        if args.frameworks and framework.id not in args.frameworks:
            continue
        scorer = scorer_for(framework, content_folder=args.heads)
        if scorer is None:
            print(f"{framework.id}: NO SENTENCE MODEL OR HEADS, cues only", file=sys.stderr)
        for split in args.splits:
            measure(framework, split, scorer, args.long)
    return 0


if __name__ == "__main__":
    sys.exit(main())
