"""Judges what the interviewer says next, over written interviews whose turns are labelled by hand.

    python scripts/bench_followups.py [--sets tuned held-out unseen] [--no-meaning] [--long] [FRAMEWORK ...]

Each turn is spoken to the whole interviewer on simulated time; every prompt it speaks is held against the
labels of the turns so far: was the thing asked for already given? Then the lists: questions to the
interviewer, requests by voice, weak claims, each with words of an answer that must not be taken for one. And
how monologues are cut in on.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import dataclasses
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from followup_data import LISTS, SETS, Labelled, load_labelled, load_lines
from phase_data import load_interviews

from tests.rehearsal import Rehearsal
from voice_interviewer.adapters.content_files import load_frameworks
from voice_interviewer.adapters.noticing import Noticing
from voice_interviewer.adapters.signal_heads import understanding_of
from voice_interviewer.core import claims, clarifying, deepening, hands_free, mentions, wording
from voice_interviewer.core.content import Framework, Question
from voice_interviewer.core.events import Event, Transcribed
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.ports import MeaningScorer

WORDS_PER_S = 2.5
MINUTES_PER_MINUTE = 5.0
"""An interview is this much longer than the candidate's bare words: prompts and pauses."""
VALUABLE = 0.9
QUOTE_WORDS = 2
ALL_TOPICS = ("goal", "users", "platform", "market", "constraints", "timeline", "resources")


class Talk(Rehearsal):
    """A rehearsal whose recogniser also knows what lines mean."""

    scorer: MeaningScorer | None = None

    def _handle(self, event: Event) -> None:
        if isinstance(event, Transcribed) and self.scorer is not None:
            text = " ".join(word.text for word in event.words)
            event = dataclasses.replace(event, meanings=self.scorer.scores(text))
        super()._handle(event)


def main() -> int:
    """Print all tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK")
    parser.add_argument("--sets", nargs="+", default=LISTS, choices=SETS)
    parser.add_argument("--no-meaning", action="store_true", help="without the sentence model")
    parser.add_argument("--only", choices=("interviews", "left-out", "lists", "monologues"))
    parser.add_argument("--long", action="store_true", help="every prompt, and what was wrong with it")
    args = parser.parse_args()
    for which in args.sets:
        print(f"== {which}")
        if args.only in (None, "interviews"):
            judge_interviews(which, args.frameworks, meaning=not args.no_meaning, verbose=args.long)
        if args.only in (None, "left-out") and not args.no_meaning:
            judge_left_out(which)
        if args.only in (None, "lists") and which in LISTS:
            judge_lists(which, meaning=not args.no_meaning, verbose=args.long)
    if args.only in (None, "monologues"):
        judge_monologues(meaning=not args.no_meaning)
    return 0


# -- whole interviews ----------------------------------------------------------------------------


def judge_interviews(which: str, frameworks: Iterable[str], *, meaning: bool, verbose: bool) -> None:
    """One row per interview, and the sum."""
    total: Counter[str] = Counter()
    print(
        f"{'interview':17} {'signals':>8} {'heard':>6} {'invented':>8} | {'asked':>5} {'of it known':>16}"
        f" | {'quotes':>6} {'repeats':>7} {'too long':>8}"
    )
    for interview in load_labelled(which):
        if frameworks and interview.framework.id not in frameworks:
            continue
        scorer = understanding_of(interview.framework, interview.question) if meaning else None
        if meaning and scorer is None:
            print(f"{interview.name}: NO SENTENCE MODEL OR HEADS", file=sys.stderr)
        tally = judge(interview, scorer, verbose)
        total += tally
        print(row(interview.name, tally))
    print(row("all", total))
    kinds = {
        "signal": "for a signal",
        "question": "the question's own",
        "deeper": "deeper into what was said",
        "probe": "takes up a thing just mentioned",
        "invite": "on to the next step",
        "nudge": "on, as time is up",
        "push_back": "doubts a claim",
    }
    for kind, name in kinds.items():
        asked, known = total[f"asked {kind}"], total[f"answered {kind}"]
        print(f"  {name:44} {asked:5} {known:7} {percent(known, asked):>8}")


def judge_left_out(which: str) -> None:
    """The turn that alone gives something valuable is left out: is the candidate led to it?"""
    tally: Counter[str] = Counter()
    for interview in load_labelled(which):
        scorer = Once(understanding_of(interview.framework, interview.question))
        given = Counter(signal for turn in interview.turns for signal in turn.gives)
        for phase in interview.framework.phases:
            here = [turn for turn in interview.turns if turn.phase == phase.id]
            for signal in phase.signals:
                if signal.value < VALUABLE or given[signal.id] != 1 or len(here) < 2:
                    continue
                turns = tuple(turn for turn in interview.turns if signal.id not in turn.gives)
                memory = held(dataclasses.replace(interview, turns=turns), scorer).interviewer.memory
                asked = f"signal:{signal.id}" in memory.asked
                invited = f"invite:{phase.id}" in memory.asked
                tally["all"] += 1
                tally["asked for"] += asked
                tally["its step invited to"] += invited and not asked
                tally["taken for given"] += signal.id in memory.heard_ids and not asked and not invited
    print("left out: " + ", ".join(f"{name} {count}" for name, count in tally.items()))


class Once:
    """A scorer that reads each text once."""

    def __init__(self, scorer: MeaningScorer | None) -> None:
        self._scorer = scorer
        self._known: dict[str, dict[str, float]] = {}

    def scores(self, text: str) -> dict[str, float]:
        """As the scorer has it."""
        if text not in self._known:
            self._known[text] = self._scorer.scores(text) if self._scorer else {}
        return self._known[text]


def held(interview: Labelled, scorer: MeaningScorer) -> Talk:
    """One interview to its last turn, or its end."""
    talk = beginning(interview, scorer)
    for turn in interview.turns:
        if talk.interviewer.state != "finished":
            talk.answers(turn.text)
    return talk


def beginning(interview: Labelled, scorer: MeaningScorer | None) -> Talk:
    """The question has been asked; the time fits the length of the candidate's turns."""
    words = sum(len(turn.text.split()) for turn in interview.turns)
    minutes = MINUTES_PER_MINUTE * words / WORDS_PER_S / 60
    talk = Talk(Interviewer(Setup(interview.framework, interview.question, minutes, seed=1)))
    talk.scorer = scorer
    talk.start()
    return talk


