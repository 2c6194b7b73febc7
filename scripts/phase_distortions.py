"""The labelled interviews as other recordings and recognisers would have them: cut otherwise, without
punctuation, with words misheard, with an interviewer between the lines, with talk around the interview.

Every word keeps its label, so that a line which holds the end of one phase and the start of the next is
half right at best.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from phase_data import FOLDER, WORDS_PER_SECOND, Interview, Line, load_interviews, read_said

INTRODUCTION_S = 120.0
FEEDBACK_S = 180.0
INTERVIEWER_EVERY_S = 20.0
INTERVIEWER = tuple(
    line.strip()
    for line in """
    Mm-hmm. | Yeah. | Okay. | Right. | Okay, great. | Yeah, that makes sense. | Got it. | Sure. |
    Interesting. | Okay, cool. | I see. | Yeah, totally. | Uh-huh. | Nice, I like that. |
    Oh wow. | Makes sense, go on. |
    Can you say a bit more about that? | Why do you think that is? | Hmm, okay, and how did you get to that? |
    I'm just taking notes here, keep going. | That's funny, my brother told me the same. |
    Sorry, could you repeat the last part, you cut out for a second? | Yeah, I can see your screen. |
    Okay, and you're confident about that? | No no, that's fair. | Take your time. |
    Alright, I'm with you so far.
    """.replace("\n", " ").split("|")
)
"""What interviewers say in between, of no phase."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word with the label that a careful reader gave it."""

    text: str
    phase: str
    length_s: float
    line: int
    """Number of the line it stands in; lines without gaps."""
    neutral: bool = False
    """Belongs to no phase in particular."""
    counts: bool = True
    """False for talk put in besides: it is not measured."""


Words = list[Word]
Distortion = Callable[[Words, random.Random], Words]


def words_of(interview: Interview) -> Words:
    """All words of an interview as it was cut."""
    found = []
    for number, line in enumerate(interview.lines):
        texts = line.text.split()
        share_s = (line.end_s - line.at_s) / max(1, len(texts))
        found += [Word(text, line.phase, share_s, number, line.neutral) for text in texts]
    return found


def lines_of(words: Sequence[Word]) -> tuple[Line, ...]:
    """Lines with the label of most of their words, one after the other."""
    found = []
    at_s = 0.0
    for _, group in groupby(words, key=lambda word: word.line):
        part = list(group)
        length_s = sum(word.length_s for word in part)
        phase, neutral = Counter((word.phase, word.neutral) for word in part).most_common(1)[0][0]
        found.append(Line(at_s, at_s + length_s, " ".join(word.text for word in part), phase, neutral))
        at_s += length_s
    return tuple(found)


def texts_of(words: Sequence[Word]) -> list[str]:
    """The lines, in order."""
    found: list[list[str]] = [[] for _ in range(words[-1].line + 1)] if words else []
    for word in words:
        found[word.line].append(word.text)
    return [" ".join(one) for one in found]


def distorted(interview: Interview, name: str) -> Words:
    """An interview's words under one of DISTORTIONS, the same ones each time."""
    rng = random.Random(zlib.crc32(f"{interview.name}/{name}".encode()))
    words = [word for word in DISTORTIONS[name](words_of(interview), rng) if word.text]
    return _numbered(words)


def cut_every(seconds: float) -> Distortion:
    """Lines of so many seconds, wherever that is."""

    def cut(words: Words, _: random.Random) -> Words:
        return _cut(words, lambda: seconds)

    return cut


def cut_anywhere(words: Words, rng: random.Random) -> Words:
    """Lines of one word to thirty, wherever that is."""
    return _cut(words, lambda: rng.uniform(0.3, 11.0))


def cut_like_a_recogniser(words: Words, rng: random.Random) -> Words:
    """Three to eight seconds, and some of a word or two."""
    return _cut(words, lambda: 0.5 if rng.random() < 0.1 else rng.uniform(3.0, 8.0))


def bare(words: Words, _: random.Random) -> Words:
    """Lower case, no punctuation."""
    return [replace(word, text=re.sub(r"[^\w'-]", "", word.text.lower())) for word in words]


