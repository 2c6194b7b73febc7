"""A told story taken apart: its sentences, and which of the four parts each belongs to.

A story is told in order, so its parts are found together: each sentence is placed by itself, and then the
three cuts are set where most of the told time agrees with those places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from voice_interviewer.core.content import Framework, Phase
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.signals import find_signals
from voice_interviewer.core.speech import Utterance, Word
from voice_interviewer.core.stories import matches

WORDS_PER_SECOND = 2.4
"""Of a written story, which has no times of its own: unhurried speech."""
CUE_GAIN, OPENER_GAIN = 1.5, 4.0
TRACKED_FLOOR = 1.0
"""The tracker knows the order of a talk that may go back and forth; a story is cut once and for all."""
SKIP = 0.8
"""Cost of a part that is missing altogether, in log-likelihood of one second's sentence."""
USUAL_WITHIN = 0.6
"""Share of the story within which a phase away from its usual place becomes unusual: people do ramble."""
HESITATION = re.compile(r"^\W*(?:u+[hm]+|e+r+m?|h+m+|mm+|a+h+m?)\W*$", re.IGNORECASE)
MeaningOf = Callable[[str], Mapping[str, float]]
"""What a `ports.MeaningScorer` says of a sentence."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What taking a story apart gives."""

    parts: Mapping[str, str]
    seconds: Mapping[str, float]
    unheard: tuple[str, ...]
    """Names of the framework's signals that were not heard, the most valuable first."""


def sentences(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Utterances cut at full stops, hesitations left out: one breath may hold two parts of a story."""
    found: list[Utterance] = []
    for utterance in utterances:
        words: list[Word] = []
        for word in utterance.words:
            if HESITATION.match(word.text):
                continue
            words.append(word)
            if re.search(r"[.?!]['\"”’)]*$", word.text) and len(words) >= 3:
                found.append(_as_utterance(len(found) + 1, words))
                words = []
        if words:
            found.append(_as_utterance(len(found) + 1, words))
    return found


def written(text: str) -> list[Utterance]:
    """A written story as sentences with times as if it had been told."""
    found: list[Utterance] = []
    at_s = 0.0
    for sentence in re.split(r"(?<=[.?!])[\"”’')]*\s+|\n\s*\n", text):
        words: list[Word] = []
        for token in sentence.split():
            if HESITATION.match(token):
                continue
            words.append(Word(token, at_s, at_s + 1 / WORDS_PER_SECOND, 1.0))
            at_s += 1 / WORDS_PER_SECOND
        if words:
            found.append(_as_utterance(len(found) + 1, words))
    return found


def cut(
    told: Sequence[Utterance], phases: Sequence[str], likely: Sequence[Mapping[str, float]]
) -> tuple[dict[str, str], dict[str, float]]:
    """Each phase's text and seconds.

    `told`: sentences; `phases`: ids in a story's order; `likely`: phase id -> likelihood, per sentence.
    """
    weights = [max(0.2, one.end_s - one.start_s) for one in told]
    # A long sentence says more than a short one, though not in proportion to its length.
    order = _in_order(likely, [math.sqrt(weight) for weight in weights], phases)
    parts: dict[str, list[str]] = {phase: [] for phase in phases}
    seconds = dict.fromkeys(phases, 0.0)
    for one, weight, index in zip(told, weights, order, strict=True):
        parts[phases[index]].append(one.text)
        seconds[phases[index]] += weight
    return {phase: " ".join(texts) for phase, texts in parts.items()}, seconds


def tell(
    told: Sequence[Utterance],
    framework: Framework,
    cues: Mapping[str, Sequence[str]] | None = None,
    meaning: MeaningOf | None = None,
) -> Telling:
    """A told story taken apart by the framework for behavioural answers.

    `told`: sentences in order. `cues`: phase id -> regular expressions beside the framework's own.
    """
    tracker = PhaseTracker(framework)
    for one in told:
        meanings = meaning(one.text) if meaning is not None else None
        tracker.observe(one.text, one.start_s, one.end_s, meanings=meanings)
    end_s = told[-1].end_s if told else 1.0
    likely = [
        _likelihood(framework, one, one_belief.probabilities, cues or {}, end_s)
        for one, one_belief in zip(told, tracker.smoothed(), strict=True)
    ]
    parts, seconds = cut(told, [phase.id for phase in framework.phases], likely)
    heard = {one.signal_id for one in find_signals(framework, None, " ".join(parts.values()))}
    wanted = sorted(
        (signal for phase in framework.phases for signal in phase.signals), key=lambda s: -s.value
    )
    return Telling(parts, seconds, tuple(signal.name for signal in wanted if signal.id not in heard))


def _likelihood(
    framework: Framework,
    one: Utterance,
    tracked: Mapping[str, float],
    cues: Mapping[str, Sequence[str]],
    end_s: float,
) -> dict[str, float]:
    usual = _usual(framework, (one.start_s + one.end_s) / 2 / end_s)
    return {
        phase.id: (TRACKED_FLOOR + tracked.get(phase.id, 0.0))
        * usual[phase.id]
        * _spoken_for(phase, cues.get(phase.id, ()), one.text)
        for phase in framework.phases
    }


def _usual(framework: Framework, position: float) -> dict[str, float]:
    """How usual each phase is at this share of a whole story: full inside its budget, a quarter far away."""
    found: dict[str, float] = {}
    first = 0.0
    for phase in framework.phases:
        last = first + phase.budget_s / framework.nominal_s
        away = max(0.0, first - position, position - last)
        found[phase.id] = max(0.25, 1.0 - away / USUAL_WITHIN)
        first = last
    return found


def _spoken_for(phase: Phase, more: Sequence[str], text: str) -> float:
    """How much a sentence's own words speak for a phase; 1 when they say nothing."""
    cues = sum(bool(re.search(cue, text, re.IGNORECASE)) for cue in phase.cues) + len(matches(more, text))
    opened = any(re.search(opener, text, re.IGNORECASE) for opener in phase.transitions)
    return (1.0 + CUE_GAIN * min(cues, 3)) * (OPENER_GAIN if opened else 1.0)


def _as_utterance(number: int, words: Sequence[Word]) -> Utterance:
    return Utterance(number, words[0].start_s, words[-1].end_s, tuple(words))


def _in_order(
    placed: Sequence[Mapping[str, float]], weights: Sequence[float], phases: Sequence[str]
) -> list[int]:
    """For each sentence the index of its phase, never going back, agreeing best with `placed`."""
    last = len(phases) - 1
    best = [0.0] + [-SKIP * index for index in range(1, last + 1)]  # a story may begin in the middle
    came_from: list[list[int]] = []
    for likelihood, weight in zip(placed, weights, strict=True):
        total = sum(likelihood.values()) or 1.0
        steps: list[int] = []
        following: list[float] = []
        for index, phase in enumerate(phases):
            arrivals = [best[i] - SKIP * max(0, index - i - 1) for i in range(index + 1)]
            previous = max(range(index + 1), key=lambda i: (arrivals[i], i))
            steps.append(previous)
            likely = math.log(likelihood.get(phase, 0.0) / total + 1e-3)
            following.append(arrivals[previous] + weight * likely)
        came_from.append(steps)
        best = following
    if not came_from:
        return []
    index = max(range(last + 1), key=lambda i: (best[i] - SKIP * (last - i), i))
    path = [index]
    for steps in reversed(came_from[1:]):
        index = steps[index]
        path.append(index)
    return path[::-1]
