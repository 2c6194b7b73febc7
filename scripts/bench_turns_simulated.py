"""How soon does the interviewer reply, and how often does it cut in? Thousands of real pauses, no sound.

    python scripts/bench_turns_simulated.py [--split tune|held-out|all] [--curve] [--reasons] [--judge]
        [--sessions]

Word times are those of people who speak at length in AMI meetings (../shared/data/text, not part of the
project; without it only the project's own answers in tests/data/turns.txt are played). Meetings with the
same people are kept together: one half was used to set the constants, the other half is held out.

AMI's aligner knows no pause inside a transcriber's segment: it stretches the word before it. A word that
lasts much longer than words of its length do is therefore cut, and the rest counted as a pause. Its
stretches end where somebody else takes over, which is not always where the speaker was finished: so ends
inside a clause are also shown apart. `--judge` adds the small language model's opinion on what was said: a
tenth of a second a pause.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import collections
import dataclasses
import gzip
import json
import random
import re
import statistics
import sys
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from turn_simulation import (
    COUNTED_S,
    TOKENS_PER_WORD,
    Answer,
    Delays,
    Judge,
    Outcome,
    Spoken,
    segment,
    simulate,
    summarise,
)

from voice_interviewer.adapters.finished import MODEL_ID
from voice_interviewer.adapters.lazy_judge import LazyJudge
from voice_interviewer.adapters.models import model_path
from voice_interviewer.core import completeness
from voice_interviewer.core.turn_taking import EndpointSettings, LookAhead, Patience, TurnSettings

ROOT = Path(__file__).resolve().parent.parent
MONOLOGUES = ROOT.parent / "shared" / "data" / "text" / "ami_monologues.jsonl.gz"
OWN_ANSWERS = ROOT / "tests" / "data" / "turns.txt"

MEASURED_VOTES: dict[tuple[str, bool], tuple[float, ...]] = {
    # Smart Turn v3.2 after 0.2 s of silence on the telephone call, the two interview answers and the three
    # monologues of ../shared/data; places told apart by what is said next. (place, turn shorter than 8 s)
    # -> votes.
    ("clause", False): (
        0.07, 0.22, 0.02, 0.01, 0.01, 0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.10,
        0.41, 0.01, 0.01, 0.01, 0.05, 0.88, 0.01, 0.08, 0.23, 0.82, 0.01, 0.01, 0.05, 0.90, 0.66, 0.01,
        0.01, 0.01, 0.01, 0.01, 0.01, 0.01,
    ),
    ("clause", True): (
        0.94, 0.98, 0.02, 0.01, 0.01, 0.02, 0.34, 0.01, 0.01, 0.01, 0.09, 0.01, 0.01, 0.02, 0.09, 0.37,
        0.67, 0.01, 0.04, 0.01, 0.18,
    ),
    ("sentence", False): (
        0.73, 0.42, 0.94, 0.01, 0.30, 0.01, 0.02, 0.16, 0.63, 0.01, 0.01, 0.44, 0.83, 0.74, 0.10, 0.89,
        0.95, 0.98, 0.97, 0.01, 0.02, 0.43, 0.01,
    ),
    ("sentence", True): (0.95, 0.98, 0.98, 0.50, 0.74, 0.01, 0.76, 0.92, 0.98, 0.01, 0.01, 0.97),
    ("end", False): (
        0.93, 0.02, 0.06, 0.85, 0.97, 0.93, 0.56, 0.94, 0.70, 0.37, 0.44, 0.93, 0.96, 0.93, 0.95, 0.96,
        0.15, 0.98, 0.99, 0.99, 0.98, 0.86, 0.72, 0.02,
    ),
    ("end", True): (
        0.94, 0.02, 0.05, 0.94, 0.99, 0.95, 0.99, 0.97, 0.58, 0.83, 0.89, 0.97, 0.80, 0.98, 0.98, 0.99, 0.99,
    ),
}  # fmt: skip
CURVE = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
FILLERS = frozenset("um uh mm er erm hmm".split())
FILLER_S = 0.45
STRETCH_S = 0.15
"""A word before a pause is lengthened by this much; the rest is pause."""


def votes(rng: random.Random, kind: str, short: bool) -> float:
    """A vote drawn from the measured ones."""
    return rng.choice(MEASURED_VOTES[kind, short])


# -- answers -------------------------------------------------------------------------------------


def load_monologues(path: Path, split: str) -> list[Answer]:
    """AMI's long stretches of one speaker, their hidden pauses brought back."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        stretches = [json.loads(line) for line in lines]
    usual_s = _usual_durations(stretches)
    answers = []
    for stretch in stretches:
        people = stretch["meeting"].rstrip("abcd")
        half = "tune" if zlib.crc32(people.encode()) % 2 == 0 else "held-out"
        if split in (half, "all"):
            answers.append(_answer(stretch, usual_s))
    return answers


