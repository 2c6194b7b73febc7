"""Requests to the program itself, by voice: only when they are the whole utterance.

`match` is exact on purpose: "we would skip this one for now" or "the end of the interview process" are words
of an answer. A request is one of a closed set of phrases with polite fillers allowed around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from voice_interviewer.core.phrases import either, maybe, plain, then

HandsFreeKind = Literal["repeat", "give_me_a_minute", "time_left", "pause", "resume", "skip", "done", "end"]

SHORT_HOLD_S = 30.0
"""'Give me a moment', 'a second': people take longer than they say."""
LONGEST_HOLD_S = 300.0
LONGEST_REQUEST = 120
"""Characters; nobody asks for a repetition in more."""


@dataclass(frozen=True, slots=True)
class HandsFree:
    """A request by voice."""

    kind: HandsFreeKind
    seconds: float = 0.0
    """For 'give_me_a_minute': how long the floor is to be held."""
    to_self: bool = False
    """Said rather to themselves, as 'let me think' is: silence is the answer."""


_LEAD = maybe(
    *["um+", "uh+", "er+", "erm", "hm+", "mm+", "ah", "oh", "so", "okay", "ok", "well", "yeah", "yes", "no"],
    *[
        "right",
        "alright",
        "all right",
        "and",
        "but",
        "then",
        "now",
        "sorry",
        "i'?m sorry",
        "excuse me",
        "hey",
    ],
    *["hi", "please", "actually", "you know", "like", "wait", "thank you", "thanks", "great", "cool"],
    *["perfect", "sure", "i think", "maybe"],
)
_TAIL = then(
    *["please", "thanks", "thank you", "now", "again", "then", "for me", "okay", "ok", "right", "um+", "uh+"],
    *["sorry", "yeah", "first", "real quick", "quickly", "actually", "so", "i think", "that would be great"],
    "if (?:you don'?t mind|that'?s (?:okay|ok|all right|alright|fine)|that is okay|possible|you could|i may)",
)
_YOU = (
    either("can you", "could you", "would you", "will you", "would you mind")
    + " "
    + maybe("please", "maybe", "just", "possibly", "kindly", "quickly")
)
_WE = (
    either("let'?s", "let us", "can we", "could we", "may we", "shall we", "can i", "could i", "may i")
    + " "
    + maybe("please", "just", "maybe")
)
_ASK = f"(?:{_YOU}|{_WE}|please )?"
_QUESTION = (
    "(?:(?:the|that|your|this|the last|your last|the original|the main|the whole) )?(?:question|prompt)"
)
_THIS = either(_QUESTION, "this one", "that one", "this", "that", "it")
_INTERVIEW = "(?:the|this|our) (?:interview|session|practice|mock)"
_HERE = then("here", "there", "now", "for today", "at this point")
_LEFT = then("left", "remaining", "still", "to go")
_WISH = either(
    "i'?d like to", "i would like to", "i want to", "i'?d rather", "i'?ll", "i will", "i'?m going to"
)

_PHRASES: Mapping[HandsFreeKind, tuple[str, ...]] = {
    "repeat": (
        _ASK + f"(?:repeat|say|restate|rephrase|read|ask)(?:ing)? (?:me )?(?:{_QUESTION}|that|it|this)"
        + then("one more time", "once more", "again", "out loud", "back", "to me", "a bit slower"),
        f"(?:what|which)(?: was| is|'?s|) {_QUESTION}(?: again)?",
        "i (?:didn'?t|did not|couldn'?t|could not) (?:quite |really )?(?:catch|hear|get|understand) "
        + either("that", "you", "it", _QUESTION) + "(?: there)?",
        "what did you (?:say|ask)(?: there)?",
        "(?:say|come) (?:that )?again",
        f"(?:{_YOU})?remind me (?:of |what )?{_QUESTION}(?: was| is)?",
        f"(?:can|could|may) i (?:please )?(?:hear|have|get) "
        f"{_QUESTION}" + then("one more time", "once more", "again"),
        f"i(?:'?d| would) like (?:you )?to (?:hear|repeat) {_QUESTION}(?: again)?",
        "(?:i beg your )?pardon(?: me)?",
        "repeat",
    ),
    "time_left": (
        "(?:how much|what) time (?:do (?:i|we) (?:still )?have|is(?: there)?|have (?:i|we) got)" + _LEFT,
        "how much (?:longer )?(?:time )?(?:do (?:i|we) have|is(?: there)?)(?: left| remaining)",
        "how (?:many minutes|long) (?:do (?:i|we) have|have (?:i|we) got|(?:is|are)(?: there)?)" + _LEFT,
        "how (?:am i|are we) (?:doing )?(?:on|for|with) time",
        "what'?s (?:the|my) time(?: left| remaining| check)?",
        "(?:can i (?:get|have) a )?time check",
    ),
    "pause": (
        _ASK + "(?:pause|take a (?:short |quick |little )?break)"
        + then(_INTERVIEW, "the (?:clock|timer)", "it", "here", "for a (?:moment|second|minute|bit)"),
        "(?:can|could|may) (?:i|we) (?:take|have) a (?:short |quick )?break",
        "(?:hold|stop) the (?:clock|timer)",
        "i need a (?:short |quick )?break",
    ),
    "resume": (
        _ASK + f"(?:resume|unpause|continue)(?: {_INTERVIEW}| the clock)?",
        "(?:i'?m|i am) (?:back|ready)(?: to (?:go on|continue|resume|go|keep going))?",
        f"let'?s (?:go on|carry on|keep going|resume|continue)(?: with {_INTERVIEW})?",
    ),
    "skip": (
        _ASK + f"(?:skip|pass)(?: on)?(?: over)? {_THIS}",
        f"(?:{_WISH}|can i|could i) (?:like to )?(?:skip|pass)(?: on)?(?: {_THIS})?",
        "(?:skip|pass)",
        _WE + "(?:move on|go on|skip) to the next (?:one|question)",
        "next question",
    ),
    "done": (
        either("that'?s", "that is", "this is", "that would be", "that'?ll be", "(?:that|this) concludes")
        + " " + maybe("about", "basically", "pretty much") + either(
            "my (?:final )?(?:answer|response|recommendation|pitch|solution)(?: for now)?",
            "it(?: from me| for me| from my side| for now| really)?",
            "all(?: i have| i'?ve got| i had| from me| from my side| for now)?",
            "everything(?: i have| from me)?",
        ) + "(?: for (?:that|this)(?: one| question)?)?",
        "(?:i'?m|i am) (?:all )?(?:done|finished)"
        "(?: (?:with|for) (?:that|this|my answer|the answer|my response)(?: one| question)?| here| now)?",
        "i(?:'?ll| will| would|'?d)? (?:stop|end|finish|leave it|pause) (?:it )?(?:there|here|at "
        "that)(?: for now)?",
        "i think that(?:'?s| is) (?:it|all|my answer|everything)(?: from me| for me| i have)?",
        "(?:done|i have nothing (?:else |more )?to add|nothing (?:else|more) (?:to add|from me))",
        "over to you",
    ),
    "end": (
        _ASK + f"(?:end|stop|finish|quit|exit|terminate|wrap up|conclude) {_INTERVIEW}" + _HERE,
        f"{_WISH} (?:end|stop|finish|quit)(?: {_INTERVIEW})?" + _HERE,
        "(?:end|stop) (?:interview|session)",
    ),
}  # fmt: skip

_NUMBERS: Mapping[str, float] = {
    "a couple of": 2, "couple of": 2, "a couple": 2, "a few": 3, "half a": 0.5, "one more": 1, "just a": 1,
    "another": 1, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10,
    "fifteen": 15,    "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90, "some": 1,
}  # fmt: skip
_COUNT = "(?P<count>" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r"|\d{1,3})"
_UNIT = "(?P<unit>minutes?|mins?|seconds?|secs?|moments?|bit|beat|time)"
_MOMENT = (
    maybe("just", "like", "maybe", "about", "around")
    + _COUNT
    + then("more", "quick", "little", "short")
    + f" {_UNIT}"
)
_THOUGHTS = either(
    "think(?: (?:about|on|through|over))?(?: (?:it|that|this))?(?: (?:over|through))?",
    "(?:gather|collect|organi[sz]e|structure) my (?:thoughts|answer|ideas)",
    "(?:write|jot) (?:this|that|it|some things|a few things|some notes|something) down",
    "(?:take|make|write)(?: down)? (?:some|a few|my) (?:notes|points|thoughts)",
    "plan(?: this| my answer)?", "prepare(?: my answer)?",
)  # fmt: skip
_FOR_IT = then("or (?:two|so)", "here", "please", f"to (?:just )?{_THOUGHTS}", "of silence", "first")
_THINK = f"(?:just )?{_THOUGHTS}(?: for {_MOMENT})?(?: first| here)?"
_TO_SELF = (f"let me {_THINK}", f"{_MOMENT}{_FOR_IT}", f"(?:hang|hold) on(?: for)?(?: {_MOMENT})?{_FOR_IT}")
_HOLDS = (
    "(?:(?:can|could|may|would it be (?:okay|ok) if|is it (?:okay|ok) if|do you mind if) (?:i|you) )?"
    + maybe("please", "just", "maybe")
    + f"(?:give me|have|take|get|need|let me (?:have|take)|allow me|grant me) {_MOMENT}{_FOR_IT}",
    f"(?:{_WISH}|i need|let me|i'?m gonna) {maybe('like', 'need', 'just', 'to')}(?:take|have|need)? "
    f"?{_MOMENT}{_FOR_IT}",
    f"bear with me(?: for)?(?: {_MOMENT})?{_FOR_IT}",
    f"(?:i need to|i'?d like to|can i|i have to) {_THINK}",
    f"let me (?:just )?(?:take|have) {_MOMENT}{_FOR_IT}",
)
_PLEASE = re.compile(r"\b(?:please|thanks|thank you|sorry|excuse me|if you)\b")


@cache
def _compiled() -> tuple[tuple[HandsFreeKind, bool, re.Pattern[str]], ...]:
    """(kind, whether it is said to oneself, pattern). Holds first: 'let me take a break to think' is one."""
    rows: list[tuple[HandsFreeKind, bool, str]] = [("give_me_a_minute", True, body) for body in _TO_SELF]
    rows += [("give_me_a_minute", False, body) for body in _HOLDS]
    rows += [(kind, False, body) for kind, bodies in _PHRASES.items() for body in bodies]
    return tuple((kind, to_self, re.compile(f"{_LEAD}(?:{body}){_TAIL}")) for kind, to_self, body in rows)


def _hold_seconds(found: re.Match[str]) -> float:
    groups = found.groupdict()
    count, unit = groups.get("count") or "a", groups.get("unit") or ""
    number = float(count) if count.isdigit() else _NUMBERS[count]
    if unit.startswith("min"):
        return min(LONGEST_HOLD_S, max(SHORT_HOLD_S, number * 60.0))
    if unit.startswith("sec"):
        return min(LONGEST_HOLD_S, max(SHORT_HOLD_S, number))
    return SHORT_HOLD_S


def match(text: str) -> HandsFree | None:
    """The request that `text`, one whole utterance, makes of the program; None for words of an answer."""
    said = plain(text)
    if not said or len(said) > LONGEST_REQUEST:
        return None
    for kind, to_self, pattern in _compiled():
        found = pattern.fullmatch(said)
        if found:
            seconds = _hold_seconds(found) if kind == "give_me_a_minute" else 0.0
            return HandsFree(kind, seconds, to_self and not _PLEASE.search(said))
    return None
