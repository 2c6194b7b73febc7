"""The recogniser's rules that need no model: guards, timing, windows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from voice_interviewer.adapters.whisper_engine import Decoded, Hearing, Piece
from voice_interviewer.adapters.whisper_guards import (
    echoes,
    loops,
    repeated_tail,
    said_to_noise,
    token_cap,
    without_tail,
)
from voice_interviewer.adapters.whisper_reader import decode_guarded
from voice_interviewer.adapters.whisper_speech import STEP, overlap_s, speech_spans, with_voices
from voice_interviewer.adapters.whisper_timing import grow_words, join_punctuation, sounding, trim_words

PROMPT = "Uh, yeah. Um, I mean, it's, uh, it's, um, like this."


@pytest.mark.parametrize(
    ("text", "duration_s", "expected"),
    [
        ("you know, " * 40, 3.0, True),
        ("align, " * 12, 19.0, True),
        ("yeah, yeah, yeah, yeah, okay, what now", 4.0, False),
        ("I'm talking pretty fast here, there's nothing going on", 2.2, False),
        ("so we had a, we had a, we had a long problem", 5.0, False),
        ("the, like, the, like, the, like, the, like, the, like,", 9.0, True),
        ("one two three four five six seven", 0.6, True),
        ("um", 0.2, False),
        ("", 3.0, False),
    ],
)
def test_loops_are_told_from_people_who_repeat_themselves(
    text: str, duration_s: float, expected: bool
) -> None:
    assert loops(text, duration_s) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Um, I mean, it's, uh, it's like that", True),
        ("I mean it's a market for bus drivers", False),
        ("Uh, yeah.", False),
        ("", False),
    ],
)
def test_an_echo_is_the_prompt_in_its_order(text: str, expected: bool) -> None:
    assert echoes(text, PROMPT) is expected


def test_phrases_said_to_noise_are_believed_only_when_likely() -> None:
    assert said_to_noise("Thank you.", -0.9, 0.3)
    assert not said_to_noise("Thank you.", -0.2, 0.1)
    assert said_to_noise("whatever it was", -1.4, 0.8)
    assert said_to_noise("...", -0.1, 0.0)
    assert not said_to_noise("I would start with the users", -0.3, 0.4)


def test_a_looped_tail_shrinks_to_its_first_round() -> None:
    texts = ["so", "we", *["yeah,"] * 30]
    assert repeated_tail(["so", "we", *["yeah"] * 30]) == 30
    assert texts[: without_tail(texts)] == ["so", "we", "yeah,", "yeah,", "yeah,", "yeah,"]
    assert without_tail(["beans", "are", "fun"]) == 3


def test_tokens_are_capped_by_length() -> None:
    assert token_cap(0.5, 224) < 20
    assert token_cap(30.0, 224) == 224


def test_punctuation_gives_its_text_but_not_its_time() -> None:
    pieces = [
        Piece(" Um", 1.0, 1.3, 0.9),
        Piece(",", 1.3, 2.4, 0.8),
        Piece(' "', 2.4, 2.4, 0.5),
        Piece("this", 2.4, 2.6, 0.7),
        Piece(".", 2.6, 2.9, 0.9),
    ]
    assert [(p.text, p.start_s, p.end_s) for p in join_punctuation(pieces)] == [
        ("Um,", 1.0, 1.3),
        ('"this.', 2.4, 2.6),
    ]


def test_words_stretched_over_a_pause_are_cut_back_to_where_they_sound() -> None:
    mask = np.zeros(300, dtype=np.bool_)
    mask[50:80] = mask[200:230] = True
    words = [Piece("users", 0.4, 1.5, 0.9), Piece("first", 1.5, 2.4, 0.9)]
    trimmed = trim_words(words, mask, duration_s=3.0)
    assert [(round(p.start_s, 2), round(p.end_s, 2)) for p in trimmed] == [(0.5, 0.8), (2.0, 2.3)]


def test_words_grow_into_the_sound_that_touches_them_but_never_into_each_other() -> None:
    mask = np.zeros(200, dtype=np.bool_)
    mask[20:90] = mask[120:150] = True
    words = [Piece("so", 0.2, 0.5, 0.9), Piece("well", 0.6, 0.7, 0.9), Piece("now", 1.3, 1.4, 0.9)]
    grown = grow_words(words, mask, duration_s=2.0)
    assert [(round(p.start_s, 2), round(p.end_s, 2)) for p in grown] == [(0.2, 0.6), (0.6, 0.9), (1.2, 1.5)]


def test_the_first_word_grows_back_to_where_its_sound_begins() -> None:
    mask = np.zeros(200, dtype=np.bool_)
    mask[30:100] = True
    (word,) = grow_words([Piece("Alright", 0.5, 0.8, 0.9)], mask, duration_s=2.0)
    assert (round(word.start_s, 2), round(word.end_s, 2)) == (0.3, 1.0)
    (far,) = grow_words([Piece("Alright", 0.95, 1.0, 0.9)], mask, duration_s=2.0)
    assert round(far.start_s, 2) == 0.55, "sound so long before a word is no part of it"


def test_words_come_out_sorted_disjoint_and_inside_the_sound() -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        mask = np.repeat(rng.random(30) > 0.4, 10)
        starts = np.sort(rng.uniform(0, 3.4, 8))
        words = [Piece(f"w{i}", float(s), float(s + rng.uniform(0, 0.8)), 0.5) for i, s in enumerate(starts)]
        result = grow_words(trim_words(words, mask, duration_s=3.0), mask, duration_s=3.0)
        for before, after in pairwise(result):
            assert before.end_s <= after.start_s + 1e-9
        assert all(0 <= p.start_s < p.end_s <= 3.0 + 1e-9 for p in result)


def buzz(seconds: float) -> NDArray[np.float32]:
    """Voiced syllables, four a second, over a little noise."""
    t = np.arange(int(seconds * 16_000)) / 16_000
    tone = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 15)) * (np.mod(t, 0.25) < 0.17)
    noise = np.random.default_rng(3).normal(0, 0.0005, len(t))
    return np.asarray(0.1 * tone + noise, dtype=np.float32)


def test_where_the_detector_is_deaf_a_voice_is_told_by_its_pitch() -> None:
    sound = buzz(4.0)
    steps = -(-len(sound) // STEP)
    told = with_voices(sound, np.full(steps, 0.05, np.float32))
    assert float((told >= 0.5).mean()) > 0.8
    hearing = np.where(np.arange(steps) % 4 < 3, 0.9, 0.1).astype(np.float32)
    assert np.array_equal(with_voices(sound, hearing), hearing), "a detector that hears is believed"
    deaf = np.full(steps, 0.05, np.float32)
    noise = np.random.default_rng(5).normal(0, 0.05, len(sound)).astype(np.float32)
    bursts = (noise * (np.mod(np.arange(len(noise)) / 16_000, 0.5) < 0.2) + noise * 0.01).astype(np.float32)
    for other in (noise, bursts, sound * 0, sound[:8_000]):
        assert np.array_equal(with_voices(other, deaf), deaf), "loud is not voiced"


def test_sound_is_told_from_the_quiet_around_it() -> None:
    rng = np.random.default_rng(1)
    samples = rng.normal(0, 0.001, 32_000).astype(np.float32)
    samples[8_000:16_000] += (0.2 * np.sin(np.arange(8_000) * 0.1)).astype(np.float32)
    mask = sounding(samples, np.ones(63, np.float32))
    assert mask[55:95].all()
    assert not mask[:45].any()
    assert not mask[105:].any()
    assert not sounding(samples, np.zeros(63, np.float32)).any()


def test_speech_spans_bridge_short_gaps_only() -> None:
    chances = np.zeros(100, np.float32)
    chances[10:20] = chances[24:30] = chances[60:70] = 0.9
    step_s = STEP / 16_000
    spans = speech_spans(chances, bridge_s=0.3, offset_s=1.0)
    assert len(spans) == 2
    assert spans[0] == pytest.approx((1.0 + 10 * step_s, 1.0 + 30 * step_s))
    assert spans[1] == pytest.approx((1.0 + 60 * step_s, 1.0 + 70 * step_s))
    assert overlap_s((1.0, 1.5), spans) == pytest.approx(1.5 - (1.0 + 10 * step_s))


# -- a decoding that is not believed -------------------------------------------------------------


class TwoMinds:
    """Says one thing after a long prompt and another after a short one."""

    def __init__(self, misled: Decoded, otherwise: Decoded) -> None:
        self._misled = misled
        self._otherwise = otherwise
        self.asked = 0

    def decode_all(self, hearings: Sequence[Hearing], *, prompt: str, max_tokens: int) -> list[Decoded]:
        return [self._misled for _ in hearings]

    def decode(self, hearing: Hearing, *, prompt: str, max_tokens: int) -> Decoded:
        self.asked += 1
        return self._otherwise


def decoded(text: str, mean_log_probability: float) -> Decoded:
    return Decoded((), text, mean_log_probability, 0.1)


def read_with(misled: Decoded, otherwise: Decoded) -> tuple[str, int]:
    engine = TwoMinds(misled, otherwise)
    hearing = Hearing(None, 1.1)
    ((kept, _),) = decode_guarded(engine, [hearing], "There's the city that.")  # type: ignore[arg-type]
    return kept.text, engine.asked


def test_where_context_misleads_it_is_read_again_without() -> None:
    heard = read_with(decoded("I'm.", -2.3), decoded("Pays for all of it.", -0.4))
    assert heard == ("Pays for all of it.", 1)


def test_what_is_unlikely_either_way_was_noise() -> None:
    assert read_with(decoded("I'm.", -2.3), decoded("Thanks for watching the show.", -0.9)) == ("I'm.", 2)
    assert read_with(decoded("I'm.", -2.3), decoded("Thank you.", -0.65)) == ("I'm.", 2)


def test_what_is_believed_is_read_once() -> None:
    assert read_with(decoded("I'm the one.", -0.3), decoded("Something else.", -0.1)) == ("I'm the one.", 0)