def row(name: str, tally: Counter[str]) -> str:
    """A line of the table."""
    return (
        f"{name:17} {tally['given']:8} {percent(tally['heard'], tally['given']):>6} {tally['invented']:8}"
        f" | {tally['asked']:5} {tally['answered']:7} {percent(tally['answered'], tally['asked']):>8}"
        f" | {tally['quotes']:6} {tally['repeats']:7} {tally['too long']:8}"
    )


def judge(interview: Labelled, scorer: MeaningScorer | None, verbose: bool) -> Counter[str]:
    """Hold one interview and count."""
    talk = beginning(interview, scorer)
    tally: Counter[str] = Counter()
    given: set[str] = set()
    answered: set[int] = set()
    walked: set[str] = set()
    invented: set[str] = set()
    """Heard at a time when it had not been given."""
    said = ""
    memory = talk.interviewer.memory
    for turn in interview.turns:
        if talk.interviewer.state == "finished":
            break
        known = set(memory.asked)
        prompts = talk.answers(turn.text)
        given |= turn.gives
        answered |= turn.answers
        walked.add(turn.phase)
        said += " " + turn.text.lower()
        invented |= memory.heard_ids - given
        new = memory.asked - known
        wrong = [key for key in new if is_answered(interview, key, given, answered, walked, turn.phase)]
        asked = [say for say in prompts if say.kind in ("follow_up", "invitation", "nudge", "push_back")]
        tally["asked"] += len(asked)
        tally["answered"] += len(wrong)
        tally.update(f"asked {key.partition(':')[0]}" for key in new)
        tally.update(f"answered {key.partition(':')[0]}" for key in wrong)
        tally["quotes"] += sum(quotes(say.text, said) for say in asked)
        tally["too long"] += sum(not wording.is_speakable(say.text) for say in prompts)
        if verbose:
            print(f"\n  [{turn.phase}] {turn.text}")
            missed = {one for one in turn.gives if one not in memory.heard_ids}
            print(f"     MISSED {sorted(missed)}  INVENTED {sorted(memory.heard_ids - given)}")
            for say in prompts:
                print(f"     {'WRONG ' if wrong else ''}{say.kind}: {say.text}")
    texts = Counter(say.text for say in talk.prompts if say.kind in ("follow_up", "invitation", "push_back"))
    tally["repeats"] = sum(count - 1 for count in texts.values())
    tally["given"] = len(given)
    tally["heard"] = len(given & memory.heard_ids)
    tally["invented"] = len(invented)
    return tally


def is_answered(
    interview: Labelled, key: str, given: set[str], answered: set[int], walked: set[str], here: str
) -> bool:
    """Was the thing this prompt asks for given before?"""
    kind, _, name = key.partition(":")
    if kind == "signal":
        return name in given
    if kind == "question" and name:
        return int(name) in answered
    if key.startswith(deepening.KEY):
        return bool(given & set(deepening.answered_by(interview.framework, key)))
    return kind == "invite" and name in walked and name != here


