"""How finished do the words sound? Reads the end of what was said, never its sound.

The recogniser punctuates by guess and swallows fillers, so punctuation counts for little and the last
words for much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Closure = Literal[
    "thinking",  # asks for time to think: holds the floor
    "open",  # a clause, a list or a filler hangs in the air
    "unclear",  # could go either way
    "complete",  # a sentence is finished
    "asked",  # a question to the interviewer, who should answer
    "said_so",  # 'that's my answer'
]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The judgement and the words that led to it."""

    closure: Closure
    why: str


_FILLERS = frozenset(
    "um umm uh uhh er erm eh ah hmm hm mm mhm like basically actually literally maybe perhaps".split()
)
_OPENERS = frozenset(
    """and or but so because cause 'cause since although though while whereas if unless until when where which
    who whom whose that than as whether plus then also either neither both nor versus vs i.e e.g""".split()
)
_DETERMINERS = frozenset(
    """a an the my your his her its our their this these those every each any some no another such what which
    whose several many few most more very really quite too pretty""".split()
)
_PREPOSITIONS = frozenset(
    """of to in on at by for from with without into onto about between among through during before after above
    below under over against toward towards via per within across behind beyond despite except like near
    regarding upon around""".split()
)
_PRONOUNS = frozenset("i we he she they it's i'm we're they're you're he's she's i've we've i'd we'd i'll we'll they'd".split())
_AUXILIARIES = frozenset(
    """is am are was were be been being have has had having do does did will would shall should can could may
    might must gonna wanna isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't couldn't
    shouldn't let's let get getting make making going trying want wants need needs use using""".split()
)
_OPEN_PHRASES = re.compile(
    r"(?:for example|for instance|such as|as well as|in order to|in terms of|kind of|sort of|based on|depending on"
    r"|first of all|on the other hand|one is|one of|the first one|firstly|secondly|thirdly|the second one|due to"
    r"|in addition|i think|i guess|i mean|you know|i would say|i'd say|the thing is|the idea is|which is|which means"
    r"|so that|the next thing|the reason|let's say|let's see|next|number one|number two|number three|there's|there is"
    r"|there are|would be|looking at|thinking about)$"
)
_THINKING = re.compile(
    r"(?:let me (?:just )?(?:think|see|take|gather|consider|pause|write|jot|collect|structure)\b.{0,40}"
    r"|give me (?:just )?(?:a|one|two|some|thirty)\b.{0,30}|(?:hold|hang) on|bear with me|one (?:second|moment|sec)"
    r"|just a (?:second|moment|sec|minute)|i(?:'m| am) (?:just )?thinking|i need (?:a (?:moment|minute|second)|to think)"
    r"|how (?:do|should|would|can) i (?:put|say|phrase) (?:this|that|it)|what else|what was i (?:saying|going to say)"
    r"|where was i|good question|great question|interesting question)$"
)
_SAID_SO = re.compile(
    r"(?:that(?:'s| is| would be|'d be) (?:my (?:answer|recommendation|approach|response|pitch|take)|it|all)"
    r"(?: from (?:me|my side)| for me| i have| i(?:'ve)? got| i had)?|i(?:'m| am) (?:done|finished)"
    r"|i(?:'ll| will) (?:stop|pause|leave it) (?:there|here|at that)|over to you"
    r"|so (?:yeah|yes),? that(?:'s| is) (?:it|what i(?:'d| would) do)"
    r"|that(?:'s| is) (?:what|how) i(?:'d| would) (?:do|approach|go)(?: it| about it| with)?)$"
)
_ASKED = re.compile(
    r"(?:does (?:that|this|it) (?:make sense|sound (?:good|right|okay|reasonable|fair))|(?:is|would) (?:that|this|it)"
    r" (?:be )?(?:okay|ok|right|fair|fine|correct|reasonable|good|make sense|all right|alright)"
    r"|sound(?:s)? (?:good|okay|fair|right)|any (?:questions|thoughts|feedback|preference|concerns)(?: .{0,40})?"
    r"|what do you think|(?:shall|should|can|may|could) i (?:go on|go ahead|continue|move on|proceed|assume|start|ask"
    r"|take|focus)\b.{0,60}|do you (?:want|have|agree|think|mind|know|mean)\b.{0,80}|are you okay with .{0,40}"
    r"|(?:could|can|would|will) you (?:tell|give|clarify|share|explain|repeat|say|be)\b.{0,80}"
    r"|is there (?:a|an|any|anything)\b.{0,80})$"
)
_TAIL_FILLER = re.compile(r"(?:[\s,.]|\b(?:um+|uh+|er+|hm+|mm+)\b)+$")


def _plain(text: str) -> str:
    text = text.lower().replace("\u2019", "'")
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text.replace("-", " ")).split())


def judge(text: str) -> Completeness:
    """Judge the end of `text`: the candidate's turn so far, or its last thirty words."""
    tail = text.strip()[-240:]
    said = _plain(tail)
    if not said:
        return Completeness("unclear", "no words")
    words = said.split()
    last = words[-1]
    bare = _plain(_TAIL_FILLER.sub("", tail.lower()))
    if _SAID_SO.search(said):
        return Completeness("said_so", "says so")
    if _THINKING.search(bare):
        return Completeness("thinking", "asks for time")
    if tail.endswith(("...", "\u2026", "-", "\u2014")):
        return Completeness("open", "breaks off")
    if last in _FILLERS:
        return Completeness("open", f"filler: {last}")
    if _ASKED.search(said) and (tail.endswith("?") or len(words) > 3):
        return Completeness("asked", "asks the interviewer")
    if last in _OPENERS or last in _DETERMINERS or last in _PREPOSITIONS:
        return Completeness("open", f"hangs on: {last}")
    if last in _PRONOUNS or last in _AUXILIARIES or _OPEN_PHRASES.search(said):
        return Completeness("open", f"hangs on: {last}")
    if tail.endswith(","):
        return Completeness("open", "comma")
    if tail.endswith("?"):
        return Completeness("asked", "question mark")
    if tail.endswith((".", "!")) and len(words) >= 3:
        return Completeness("complete", "sentence ends")
    return Completeness("unclear", "no sign")
