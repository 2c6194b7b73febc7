"""How finished do the words sound? Reads the end of what was said, never its sound.

The recogniser punctuates by guess and closes nearly every fragment with a full stop, so punctuation counts
for little and the last words for much. The order of the rows in `_ROWS` is the order of trial.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from voice_interviewer.core.clauses import lacks_main_clause
from voice_interviewer.core.phrases import either, ending, maybe, plain, then
from voice_interviewer.core.questions import QuestionKind, asks_interviewer, breaks_off, question_kind

Closure = Literal[
    "thinking",  # asks for time to think: holds the floor
    "open",  # a clause or a phrase hangs in the air
    "filler",  # ends in a filler: more is meant to come
    "listing",  # a list was opened and is not through, or the next item was announced
    "announced",  # says what comes next: 'I'd like to start with', 'there are three'
    "trailing",  # 'so', 'but', 'on': a breath before more, or trailing off, or 'what we agreed on'
    "unclear",  # too little to tell
    "complete",  # a sentence is finished
    "closing",  # a sentence that rounds off: 'so that's why', 'overall', 'so yeah'
    "asked",  # a question to the interviewer, who should answer
    "asking",  # perhaps one: 'how do we make money?', some way into an answer
    "wondering",  # a question of the kind that people answer themselves: 'so what happens there?'
    "said_so",  # 'that's my answer'
]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The judgement and the words that led to it."""

    closure: Closure
    why: str


@dataclass(frozen=True, slots=True)
class _Said:
    """The end of a turn, in the forms that the rows look at."""

    raw: str
    """As recognised."""
    plain: str
    """Lower case, no punctuation."""
    words: tuple[str, ...]
    last: str
    """The last sentence, as recognised."""
    sentence: str
    """The last sentence, plain."""
    bare: str
    """The same without 'um', 'so', 'okay' before it."""


_FILLERS = frozenset(
    "um umm uh uhh er erm eh hmm hm mm ah like basically actually literally maybe perhaps".split()
)
_TRAILING = frozenset("so but anyway though however on in at about for with by through over".split())
_NOT_TRAILING_AFTER = frozenset("think hope guess do".split())
"""'I think so' is a sentence."""
_TRAILING_ALONE = frozenset("anyway though over".split())
"""'Anyway.' goes on; 'we shipped it anyway.' does not: in 2,300 written answers none of 3,100 pauses inside a
sentence comes after one of these, and 53 sentences end so."""
_HANGING = frozenset(
    """and or because cause 'cause since although while whereas if unless until when where which who whose
    whether plus also either neither both versus vs than as a an the my your his her its our their
    every very really quite of to from without into onto between among during toward towards via per
    within across behind beyond despite near regarding i we he she they it's i'm we're they're
    you're he's she's i've we've i'd we'd i'll we'll they'd they'll you'd you'll there's what's is
    am are was were be been being will would shall should could may might must gonna wanna isn't
    aren't wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't let's getting
    making going trying having doing using""".split()
)
"""Words after which a speaker of English cannot stop. Not 'it', 'that', 'this', 'you', 'do', 'have':
sentences end in these, more often than a pause in the middle does."""
_LEAD_INS = re.compile(
    "^(?:(?:um+|uh+|er+|okay|ok|so|yeah|well|and|right|alright|all right|now|like|you know|i mean) )+"
)
_TAIL_FILLERS = re.compile(r"(?: (?:um+|uh+|er+|hm+|mm+))+$")


