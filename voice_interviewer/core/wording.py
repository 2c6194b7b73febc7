"""What the interviewer says that belongs to no question: greetings, nudges, time checks. And how a wording
is picked.

A pick depends on the seed and a key alone, never on how often it was asked for: what was prepared ahead is
what is
said, and a seed reproduces an interview.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence

MAX_WORDS = 25
"""A prompt is heard once; longer ones are not remembered."""

GREETINGS = (
    "Hi, thanks for joining me today.",
    "Hello, good to meet you.",
    "Hi there, thanks for making the time.",
)
ORIENTATIONS = (
    "We have {duration}. Take your time to think, I will listen.",
    "We have {duration} together. Feel free to think out loud.",
    "There is time for this: {duration}. Pauses are fine.",
)
ACKNOWLEDGEMENTS = ("Okay.", "I see.", "Got it.", "Understood.", "Mm-hm.", "Right.")
HOLDS = ("Take your time.", "Of course, take a moment.", "Sure, go ahead and think.")
HELP = (
    "No rush. Would it help to hear the question again?",
    "Take the time you need. Shall we pick one thread and follow it?",
    "It is fine to think aloud. What is on your mind so far?",
    "Still with you. Which part are you weighing up right now?",
)
PAUSED = ("Paused. Say resume when you are ready.",)
RESUMED = ("Welcome back. Please go on where you were.", "All right, please continue.")
CAME_BACK = ("Welcome back. We were at {phase}.", "Good to have you back. We were at {phase}.")
BEGIN_AGAIN = ("Welcome back. Let us begin with the question.",)
ONE_STEP_GREETINGS = (
    "Hello again. Let us take one step of this once more.",
    "Hi again. We go back to one step only.",
)
SKIPPED = ("Fine, let us leave that one.", "Sure, we can skip it.")
NUDGE_LEADS = (
    "Let us move on for time.",
    "I want to keep us on time.",
    "Let us leave that there.",
    "In the interest of time, let us go on.",
)
LAST_WORDS = (
    "Before we stop: what would you change about your answer, if anything?",
    "One last thing: which part of your answer are you least sure of?",
)
CLOSINGS = (
    "That is all our time. Thank you for talking it through with me. Goodbye.",
    "We have to stop here. Thank you, that gives me a clear picture. Goodbye.",
    "Let us end it there. Thanks for your time today. Goodbye.",
)
NO_CLARIFICATION = (
    "Make an assumption there, and tell me what it is.",
    "Nothing fixed on that; state what you assume and go on.",
    "I have no fact for you on that; assume what seems reasonable.",
)
YOUR_CHOICE = (
    "Take whichever you find more important.",
    "Either is fine; I leave that to you.",
    "You choose, and tell me why.",
)
"""For 'would you like me to go into that, or move on?'"""
NOTHING_FURTHER = (
    "Beyond what I told you nothing is fixed there; assume what seems reasonable.",
    "I have nothing to add on that; make an assumption and go on.",
    "What I said on that is all there is; the rest is for you to assume.",
)
"""For a further question on what a fact was given about."""
NO_FACT = {
    "diagnosis": (
        "Take it that nothing unusual shows there.",
        "That one looks as it always does.",
        "Assume that it is flat, and go on.",
    ),
    "behavioural": (
        "Choose whichever shows it best.",
        "That is up to your story; pick what happened.",
        "Either is fine, as long as it happened to you.",
    ),
}
"""For types of interview in which an assumption would be out of place: facts and stories are not assumed."""
GO_ON = ("Please go on.", "Go ahead.", "I am listening.")
FIXED = (*GREETINGS, *ACKNOWLEDGEMENTS, *HOLDS, *HELP, *RESUMED, *CLOSINGS, *GO_ON)
"""Said in these very words in every session."""

_WORD = re.compile(r"[^\s]*\w[^\s]*")


def word_count(text: str) -> int:
    """Spoken words, hyphenated ones counted once."""
    return len(_WORD.findall(text))


def is_speakable(text: str) -> bool:
    """At most 25 words and at most one question."""
    return bool(text.strip()) and word_count(text) <= MAX_WORDS and text.count("?") <= 1


def pick(seed: int, key: str, options: Sequence[str], avoid: Collection[str] = ()) -> str:
    """One of `options`, by seed and key, preferring those not in `avoid`; ValueError when there are none."""
    if not options:
        raise ValueError(f"no wording for {key}")
    fresh = [option for option in options if option not in avoid] or list(options)
    return fresh[draw(seed, key, len(fresh))]


def draw(seed: int, key: str, sides: int) -> int:
    """A number in [0, sides) that depends on seed and key alone."""
    digest = hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % sides


def spoken_duration(seconds: float) -> str:
    """'about two minutes', 'half a minute': as one says it, never more exact than is useful."""
    if seconds < 20:
        return "a few seconds"
    if seconds < 45:
        return "half a minute"
    minutes = max(1, round(seconds / 60))
    return f"about {_NUMBERS.get(minutes, str(minutes))} minute{'s' if minutes > 1 else ''}"


_NUMBERS = dict(
    enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen".split()
    )
)
