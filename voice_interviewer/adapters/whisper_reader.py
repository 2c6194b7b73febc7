"""One pass over windows of sound: texts that passed the guards, with every word where its voice is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voice_interviewer.adapters.whisper_engine import MAX_NEW_TOKENS, Decoded, Hearing, Piece, WhisperEngine
from voice_interviewer.adapters.whisper_guards import echoes, loops, said_to_noise, token_cap, without_tail
from voice_interviewer.adapters.whisper_speech import READABLE_DB, Loudness, holds_speech
from voice_interviewer.adapters.whisper_timing import grow_words, join_punctuation, sounding, trim_words
from voice_interviewer.adapters.whisper_windows import WINDOW_S, Window

DISFLUENT_PROMPT = "Uh, yeah. Um, I mean, it's, uh, it's, um, like this."
"""Disfluent as the speech it is to keep. It ends in a full stop: one that breaks off invites the recogniser
to go on with it, and one that ends in "you know" makes it leave out the speaker's own."""
OTHER_PROMPT = "Um, so I, uh, I think, um, that's it, you know. Hmm, uh, okay."
"""For windows that the first one sends into a loop."""
LIKELY_MEAN_LOG_PROBABILITY = -0.7
"""Of a decoding that may take the place of one that is not believed."""
BELIEVED_WORD = 0.12
"""Mean probability of a text's words below which it was said to noise."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word in a window, in session time."""

    text: str
    start_s: float
    end_s: float
    probability: float
    aligned_s: float
    """How long the recogniser itself takes it to be, before trimming; about 0 for what it made up."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass heard in one window."""

    window: Window
    words: tuple[HeardWord, ...]
    led: bool = True
    """False when only a decoding without a prompt passed the guards: then fillers will be missing."""


def read(engine: WhisperEngine, windows: Sequence[Window], context: str = "") -> list[Reading]:
    """Read windows in one batch. `context` is text that helps, such as a product's name."""
    spoken = [window for window in windows if holds_speech(window.chances)]
    if not spoken:
        return [Reading(window, ()) for window in windows]
    hearings = [
        engine.hear(Loudness().raised(window.samples, READABLE_DB), window_s=WINDOW_S) for window in spoken
    ]
    prompt = f"{context.strip()} {DISFLUENT_PROMPT}".strip()
    decodings = decode_guarded(engine, hearings, prompt)
    pieces: dict[int, list[Piece]] = {}
    for lead in {led_by for _, led_by in decodings}:
        mine = [index for index, (_, led_by) in enumerate(decodings) if led_by == lead]
        aligned = engine.align_all(
            [hearings[index] for index in mine],
            [decodings[index][0].token_ids for index in mine],
            prompt=lead,
        )
        pieces.update(zip(mine, aligned, strict=True))
    found = {
        id(window): Reading(
            window,
            _words(window, believed(join_punctuation(pieces[index]), decodings[index][0])),
            led=decodings[index][1] != "",
        )
        for index, window in enumerate(spoken)
    }
    return [found.get(id(window), Reading(window, ())) for window in windows]


def decode_guarded(
    engine: WhisperEngine, hearings: Sequence[Hearing], prompt: str
) -> list[tuple[Decoded, str]]:
    """For each window the first decoding that passes the guards, and the prompt that led it.

    In order: with the prompt; where that loops or recites with another, without, and with repetition
    forbidden; where it gives what is said to noise, with other prompts, if one of them hears likely words.
    """
    cap = max(token_cap(hearing.duration_s, MAX_NEW_TOKENS) for hearing in hearings)
    first = engine.decode_all(hearings, prompt=prompt, max_tokens=cap)
    return [
        _settled(engine, hearing, decoded, prompt) for decoded, hearing in zip(first, hearings, strict=True)
    ]


def _settled(engine: WhisperEngine, hearing: Hearing, decoded: Decoded, prompt: str) -> tuple[Decoded, str]:
    if not _sound(decoded, hearing, prompt):
        return _by_another(engine, hearing, (OTHER_PROMPT, "")) or _wary(engine, hearing)
    if _refused(decoded):
        # Context can mislead: after "there's the city that" a clear "pays for all of it" was read as "I'm".
        others = [other for other in (DISFLUENT_PROMPT, OTHER_PROMPT) if other != prompt]
        return _by_another(engine, hearing, others, _likely) or (decoded, prompt)
    return decoded, prompt


def _by_another(
    engine: WhisperEngine,
    hearing: Hearing,
    prompts: Sequence[str],
    wanted: Callable[[Decoded], bool] = lambda _decoded: True,
) -> tuple[Decoded, str] | None:
    """The first of these prompts that gives a decoding as wanted that neither loops nor recites."""
    cap = token_cap(hearing.duration_s, MAX_NEW_TOKENS)
    for prompt in prompts:
        decoded = engine.decode(hearing, prompt=prompt, max_tokens=cap)
        if _sound(decoded, hearing, prompt) and wanted(decoded):
            return decoded, prompt
    return None


def _wary(engine: WhisperEngine, hearing: Hearing) -> tuple[Decoded, str]:
    cap = token_cap(hearing.duration_s, MAX_NEW_TOKENS)
    return engine.decode(hearing, max_tokens=cap, wary=True), ""


def _sound(decoded: Decoded, hearing: Hearing, prompt: str) -> bool:
    return not loops(decoded.text, hearing.duration_s) and not echoes(decoded.text, prompt)


def _refused(decoded: Decoded) -> bool:
    return said_to_noise(decoded.text, decoded.mean_log_probability, decoded.no_speech_probability)


def _likely(decoded: Decoded) -> bool:
    return not _refused(decoded) and decoded.mean_log_probability > LIKELY_MEAN_LOG_PROBABILITY


def believed(pieces: Sequence[Piece], decoded: Decoded) -> list[Piece]:
    """The pieces, without a looped tail; none at all when the text is one that is said to noise."""
    if not pieces or _refused(decoded):
        return []
    kept = list(pieces)[: without_tail([piece.text for piece in pieces])]
    mean = sum(piece.probability for piece in kept) / len(kept)
    return kept if mean >= BELIEVED_WORD else []


def _words(window: Window, pieces: Sequence[Piece]) -> tuple[HeardWord, ...]:
    if not pieces:
        return ()
    mask = sounding(window.samples, window.chances)
    duration_s = window.end_s - window.start_s
    placed = grow_words(trim_words(pieces, mask, duration_s=duration_s), mask, duration_s=duration_s)
    return tuple(
        HeardWord(
            text=piece.text,
            start_s=round(window.start_s + piece.start_s, 3),
            end_s=round(window.start_s + piece.end_s, 3),
            probability=round(piece.probability, 3),
            aligned_s=round(piece.aligned_s, 3),
        )
        for piece in placed
    )