def misheard(share: float) -> Distortion:
    """So many of the words are left out or replaced by others of the same talk, half and half."""

    def hear(words: Words, rng: random.Random) -> Words:
        heard = []
        for word in words:
            if rng.random() >= share:
                heard.append(word)
            else:
                other = rng.choice(words).text if rng.random() < 0.5 else ""
                heard.append(replace(word, text=other))
        return heard

    return hear


def interrupted(words: Words, rng: random.Random) -> Words:
    """An interviewer's line every twenty seconds or so."""
    found: Words = []
    until_s = INTERVIEWER_EVERY_S
    for number, word in enumerate(words):
        found.append(word)
        until_s -= word.length_s
        ends = number + 1 == len(words) or words[number + 1].line != word.line
        if until_s <= 0 and ends:
            found += _aside(rng.choice(INTERVIEWER), word.phase, -1000 - number)
            until_s = rng.uniform(0.3, 1.7) * INTERVIEWER_EVERY_S
    return found


def framed(words: Words, rng: random.Random) -> Words:
    """Two minutes of introductions before, three of feedback after, out of other test interviews."""
    before, after = _frames()
    opening = list(_some(before, INTRODUCTION_S, rng, words[0].phase))
    closing = list(_some(after, FEEDBACK_S, rng, words[-1].phase))
    return [*opening, *words, *closing]


def in_turn(*distortions: Distortion) -> Distortion:
    """Several, one after the other."""

    def distort(words: Words, rng: random.Random) -> Words:
        for one in distortions:
            words = _numbered([word for word in one(words, rng) if word.text])
        return words

    return distort


DISTORTIONS: dict[str, Distortion] = {
    "as cut": lambda words, _: words,
    "recogniser": cut_like_a_recogniser,
    "every 3 s": cut_every(3.0),
    "every 30 s": cut_every(30.0),
    "anywhere": cut_anywhere,
    "bare": bare,
    "5 % wrong": misheard(0.05),
    "15 % wrong": misheard(0.15),
    "interrupted": interrupted,
    "framed": framed,
    "all of it": in_turn(framed, interrupted, misheard(0.08), cut_like_a_recogniser, bare),
}


def _cut(words: Words, length_s: Callable[[], float]) -> Words:
    found = []
    number, left_s = 0, length_s()
    for word in words:
        if left_s <= 0:
            number, left_s = number + 1, length_s()
        found.append(replace(word, line=number))
        left_s -= word.length_s
    return found


def _numbered(words: Words) -> Words:
    """Lines without gaps: numbers count for where they change."""
    found: Words = []
    number, last = -1, None
    for word in words:
        if word.line != last:
            number, last = number + 1, word.line
        found.append(replace(word, line=number))
    return found


def _aside(text: str, phase: str, line: int) -> Iterator[Word]:
    for word in text.split():
        yield Word(word, phase, 1 / WORDS_PER_SECOND, line, neutral=True, counts=False)


def _some(texts: Sequence[str], seconds: float, rng: random.Random, phase: str) -> Iterator[Word]:
    """Sentences until the time is over, each a line of its own."""
    for number, text in enumerate(_shuffled(texts, rng)):
        if seconds <= 0:
            return
        yield from _aside(text, phase, -2 - number)
        seconds -= len(text.split()) / WORDS_PER_SECOND


def _shuffled(texts: Iterable[str], rng: random.Random) -> list[str]:
    found = list(texts)
    rng.shuffle(found)
    return found


@cache
def _frames() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences of introductions and of feedback, out of the test interviews of product design."""
    before: list[str] = []
    after: list[str] = []
    for interview in load_interviews("circles", ("test",)):
        said = list(read_said(FOLDER / "circles" / f"{interview.name}.txt"))
        body = [index for index, one in enumerate(said) if not one.neutral]
        for index, one in enumerate(said):
            place = before if index < body[0] else after if index > body[-1] else None
            if one.neutral and place is not None:
                place += re.split(r"(?<=[.?!])\s+", one.text)
    return tuple(before), tuple(after)