def _syllables(word: str) -> int:
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall("[aeiouy]+", letters))
    if letters.endswith("e") and not letters.endswith("le"):
        count -= 1
    return max(1, count)


def _size(word: str) -> tuple[int, int]:
    return min(_syllables(word), 5), min(len(word), 12)


def _usual_durations(stretches: Iterable[dict[str, list[list[str]]]]) -> dict[tuple[int, int], float]:
    durations: dict[tuple[int, int], list[float]] = collections.defaultdict(list)
    for stretch in stretches:
        for text, start_s, end_s, *_ in stretch["words"]:
            durations[_size(text)].append(float(end_s) - float(start_s))
    return {size: statistics.median(values) for size, values in durations.items() if len(values) > 20}


def _answer(stretch: dict[str, list[list[str]]], usual_s: dict[tuple[int, int], float]) -> Answer:
    words = []
    rows = stretch["words"]
    for index, (text, start, end, *_) in enumerate(rows):
        longest_s = FILLER_S if text.lower() in FILLERS else usual_s.get(_size(text), 0.4) + STRETCH_S
        following = rows[index + 1][0] if index + 1 < len(rows) else ""
        capital = following[:1].isupper() and not re.match(r"I($|')", following)
        end_s = min(float(end), float(start) + longest_s)
        words.append(Spoken(text, float(start), end_s, capital or not following))
    return Answer(str(stretch["meeting"]) + str(stretch["speaker"]), tuple(words))


def load_own(path: Path) -> list[Answer]:
    """The project's own answers: see the head of the file for its notation."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_own_answer(line) for line in lines if line.strip() and not line.startswith("#")]


def _own_answer(line: str) -> Answer:
    patience, _, text = line.partition(":")
    words: list[Spoken] = []
    at_s = 0.0
    for token in re.findall(r"\[[^\]]*\]|\S+", text):
        if token.startswith("["):
            gap, vote = token[1:-1].split()
            words[-1] = dataclasses.replace(words[-1], vote=float(vote))
            at_s += 0.0 if gap == "end" else float(gap)
            continue
        end_s = at_s + 0.12 + 0.13 * _syllables(token)
        words.append(Spoken(token.rstrip(".,?"), at_s, end_s, token.endswith((".", "?"))))
        at_s = end_s
    return Answer("own", tuple(words), Patience(patience.strip()))


def ends_in_clause(answer: Answer) -> bool:
    """Whether the last words hang in the air: whoever took over there did not wait for the end."""
    text = " ".join(word.text for word in answer.words[-30:])
    return completeness.judge(text).closure in ("open", "filler", "trailing", "listing")


# -- baselines -----------------------------------------------------------------------------------


def baseline(answers: Sequence[Answer], kind: str, delays: Delays, voice_s: float = 0.25) -> list[Outcome]:
    """Reply times of simpler policies in closed form: transcribe at the end, then speak.

    'naive': 0.8 s of silence. 'vote': 0.2 s of silence and a vote of 0.5 or more, else 3 s. 'fixed 2.0':
    ideal, two seconds of silence, with words and voice ready by then.
    """
    outcomes = []
    for index, answer in enumerate(answers):
        outcome = Outcome(pauses=len(answer.pauses()))
        begun_s = 0.0
        for at, word in enumerate(answer.words):
            last = word is answer.words[-1]
            gap_s = float("inf") if last else answer.words[at + 1].start_s - word.end_s
            if gap_s < 0.2:
                continue
            count = sum(1 for w in answer.words[: at + 1] if w.start_s >= begun_s)
            read_s = delays.full_s + delays.token_s * TOKENS_PER_WORD * count + voice_s
            place = "end" if last else "sentence" if word.ends_sentence else "clause"
            vote = votes(random.Random(f"{index} {at}"), place, word.end_s < 8.0)
            if gap_s >= (0.2 if kind == "vote" else 0.8) and not last:
                begun_s = answer.words[at + 1].start_s
            reply_s = {
                "naive": 0.8 + read_s,
                "vote": (0.2 if vote >= 0.5 else 3.0) + read_s,
            }.get(kind) or float(kind.split()[1])
            if last:
                outcome.gap_s = reply_s
            elif reply_s < gap_s and COUNTED_S[0] <= gap_s <= COUNTED_S[1]:
                outcome.cut_offs += 1
        outcomes.append(outcome)
    return outcomes


# -- report --------------------------------------------------------------------------------------


def settings(needed: float | None = None, look_ahead: LookAhead = "quick") -> TurnSettings:
    """Ours, with another value of the one dial."""
    endpointing = EndpointSettings() if needed is None else EndpointSettings(needed=needed)
    return TurnSettings(endpointing=endpointing, look_ahead=look_ahead)


def content_judge() -> Judge:
    """The product's opinion on what was said, each asked for once. Raises UsageError, ModelError."""
    judge = LazyJudge(model_path(MODEL_ID))
    return cache(judge.judge)