def quotes(prompt: str, said: str) -> bool:
    """Whether it takes up words of the candidate: what follows 'you mentioned', or three in a row."""
    said = mentions.fluent(said)
    named = re.search(r"\byou (?:mentioned|said|brought up|chose|described) ([^:.,?]+)", prompt.lower())
    if named and re.sub(r"^your ", "", named[1]) in said:
        return True
    words = [word.strip(".,?!:;'\"").lower() for word in prompt.split()]
    return any(" ".join(words[i : i + 3]) in said for i in range(len(words) - 2))


# -- lists ---------------------------------------------------------------------------------------


def judge_lists(which: str, *, meaning: bool, verbose: bool) -> None:
    """Precision and recall of what is noticed in single utterances."""
    print(f"\n{'noticed':44} {'lines':>5} {'precision':>9} {'recall':>7}")
    scorer = understanding_of(load_frameworks()[0]) if meaning else None
    noticed = scorer.noticed if isinstance(scorer, Noticing) else lambda _text: {}
    right = asked = 0
    pairs = []
    for label, text in load_lines(which, "clarifying"):
        found = clarifying.wanted(text, noticed(text))
        pairs.append((label, found, text))
        if label in (*ALL_TOPICS, "none"):
            asked += 1
            right += label == found
    print_pairs("questions to the interviewer", pairs, {*ALL_TOPICS, "none"})
    print_pairs("check-ins ('does that make sense?')", pairs, {"check"})
    print(f"{'  answered from the right fact':44} {asked:5} {'':9} {percent(right, asked):>7}")
    requests = [(label, _request(text), text) for label, text in load_lines(which, "hands-free")]
    print_pairs("requests by voice", requests, {label for label, *_ in requests} - {"-"})
    doubts = [
        (label, "weak" if claims.weak_claims(text) or claims.WEAK in noticed(text) else "-", text)
        for label, text in load_lines(which, "claims")
    ]
    print_pairs("weak claims", doubts, {"weak"})
    print()
    if verbose:
        for label, found, text in pairs + requests + doubts:
            if label != found:
                print(f"  {label} taken for {found}: {text}")


def _request(text: str) -> str:
    found = hands_free.match(text)
    return found.kind if found else "-"


def print_pairs(name: str, pairs: list[tuple[str, str, str]], positive: set[str]) -> None:
    """Found at all, whichever of the positive labels."""
    hits = sum(label in positive and found in positive for label, found, _ in pairs)
    claimed = sum(found in positive for _, found, _ in pairs)
    true = sum(label in positive for label, *_ in pairs)
    print(f"{name:44} {len(pairs):5} {percent(hits, claimed):>9} {percent(hits, true):>7}")


# -- monologues ----------------------------------------------------------------------------------


def judge_monologues(*, meaning: bool) -> None:
    """A candidate who stays in one step without a pause for breath: when is she cut in on?"""
    print(f"== monologues\n{'framework':16} {'phase':14} {'budget s':>8} {'cut in after':>12}")
    for framework in load_frameworks():
        if framework.monologue:
            continue
        for phase in framework.phases[1:3]:
            texts = [
                line.text
                for interview in load_interviews(framework.id, ("train",))
                for line in interview.lines
                if line.phase == phase.id and not line.neutral and "?" not in line.text
            ]
            print(monologue(framework, phase.id, texts, understanding_of(framework) if meaning else None))


def monologue(framework: Framework, phase_id: str, texts: list[str], scorer: MeaningScorer | None) -> str:
    """Speak until interrupted, never ending a thought; how far over the phase's budget."""
    question = Question("", framework.type, framework.id, "Please begin.", 2)
    talk = Talk(Interviewer(Setup(framework, question, 12, seed=1)))
    talk.scorer = scorer
    talk.start()
    agenda = talk.interviewer.agenda
    budget_s = sum(agenda.budget_s(phase.id) for phase in agenda.group(phase_id))
    begun_s = talk.now_s
    before = len(talk.prompts)
    for text in texts * 3:
        talk.says(f"{text.rstrip('.')} and", after_s=0.01)
        if len(talk.prompts) > before:
            said = talk.prompts[before]
            over = (talk.now_s - begun_s) / budget_s
            return f"{framework.id:16} {phase_id:14} {budget_s:8.0f} {over:11.1f}x  {said.kind}"
    return f"{framework.id:16} {phase_id:14} {budget_s:8.0f} {'never':>12}"


def percent(part: int, whole: int) -> str:
    """'85 %', or '-' of nothing."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