_OPEN_PHRASE = ending(
    *["for example", "for instance", "such as", "as well", "in order", "in terms", "kind of", "sort of"],
    *[
        "so that",
        "and then",
        "but then",
        "based on",
        "depending on",
        "due to",
        "in addition",
        "i think",
        "i guess",
        "i mean",
        "you know",
    ],
    *["i would say", "i'd say", "the thing is", "the idea is", "the reason", "let's say", "looking at"],
    *["thinking about", "on the other hand", "in this case", "at the same time", "the question is", "i feel"],
)
_NEXT_ITEM = ending(
    *["first", "firstly", "second", "secondly", "third", "thirdly", "next", "then", "finally", "lastly"],
    *["number one", "number two", "number three", "one is", "another(?: one)?(?: is)?", "first of all"],
    *["to start with", "to begin with"],
    "the (?:first|second|third|next|last|other) (?:one|thing|part|step|segment) is",
)
_MOMENT = (
    "(?:a|one|two|some|thirty|just a)(?: (?:couple of|few|little|quick|short))? (?:moment|"
    "minute|second|sec|time)s?"
)
_THINKING = ending(
    *[r"let me (?:just )?(?:think|see|gather|consider|pause|jot|collect|structure|organi[sz]e)\b.{0,50}"],
    *[f"(?:let me (?:just )?take|give me|i need|(?:can|could|may) i (?:have|take|get)) {_MOMENT}.{{0,40}}"],
    *["let's see", "let me write (?:this|that|it|something) down", "bear with me"],
    *[
        "(?:hold|hang) on(?: (?:a|one) (?:second|moment|sec|minute))?",
        "(?:one|just a) (?:second|moment|sec|minute)",
    ],
    *["i(?:'m| am) (?:just )?thinking(?: about (?:this|that|it))?", "i need to think\\b.{0,30}"],
    *["how (?:do|should|would|can) i (?:put|say|phrase) (?:this|that|it)", "what else", "where was i"],
    *["what was i (?:saying|going to say)", "(?:that's a |a )?(?:good|great|interesting|tough) question"],
)
_SAID_SO = ending(
    "that(?:'s| is| would be|'d be) " + maybe("about", "basically", "pretty much", "really") + either(
        "(?:my|the) (?:final |whole )?(?:answer|recommendation|approach|response|pitch|take|proposal|"
        "summary)",
        "it", "all", "everything",
    ) + then("(?:from|for) (?:me|my side|now|this one)", "i have", "i(?:'ve)? got", "i had", "yeah"),
    "i(?:'m| am) (?:all )?(?:done|finished)(?: here| now| with (?:that|this|my answer))?",
    "i(?:'ll| will| would|'d)? (?:stop|pause|leave it|end) (?:there|here|at that)(?: for now)?",
    *["over to you", "i(?:'ll| will) hand (?:it )?back to you"],
    "that(?:'s| is| would be) (?:what|how|where) i(?:'d| would) (?:do|approach|go|start|handle|suggest)"
    + then("about it", "it", "with", "this", "that"),
    "i hope that (?:answers|answered)(?: (?:the|your) question| it)?",
    "i(?:'m| am) happy to (?:go deeper|elaborate)\\b.{0,40}",
    "(?:let me know|tell me) if\\b.{0,60}",
)  # fmt: skip
_CLOSING_TAIL = ending(
    *["so yeah", "yeah", "and so on", "and so forth", "et cetera", "or something like that", "or whatever"],
    *[
        "things like that",
        "stuff like that",
        "and that kind of thing",
        "so that's that",
        "if that makes sense",
    ],
)
_CLOSING_START = re.compile(
    maybe("um+", "uh+", "yeah", "okay", "and", "so") + either(
        *["overall", "in summary", "to summari[sz]e"],
        *["to sum up", "in conclusion", "to conclude", "in the end"],
        *["at the end of the day", "to recap", "all in all", "ultimately", "in short", "long story short"],
        "(?:so |and )that(?:'s| is| was) (?:why|how|what|where|the|my|basically|really|kind|sort|"
        "pretty|it|all)",
        "those (?:are|were|would be) (?:the|my)",
        "(?:so |and )(?:my|the) (?:recommendation|conclusion|answer|bottom line)",
        *["given all (?:of )?(?:that|this)", "the lesson", "what i learned", "(?:so |and )i learned"],
        r"i(?:'d| would) (?:therefore )?(?:recommend|go with|choose|pick)\b",
    )
)  # fmt: skip
_ANNOUNCED = re.compile(
    either(
        either("i(?:'d| would) (?:like|love|want) "
        "to", "i(?:'ll| will)", "i want to", "let me", "let's", "we(?:'ll| will)",
               "i(?:'m| am) (?:going to|gonna)")
        + " " + maybe("just", "first", "maybe", "also", "quickly", "briefly")
        + r"(?:start|begin|talk|walk|go (?:through|over|into)|think about|look at|cover|structure|break|list"
        r"|define|lay out|dive|jump|move on|turn to|explain|clarify|describe|give you|tell you)\b.{0,90}",
        either("there are", "there're", "we have", "i(?:'ve| have) got", "i see", "i have", "i can think of",
               "i(?: would|'d) (?:consider|look at)")
        + " " + maybe("basically", "really", "about", "maybe", "like")
        + r"(?:two|three|four|five|six|a few|a couple|several|many|some|multiple)\b.{0,60}",
        r"(?:first|firstly|first of all|to start|to begin|number one|one)\b.{0,90}",
        r"(?:before|for that|in order to do that|to do that)\b.{0,60}",
        r"here(?:'s| is) (?:how|what|my)\b.{0,60}",
        r"(?:a|one) (?:few|couple of) (?:things|questions|assumptions|thoughts)\b.{0,40}",
    )
    + "$"
)  # fmt: skip


def _row_said_so(said: _Said) -> str:
    return "says so" if _SAID_SO.search(_TAIL_FILLERS.sub("", said.plain)) else ""


def _row_thinking(said: _Said) -> str:
    return "asks for time" if _THINKING.search(_TAIL_FILLERS.sub("", said.plain)) else ""


def _row_filler(said: _Said) -> str:
    return f"filler '{said.words[-1]}'" if said.words[-1] in _FILLERS else ""