def row(name: str, answers: Sequence[Answer], outcomes: Sequence[Outcome]) -> str:
    """One line of the table."""
    total = summarise(answers, outcomes)
    pairs = list(zip(answers, outcomes, strict=True))
    whole = [pair for pair in pairs if not ends_in_clause(pair[0])]
    finished = summarise([a for a, _ in whole], [o for _, o in whole])
    return (
        f"{name:26} {total.cut_off_rate:7.1%} {total.gap_s(0.5):6.2f} {total.gap_s(0.95):6.2f}"
        f" {finished.gap_s(0.5):9.2f} {finished.gap_s(0.95):6.2f} {total.silent:7d} {total.busy_share:6.0%}"
    )


HEAD = (
    f"{'':26} {'cut in':>7} {'all ends':>13} {'finished ends':>16} {'spoken':>7} {'busy':>6}\n"
    f"{'policy':26} {'':7} {'median':>6} {'95 %':>6} {'median':>9} {'95 %':>6} {'before':>7}"
)


def report(name: str, answers: list[Answer], options: argparse.Namespace, judge: Judge | None) -> None:
    """Print the table for one set of answers, with what the command line asks for."""
    segmented = [segment(answer) for answer in answers]
    pauses = [end_s - start_s for answer in answers for start_s, end_s in answer.pauses()]
    minutes = sum(answer.end_s for answer in answers) / 60
    print(f"\n{name}: {len(answers)} answers, {minutes:.0f} min, {len(pauses)} pauses of 0.5 to 5 s")
    shares = [f"{sum(p > t for p in pauses) / len(pauses):.0%} > {t} s" for t in (1.0, 1.5, 2.0, 3.0)]
    print(f"pauses: {', '.join(shares)}\n{HEAD}")
    for kind in ("naive", "vote", "fixed 1.0", "fixed 2.0", "fixed 3.0"):
        print(row(f"baseline: {kind}", answers, baseline(answers, kind, Delays())))

    def run(name: str, turns: TurnSettings, judge: Judge | None = None) -> list[Outcome]:
        turns = dataclasses.replace(turns, judges_content=judge is not None)
        outcomes = simulate(answers, segmented, turns, votes, judge=judge, sessions=options.sessions)
        print(row(name, answers, outcomes))
        return outcomes

    ours = run("ours, quick look", settings())
    run("ours, full look ahead", settings(look_ahead="full"))
    if judge is not None:
        ours = run("ours, quick, what was said", settings(), judge)
    if options.curve:
        for needed in CURVE:
            run(f"ours, needed = {needed}", settings(needed), judge)
    if options.reasons:
        tally = collections.Counter(re.sub(r"'.*'", "...", why) for o in ours for why, _ in o.reasons)
        for why, count in tally.most_common(12):
            print(f"    cut in {count:4d} times: {why}")


def main() -> int:
    """Print everything; 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", choices=("tune", "held-out", "all"), default="held-out")
    parser.add_argument("--curve", action="store_true", help="the trade-off over the one dial")
    parser.add_argument("--reasons", action="store_true", help="why it cut in")
    parser.add_argument("--sessions", action="store_true", help="what was learned of a speaker is kept")
    parser.add_argument("--judge", action="store_true", help="with an opinion on what was said")
    arguments = parser.parse_args()
    judge = content_judge() if arguments.judge else None
    if MONOLOGUES.is_file():
        name = f"AMI monologues ({arguments.split})"
        spoken = load_monologues(MONOLOGUES, arguments.split)
        report(name, spoken, arguments, judge)
    else:
        print(
            f"SKIPPED: {MONOLOGUES} is not there; only the project's own answers are played", file=sys.stderr
        )
    if OWN_ANSWERS.is_file():
        report("own answers", load_own(OWN_ANSWERS), arguments, judge)
    return 0


if __name__ == "__main__":
    sys.exit(main())
