"""Requests to the program itself, by voice: only when they are the whole utterance.

`match` is exact on purpose: "we would skip this one for now" or "the end of the interview process" are words
of an answer. A request is one of a closed set of phrases with polite fillers allowed around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

HandsFreeKind = Literal[
    "repeat", "give_me_a_minute", "time_left", "pause", "resume", "skip", "done", "end"
]

DEFAULT_HOLD_S = 60.0
"""'Give me a minute', taken at its word."""
SHORT_HOLD_S = 30.0
"""'Give me a moment', 'a second': people take longer than they say."""
LONGEST_HOLD_S = 300.0


@dataclass(frozen=True, slots=True)
class HandsFree:
    """A request by voice."""

    kind: HandsFreeKind
    seconds: float = 0.0
    """For 'give_me_a_minute': how long the floor is to be held."""


_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "ten": 10.0,
    "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "sixty": 60.0, "ninety": 90.0,
    "a couple of": 2.0, "a few": 3.0, "half a": 0.5, "another": 1.0, "one more": 1.0, "just a": 1.0,
    "a couple": 2.0, "couple of": 2.0,
}  # fmt: skip
_NUMBER = "|".join(sorted((re.escape(key) for key in _NUMBERS), key=len, reverse=True)) + r"|\d{1,3}"

_FILLERS = (
    r"(?:um+|uh+|er+|erm|hm+|mm+|ah|oh|so|okay|ok|well|yeah|yes|no|right|alright|all right|and|but|then|now"
    r"|sorry|i'?m sorry|excuse me|hey|hi|please|actually|you know|like|wait|thank you|thanks|great|cool|perfect)"
)
_TAIL = (
    r"(?:please|thanks|thank you|now|again|then|for me|if (?:you don'?t mind|that'?s okay|that'?s all right"
    r"|that is okay|possible|you could|i may)|okay|ok|right|um+|uh+|sorry|yeah|first|real quick|quickly)"
)
_POLITE = (
    r"(?:can|could|would|will) you (?:please |maybe |just |possibly |kindly )*(?:mind )?"
)
_ASK = rf"(?:{_POLITE}|please |(?:can|could|may|shall|let'?s|let us) (?:i |we )?(?:please |just |maybe )*)?"
_QUESTION = r"(?:the|that|your|this|the last|your last|the original|the main)? ?(?:question|prompt)"

_PATTERNS: tuple[tuple[HandsFreeKind, str], ...] = (
    ("repeat", rf"{_ASK}(?:repeat|say|restate|rephrase|read|ask)(?:ing)? (?:{_QUESTION}|that|it|this)"
               rf"(?: one more time| once more| again| out loud| back| one time| to me)*"),
    ("repeat", rf"(?:what|which)(?: was| is|'?s|) {_QUESTION}(?: again)?"),
    ("repeat", r"(?:i (?:didn'?t|did not|couldn'?t|could not) (?:quite |really )?(?:catch|hear|get|understand) "
               rf"(?:that|you|it|{_QUESTION}))(?: there)?"),
    ("repeat", r"what did you (?:say|ask)(?: there)?"),
    ("repeat", r"(?:say|come) (?:that )?again"),
    ("repeat", rf"(?:{_POLITE})?remind me (?:of |what )?{_QUESTION}(?: was| is)?"),
    ("repeat", rf"(?:can|could|may) i (?:please )?(?:hear|have|get) {_QUESTION}(?: one more time| once more| again)?"),
    ("repeat", rf"i(?:'?d| would) like (?:you )?to (?:hear|repeat) {_QUESTION}(?: again)?"),
    ("repeat", r"(?:i beg your )?pardon(?: me)?"),
    ("repeat", r"repeat"),
    ("time_left", r"(?:how much|what) time (?:do (?:i|we) (?:still )?have|is|have (?:i|we) got)"
                  r"(?: left| remaining| still)*"),
    ("time_left", r"how much (?:longer )?(?:time )?(?:do (?:i|we) have|is(?: there)?)(?: left| remaining)"),
    ("time_left", r"how (?:many minutes|long) (?:do (?:i|we) have|have (?:i|we) got|(?:is|are)(?: there)?)"
                  r"(?: left| remaining)*"),
    ("time_left", r"how (?:am i|are we) (?:doing )?(?:on|for|with) time"),
    ("time_left", r"what'?s (?:the|my) time(?: left| remaining| check)?"),
    ("time_left", r"(?:can i (?:get|have) a )?time check"),
    ("pause", rf"{_ASK}(?:pause|take a (?:short |quick |little )?break)(?: here| for a (?:moment|second|minute|bit))?"
              r"(?: the interview| the session| the clock| the timer| it)?"),
    ("pause", r"(?:can|could|may) (?:i|we) (?:take|have) a (?:short |quick )?break"),
    ("pause", r"(?:hold|stop) the (?:clock|timer)"),
    ("pause", r"i need a (?:short |quick )?break"),
    ("resume", rf"{_ASK}(?:resume|unpause|continue)(?: the interview| the session| the clock)?"),
    ("resume", r"(?:i'?m|i am) (?:back|ready)(?: to (?:go on|continue|resume|go))?"),
    ("resume", r"let'?s (?:go on|carry on|keep going|resume|continue)(?: with the interview)?"),
    ("skip", rf"{_ASK}(?:skip|pass)(?: on)?(?: over)?(?: {_QUESTION}| this one| that one| this| that| it)"),
    ("skip", rf"(?:i'?d|i would|i'?ll|i will|i want to|i'?m going to|can i|could i) (?:like to |rather )?(?:skip|pass)"
             rf"(?: on)?(?: {_QUESTION}| this one| that one| this| that| it)?"),
    ("skip", r"(?:skip|pass)"),
    ("skip", r"(?:let'?s|can we|could we|shall we) (?:move on|go on) to the next (?:one|question)"),
    ("skip", r"next question"),
    ("done", r"(?:that'?s|that is|this is|that would be|that'?ll be|that concludes|this concludes) "
             r"(?:my (?:final )?(?:answer|response|recommendation|pitch|solution)|it(?: from me| for me| from my side)?"
             r"|all(?: i have| i'?ve got| i had| from me| from my side)?|everything(?: i have| from me)?)"
             r"(?: for (?:that|this)(?: one| question)?)?"),
    ("done", r"(?:i'?m|i am|i think i'?m|i think i am) (?:all )?(?:done|finished)"
             r"(?: (?:with|for) (?:that|this|my answer|the answer|my response)(?: one| question)?| here| now)?"),
    ("done", r"i(?:'?ll| will| would|'?d)? (?:stop|end|finish|leave it|pause) (?:it )?(?:there|here|at that)"),
    ("done", r"i think that(?:'?s| is) (?:it|all|my answer|everything)(?: from me| for me| i have)?"),
    ("done", r"(?:done|i have nothing (?:else |more )?to add|nothing (?:else|more) (?:to add|from me))"),
    ("done", r"over to you"),
    ("end", rf"{_ASK}(?:end|stop|finish|quit|exit|terminate|wrap up|conclude)"
            r" (?:the|this|our) (?:interview|session|practice)(?: here| there| now)?"),
    ("end", r"(?:i'?d|i would) like to (?:end|stop|finish|quit) (?:the|this) (?:interview|session|practice)"
            r"(?: here| now)?"),
    ("end", r"i want to (?:end|stop|finish|quit)(?: (?:the|this) (?:interview|session|practice))?(?: here| now)?"),
    ("end", r"(?:end|stop) (?:interview|session)"),
)  # fmt: skip

_UNIT = r"(?P<unit>minutes?|mins?|seconds?|secs?|moments?|sec|min|bit|beat)"
_COUNT = rf"(?P<count>{_NUMBER})"
_HOLD_OBJECT = rf"(?:(?:just|like|maybe|about|around) )*{_COUNT}(?: more| quick| little| short| or two)* {_UNIT}"
_HOLD_TAIL = (
    r"(?: or (?:two|so)| here| please| to (?:think|think about (?:it|that|this)|gather my thoughts"
    r"|collect my thoughts|organi[sz]e my thoughts|structure my (?:thoughts|answer)|write (?:this|that|it) down"
    r"|jot (?:this|that|it|some things|a few things|some notes) down|plan|prepare)| of silence)*"
)
_HOLDS = (
    rf"(?:(?:can|could|may|would it be okay if|is it okay if|do you mind if) (?:i|you) (?:please |just |maybe )*)?"
    rf"(?:give me|have|take|get|need|let me (?:have|take)|allow me|grant me) {_HOLD_OBJECT}{_HOLD_TAIL}",
    rf"(?:i'?ll|i will|i'?d|i would|i need|let me|i'?m going to|i'?m gonna|i want to|i would like|i'?d like)"
    rf" (?:like |need |just |to |please )*(?:take|have|need)? ?{_HOLD_OBJECT}{_HOLD_TAIL}",
    rf"{_HOLD_OBJECT}{_HOLD_TAIL}",
    rf"(?:bear|hang|hold) (?:with me|on)(?: for)?(?: (?:just )?{_HOLD_OBJECT})?{_HOLD_TAIL}",
    rf"(?:can|could|may|let) (?:i|me) (?:please |just )*(?:have|take|get)? ?(?:some|a little) (?:time|while|bit of time)"
    rf"{_HOLD_TAIL}",
    r"(?:please )?give me (?:some|a little) (?:more )?time" + _HOLD_TAIL,
    r"(?:let me|i need to|i'?d like to|can i|i have to) (?:just )?(?:think|collect my thoughts|gather my thoughts"
    r"|organi[sz]e my thoughts)(?: (?:about|on|through) (?:that|this|it))?"
    rf"(?: for (?:just )?{_HOLD_OBJECT})?(?: first| here)?",
)


def _framed(body: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_FILLERS} )*(?:{body})(?: {_TAIL})*")


@cache
def _compiled() -> tuple[tuple[HandsFreeKind, re.Pattern[str]], ...]:
    return tuple((kind, _framed(body)) for kind, body in _PATTERNS)


@cache
def _compiled_holds() -> tuple[re.Pattern[str], ...]:
    return tuple(_framed(body) for body in _HOLDS)


def _normalised(text: str) -> str:
    """Lower case, straight apostrophes, no punctuation, single spaces."""
    text = text.lower().replace("\u2019", "'")
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text.replace("-", " ")).split())


def _hold_seconds(count: str | None, unit: str | None) -> float:
    if not unit:
        return SHORT_HOLD_S
    number = _NUMBERS.get(count or "a")
    if number is None:
        number = float(count) if count and count.isdigit() else 1.0
    if unit.startswith("min"):
        return min(LONGEST_HOLD_S, max(SHORT_HOLD_S, number * 60.0))
    if unit.startswith("sec") and number > 3:
        return min(LONGEST_HOLD_S, max(SHORT_HOLD_S, number))
    return SHORT_HOLD_S


def match(text: str) -> HandsFree | None:
    """The request that `text`, one whole utterance, makes of the program; None for words of an answer."""
    said = _normalised(text)
    if not said or len(said) > 120:
        return None
    for pattern in _compiled_holds():
        found = pattern.fullmatch(said)
        if found:
            groups = found.groupdict()
            return HandsFree("give_me_a_minute", _hold_seconds(groups.get("count"), groups.get("unit")))
    for kind, compiled in _compiled():
        if compiled.fullmatch(said):
            return HandsFree(kind)
    return None