def _row_trailing(said: _Said) -> str:
    if said.words[-1] not in _TRAILING or not _NOT_TRAILING_AFTER.isdisjoint(said.words[-2:-1]):
        return ""
    sentence = said.raw.endswith(".") and len(said.bare.split()) > 2
    if sentence and said.words[-1] in _TRAILING_ALONE:
        return ""
    return f"trails off on '{said.words[-1]}'"


def _row_next_item(said: _Said) -> str:
    # 'First.' opens a list; 'I'd talk to ten people first.' does not.
    opens = not said.raw.endswith(".") or len(said.bare.split()) <= 2
    return "announces an item" if opens and _NEXT_ITEM.search(said.plain) else ""


def _row_begun_question(said: _Said) -> str:
    question = said.raw.endswith("?") or asks_interviewer(said.sentence)
    return "question breaks off" if question and breaks_off(said.bare) else ""


def _row_asked(said: _Said) -> str:
    return "asks the interviewer" if asks_interviewer(said.sentence) else ""


def _row_breaks_off(said: _Said) -> str:
    return "breaks off" if said.raw.endswith(("...", "\u2026", "-", "\u2014")) else ""


def _row_open(said: _Said) -> str:
    hangs = said.words[-1] in _HANGING or _OPEN_PHRASE.search(said.plain)
    return f"hangs on '{said.words[-1]}'" if hangs else ""


def _row_clause(said: _Said) -> str:
    clause = not said.raw.endswith("?") and lacks_main_clause(said.last, said.bare)
    return "lacks its main clause" if clause else ""


def _row_question(kind: QuestionKind, why: str) -> Callable[[_Said], str]:
    def row(said: _Said) -> str:
        before = len(said.words) - len(said.sentence.split())
        marked = said.raw.endswith("?") and len(said.words) >= 3
        return why if marked and question_kind(said.bare, before) == kind else ""

    return row


def _row_closing(said: _Said) -> str:
    # 'Yeah.' on its own only answers, and what ends on a comma goes on.
    tail = len(said.words) >= 4 and _CLOSING_TAIL.search(said.plain)
    closes = _CLOSING_START.match(said.sentence) or tail
    return "rounds off" if closes and not said.raw.endswith(",") else ""


def _row_announced(said: _Said) -> str:
    return "says what comes next" if _ANNOUNCED.match(said.bare) else ""


def _row_comma(said: _Said) -> str:
    return "ends on a comma" if said.raw.endswith(",") else ""


def _row_complete(said: _Said) -> str:
    return "sentence ends" if said.raw.endswith((".", "!", "?")) and len(said.words) >= 3 else ""


_ROWS: tuple[tuple[Closure, Callable[[_Said], str]], ...] = (
    ("said_so", _row_said_so),
    ("thinking", _row_thinking),
    ("open", _row_breaks_off),
    ("filler", _row_filler),
    ("trailing", _row_trailing),
    ("listing", _row_next_item),
    ("trailing", _row_begun_question),
    ("asked", _row_asked),
    ("open", _row_open),
    ("open", _row_clause),
    ("asked", _row_question("asked", "question mark")),
    ("asking", _row_question("asking", "perhaps a question")),
    ("wondering", _row_question("wondering", "wonders")),
    ("closing", _row_closing),
    ("announced", _row_announced),
    ("listing", _row_comma),
    ("complete", _row_complete),
)


_MID_SENTENCE: frozenset[Closure] = frozenset({"open", "filler", "trailing", "listing"})


def stitched(fragments: Sequence[str]) -> str:
    """What was said with pauses in between, as one text: the recogniser closes each fragment with a full stop
    and begins the next with a capital letter, also where the sentence goes on.
    """
    text = ""
    for fragment in filter(None, (part.strip() for part in fragments)):
        if text and judge(text).closure in _MID_SENTENCE:
            goes_on = fragment if fragment.startswith(("I ", "I'")) else fragment[0].lower() + fragment[1:]
            text = f"{text.rstrip(' .?!,;')} {goes_on}"
        else:
            text = f"{text} {fragment}".strip()
    return text


@lru_cache(maxsize=64)
def judge(text: str) -> Completeness:
    """Judge the end of `text`: the candidate's turn so far, or its last forty words."""
    raw = text.strip()[-300:]
    words = tuple(plain(raw).split())
    if not words:
        return Completeness("unclear", "no words")
    last = re.split(r"(?<=[.!?])\s+(?=\S)", raw)[-1]
    sentence = plain(last)
    bare = _LEAD_INS.sub("", f"{sentence} ").strip()
    said = _Said(raw, " ".join(words), words, last, sentence, bare)
    for closure, row in _ROWS:
        why = row(said)
        if why:
            return Completeness(closure, why)
    return Completeness("unclear", "no sign")
