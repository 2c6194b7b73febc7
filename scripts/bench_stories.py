"""How well told stories are taken apart and tagged, against a reader's marks.

    python scripts/bench_stories.py [--no-meaning] [FILE...]

A file holds stories as tests/data/stories.toml does: [S] [T] [A] [R] where each part begins, and the
principles that a careful reader says it serves. Agreement is the share of words placed in the reader's part.
--no-meaning leaves the sentence model out, as where its weights are missing.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voice_interviewer.adapters.content_files import load_companies, load_framework  # noqa: E402
from voice_interviewer.adapters.meaning import scorer_for  # noqa: E402
from voice_interviewer.adapters.story_files import load_tag_rules  # noqa: E402
from voice_interviewer.adapters.story_tags import principles_by_meaning  # noqa: E402
from voice_interviewer.core.stories import tag_principles  # noqa: E402
from voice_interviewer.core.story_parts import HESITATION, MeaningOf, tell, written  # noqa: E402

DATA = ROOT / "tests" / "data"
FILES = tuple(DATA / f"stories{which}.toml" for which in ("", "-second", "-held-out", "-unseen"))
PARTS = {"S": "situation", "T": "task", "A": "action", "R": "result"}
MARK = re.compile(r"\[([STAR])\]([^\[]*)")


def placed(text: str, meaning: MeaningOf | None) -> tuple[list[str], list[str]]:
    """The part of each word, as the reader marked it and as it was found."""
    wanted = [
        PARTS[part]
        for part, said in MARK.findall(text)
        for word in said.split()
        if not HESITATION.match(word)
    ]
    told = written(re.sub(r"\[[STAR]\]", "", text))
    telling = tell(told, load_framework("star"), load_tag_rules().parts, meaning)
    return wanted, [part for part, said in telling.parts.items() for _ in said.split()]


@cache
def agreement(text: str, meaning: MeaningOf | None) -> tuple[int, int]:
    """Words in the right part, and all words."""
    wanted, found = placed(text, meaning)
    return sum(a == b for a, b in zip(wanted, found, strict=True)), len(wanted)


@cache
def proposed(text: str, *, meaning: bool) -> set[str]:
    """Principles that are proposed for a story."""
    said = re.sub(r"\[[STAR]\]", "", text)
    meant = principles_by_meaning(said) if meaning else None
    by_company = {one.id: [principle.id for principle in one.principles] for one in load_companies()}
    return {one.id for one in tag_principles(said, load_tag_rules().principles, by_company, meant)}


def measure(stories: Sequence[dict[str, Any]], meaning: MeaningOf | None = None) -> dict[str, float]:
    """Totals over stories: words agreed, tags found of those wanted, tags proposed per story."""
    right = words = hit = wanted = offered = 0
    for story in stories:
        agreed, count = agreement(story["text"], meaning)
        right, words = right + agreed, words + count
        tags = proposed(story["text"], meaning=meaning is not None)
        hit, wanted = hit + len(tags & set(story["shows"])), wanted + len(story["shows"])
        offered += len(tags)
    return {"agreement": right / words, "recall": hit / wanted, "offered": offered / len(stories)}


def main(arguments: Sequence[str]) -> int:
    scorer = None if "--no-meaning" in arguments else scorer_for(load_framework("star"))
    meaning = scorer.scores if scorer is not None else None
    print("with the sentence model" if meaning else "by words alone")
    for path in [Path(one) for one in arguments if not one.startswith("--")] or FILES:
        stories = tomllib.loads(path.read_text(encoding="utf-8"))["stories"]
        print(f"\n{path.name}\n{'story':28} {'words':>6} {'agree':>6}  missed")
        for story in stories:
            agreed, count = agreement(story["text"], meaning)
            tags = proposed(story["text"], meaning=meaning is not None)
            missed = ", ".join(sorted(set(story["shows"]) - tags))
            print(f"{story['id']:28} {count:6} {agreed / count:6.0%}  {missed}")
        total = measure(stories, meaning)
        print(
            f"{'all':28} {'':6} {total['agreement']:6.0%}  "
            f"{total['recall']:.0%} of the reader's principles found, {total['offered']:.1f} proposed a story"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
