"""How well the rules tell filler words from words that carry meaning, on three kinds of labels.

python scripts/bench_lexical_fillers.py [--data ../shared/data] [--show TOKEN] [--markdown]

- sentences: `tests/data/lexical_fillers.txt`, written for this project; every third sentence is held out. -
ami: hand labels of discourse markers in meetings (AMI corpus), the second half of the speakers held out.
The text has no punctuation but capitals. Many annotators marked only some, so precision is counted over
speakers with whom at least `DILIGENT` of all "you know" are marked, and is a lower bound even there. -
rev16: podcasts written down twice by professionals, with and without fillers: what the second version
leaves out is taken for a filler. Editors keep many ("like" half the time), so precision is a lower bound.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voice_interviewer.analysis.lexical_fillers import LEXICAL_TOKENS, lexical_fillers  # noqa: E402
from voice_interviewer.analysis.tokens import SpokenWord, normalise, spoken_words  # noqa: E402
from voice_interviewer.core.speech import Word  # noqa: E402

SENTENCES = ROOT / "tests" / "data" / "lexical_fillers.txt"
DILIGENT = 0.6
_CANONICAL = {"sorta": "sort of", "kinda": "kind of", "ok": "okay", "y'know": "you know"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Words with the positions at which a filler begins, by token; `trusted` labels can tell what is none."""

    words: list[SpokenWord]
    gold: frozenset[tuple[int, str]]
    held_out: bool
    trusted: bool = True


@dataclass(slots=True)
class Score:
    """Counts of one token or of all."""

    hits: int = 0
    misses: int = 0
    false: int = 0
    shown: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the found ones that are fillers."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the fillers that were found."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def sentences(path: Path = SENTENCES) -> list[Sample]:
    """The project's own sentences."""
    samples = []
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    for number, line in enumerate(lines):
        words: list[Word] = []
        gold: set[tuple[int, str]] = set()
        for text, filler in _pieces(line):
            start = len(words)
            for part in text.split():
                words.append(Word(part, 0.3 * len(words), 0.3 * len(words) + 0.28, 0.9))
            if filler:
                token = " ".join(normalise(part) for part in text.split())
                gold.add((start, _CANONICAL.get(token, token)))
        samples.append(Sample(spoken_words(words, [1] * len(words)), frozenset(gold), number % 3 == 2))
    return samples


def _pieces(line: str) -> list[tuple[str, bool]]:
    """(text, is it a filler) of each bracket or word, punctuation after a bracket drawn into it."""
    return [
        (inside + after if inside else word, bool(inside))
        for inside, after, word in re.findall(r"\[([^\]]+)\]([,.?!]*)|(\S+)", line)
    ]


