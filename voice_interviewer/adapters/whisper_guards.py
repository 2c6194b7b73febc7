"""What a recogniser may be believed: loops, echoes of its own prompt, and phrases it says to noise.

Pure functions over text, so that each rule can be tested with a line of what Whisper really said.
"""

from __future__ import annotations

import re
import zlib

FASTEST_WORDS_PER_S = 6.0
"""Sustained over a whole window, nobody speaks faster; loops do."""
MOST_COMPRESSIBLE = 2.4
"""Whisper's own bound: text that zlib packs tighter than this repeats itself."""
SHORTEST_ECHO_WORDS = 5
"""So many words of the prompt in its order are an echo, not a coincidence."""
TOKENS_PER_S = 9.0
SPARE_TOKENS = 12
UNLIKELY_MEAN_LOG_PROBABILITY = -1.0
"""Whisper's own bound below which a decoding counts as failed."""

_WORD = re.compile(r"[\w']+")
_SAID_TO_NOISE = {
    "i'm sorry", "thank you", "thank you very much", "thanks for watching", "thank you for watching",
    "please subscribe", "you", "bye", "bye bye", "i'm going to", "i'm", "so", "oh", "the", "uh yeah",
}  # fmt: skip
"""Whole texts Whisper gives for silence, clicks and hiss; believed only when likely."""


def bare_words(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return _WORD.findall(text.lower())


def token_cap(duration_s: float, limit: int) -> int:
    """How many tokens `duration_s` of fast speech can hold, so that a loop ends soon."""
    return max(SPARE_TOKENS, min(limit, int(duration_s * TOKENS_PER_S) + SPARE_TOKENS))


def loops(text: str, duration_s: float) -> bool:
    """True when the text repeats itself or holds more words than can be said in `duration_s`."""
    words = bare_words(text)
    if len(words) > 4 and len(words) / max(duration_s, 0.5) > FASTEST_WORDS_PER_S:
        return True
    if repeated_tail(words) > 0:
        return True
    packed = text.encode()
    return len(packed) > 0 and len(packed) / len(zlib.compress(packed)) > MOST_COMPRESSIBLE


def repeated_tail(words: list[str]) -> int:
    """Words of the final run in which one word recurs six times, or up to four words four times; else 0."""
    for period, least in ((1, 6), (2, 5), (3, 4), (4, 4)):
        run = period
        while run < len(words) and words[-run - 1] == words[-run - 1 + period]:
            run += 1
        if run >= period * least:
            return run
    return 0


def echoes(text: str, prompt: str) -> bool:
    """True when the text recites the prompt it was given instead of what was said."""
    said, given = bare_words(text), bare_words(prompt)
    if not said or not given:
        return False
    size = min(SHORTEST_ECHO_WORDS, len(given))
    grams = {tuple(given[i : i + size]) for i in range(len(given) - size + 1)}
    return any(tuple(said[i : i + size]) in grams for i in range(len(said) - size + 1))


def said_to_noise(text: str, mean_log_probability: float, no_speech_probability: float) -> bool:
    """True when a whole text is one that Whisper gives for no speech, and nothing says otherwise."""
    if no_speech_probability > 0.6 and mean_log_probability < UNLIKELY_MEAN_LOG_PROBABILITY:
        return True
    phrase = " ".join(bare_words(text))
    return not phrase or (phrase in _SAID_TO_NOISE and mean_log_probability < -0.6)


def without_tail(texts: list[str]) -> int:
    """How many of these words to keep: a looped tail shrinks to its first round."""
    words = [" ".join(bare_words(text)) for text in texts]
    run = repeated_tail(words)
    return len(words) - run + min(run, 4) if run else len(words)