def ami(data: Path) -> list[Sample]:
    """Discourse markers of the AMI corpus."""
    with gzip.open(data / "text" / "ami_disfluency_labels.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    samples = []
    for number, row in enumerate(rows):
        texts = [word[0] for word in row["words"]]
        marked = ["dm" in word[3] for word in row["words"]]
        words, turns = _timed(row["words"])
        gold = frozenset(_ami_gold(texts, marked))
        known = sum(token == "you know" for _, token in gold)
        there = sum((normalise(a), normalise(b)) == ("you", "know") for a, b in pairwise(texts))
        diligent = there >= 5 and known >= DILIGENT * there
        samples.append(Sample(spoken_words(words, turns), gold, number >= len(rows) // 2, diligent))
    return samples


def _timed(rows: Sequence[Sequence[object]]) -> tuple[list[Word], list[int]]:
    """Words with a full stop before every capital that a sentence explains; a silence of 1.5 s starts a
    turn.
    """
    words: list[Word] = []
    turns: list[int] = []
    turn, end_s = 1, 0.0
    for row in rows:
        text = str(row[0])
        start_s = float(row[1]) if isinstance(row[1], (int, float)) else end_s
        stop_s = float(row[2]) if isinstance(row[2], (int, float)) else start_s + 0.2
        if words and start_s - end_s >= 1.5:
            turn += 1
        elif words and text[:1].isupper() and not re.match(r"I\b|[A-Z]_", text):
            last = words[-1]
            words[-1] = Word(last.text.rstrip(".") + ".", last.start_s, last.end_s, 0.9)
        words.append(Word(text, start_s, stop_s, 0.9))
        turns.append(turn)
        end_s = max(end_s, stop_s)
    return words, turns


def _ami_gold(texts: Sequence[str], marked: Sequence[bool]) -> Iterator[tuple[int, str]]:
    """Where marked words make up a token the rules know."""
    index = 0
    norms = [_CANONICAL.get(normalise(text), normalise(text)) for text in texts]
    phrases = [token.split() for token in sorted(LEXICAL_TOKENS, key=lambda token: -len(token))]
    while index < len(texts):
        step = 1
        for phrase in phrases if marked[index] else ():
            last = index + len(phrase)
            if norms[index:last] == phrase and all(marked[index:last]):
                yield index, " ".join(phrase)
                step = len(phrase)
                break
        index += step


def rev16(data: Path) -> list[Sample]:
    """Podcasts, verbatim and cleaned."""
    samples = []
    for number, path in enumerate(sorted((data / "text" / "rev16_verbatim").glob("*.nlp.gz"))):
        full = _rev(path)
        clean = _rev(data / "text" / "rev16_nonverbatim" / path.name)
        left_out = _left_out([normalise(w) for w, _, _ in full], [normalise(w) for w, _, _ in clean])
        words = [Word(text + mark, 0.3 * n, 0.3 * n + 0.28, 0.9) for n, (text, _, mark) in enumerate(full)]
        turns, turn = [], 0
        for n, (_, speaker, _) in enumerate(full):
            turn += n == 0 or speaker != full[n - 1][1]
            turns.append(turn)
        gold = frozenset(_ami_gold([w for w, _, _ in full], left_out))
        samples.append(Sample(spoken_words(words, turns), gold, number % 2 == 1))
    return samples


def _rev(path: Path) -> list[tuple[str, str, str]]:
    """Token, speaker, punctuation after it."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("|") for line in file][1:]
    return [(row[0], row[1], row[4]) for row in rows if row[0] and normalise(row[0])]


def _left_out(full: list[str], clean: list[str]) -> list[bool]:
    """Which words of the full text the clean one lacks, with the same words standing around the gap."""
    gone = [False] * len(full)
    matcher = difflib.SequenceMatcher(None, full, clean, autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind == "delete":
            gone[start:end] = [True] * (end - start)
    return gone


def score(samples: Sequence[Sample], *, show: str = "") -> dict[str, Score]:
    """Scores by token, and over all under ''."""
    scores: dict[str, Score] = defaultdict(Score)
    for sample in samples:
        found = {(filler.first, filler.token) for filler in lexical_fillers(sample.words)}
        gold = {pair for pair in sample.gold if pair[1] in LEXICAL_TOKENS}
        if not sample.trusted:
            continue
        for kind, pairs in (("hit", found & gold), ("miss", gold - found), ("false", found - gold)):
            for index, token in pairs:
                for name in ("", token):
                    scores[name].hits += kind == "hit"
                    scores[name].misses += kind == "miss"
                    scores[name].false += kind == "false"
                if token == show and kind != "hit":
                    around = sample.words[max(0, index - 6) : index + 8]
                    scores[""].shown.append(f"{kind:5} " + " ".join(word.text for word in around))
    return scores


def report(name: str, samples: Sequence[Sample], *, show: str = "") -> None:
    """Print one table a part; mistakes are shown for the part the rules were tuned on only."""
    for part, held_out in (("tuned on", False), ("held out", True)):
        scores = score([s for s in samples if s.held_out == held_out], show="" if held_out else show)
        total = scores[""]
        print(
            f"\n{name}, {part}: precision {total.precision:.3f}, recall {total.recall:.3f}, F1 "
            f"{total.f1:.3f} ({total.hits} hits, {total.false} false, {total.misses} missed)"
        )
        tokens = [token for token in scores if token in LEXICAL_TOKENS]
        for token in sorted(tokens, key=lambda t: -(scores[t].hits + scores[t].misses + scores[t].false)):
            one = scores[token]
            print(
                f"  {token:12} P {one.precision:.2f}  R {one.recall:.2f}  "
                f"{one.hits}/{one.hits + one.misses} found, {one.false} false"
            )
        for line in total.shown[:60]:
            print("   ", line)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--only", choices=["sentences", "ami", "rev16"])
    parser.add_argument(
        "--show", default="", metavar="TOKEN", help="print the mistakes on this token (tuned-on part)"
    )
    args = parser.parse_args()
    if args.only in (None, "sentences"):
        report("sentences", sentences(), show=args.show)
    if not args.data.is_dir():
        print(f"\nSKIPPED: ami and rev16 need the measurement data in {args.data}")
        return 0
    if args.only in (None, "ami"):
        report("ami", ami(args.data), show=args.show)
    if args.only in (None, "rev16"):
        report("rev16", rev16(args.data), show=args.show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
