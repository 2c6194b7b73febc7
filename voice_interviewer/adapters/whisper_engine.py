"""Whisper's parts behind four calls: hear (encode), decode, align, words. CTranslate2 does the arithmetic.

Kept apart from the policy in `whisper.py` so that one encoding can serve several questions: the text with one
prompt or another, the timing of the words, and how well another wording would have fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.errors import ModelError
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples

WINDOW_S = 30.0
"""What Whisper's encoder was trained on; shorter sound is padded with silence."""
MEL_FRAMES_PER_S = 100
ALIGN_FRAMES_PER_S = 50
MAX_NEW_TOKENS = 224
NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Hearing:
    """An encoded window: what the decoder listens to."""

    encoded: Any
    duration_s: float
    """Of the sound itself, padding not counted."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoding of a window."""

    token_ids: tuple[int, ...]
    text: str
    mean_log_probability: float
    no_speech_probability: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or a punctuation mark with its place in the window."""

    text: str
    start_s: float
    end_s: float
    probability: float
    aligned_s: float = 0.0
    """How long the recogniser itself takes a word to be, its edges not moved; 0 for what it made up."""


class WhisperEngine:
    """A loaded model. Not safe for use by two threads at once."""

    def __init__(self, model_folder: Path, *, threads: int = 2, compute_type: str = "int8") -> None:
        """Load the weights (about a second). Raises ModelError."""
        missing = [name for name in NEEDED_FILES if not (model_folder / name).is_file()]
        if missing:
            raise ModelError(
                f"the speech recogniser in {model_folder} lacks {', '.join(missing)}",
                hint="run 'voice-interviewer models fetch'",
            )
        # Imported here: it costs half a second that no other command should pay.
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        try:
            self._model = WhisperModel(
                str(model_folder),
                device="cpu",
                compute_type=compute_type,
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"the speech recogniser in {model_folder} cannot be loaded: {_first_line(error)}",
                hint="run 'voice-interviewer models verify'",
            ) from error
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="en")
        self._suppressed: list[int] = list(get_suppressed_tokens(self._tokenizer, [-1]))

    def hear(self, samples: Samples, *, window_s: float = WINDOW_S) -> Hearing:
        """Encode at most `window_s` seconds. A window under 30 s is faster and a little less accurate."""
        from ctranslate2 import StorageView

        frames = round(window_s * MEL_FRAMES_PER_S)
        samples = samples[: int(window_s * SAMPLE_RATE_HZ)]
        mel = self._model.feature_extractor(samples)[:, :frames]
        mel = np.pad(mel, ((0, 0), (0, frames - mel.shape[1]))).astype(np.float32)
        view = StorageView.from_array(np.ascontiguousarray(mel[None]))
        try:
            encoded = self._model.model.encode(view)
        except RuntimeError as error:
            raise ModelError(f"the speech recogniser failed: {_first_line(error)}") from error
        return Hearing(encoded, len(samples) / SAMPLE_RATE_HZ)

    def decode(
        self, hearing: Hearing, *, prompt: str = "", max_tokens: int = MAX_NEW_TOKENS, wary: bool = False
    ) -> Decoded:
        """Greedy text of a window, led by `prompt`; `wary` forbids repeating four tokens in a row."""
        return self.decode_all([hearing], prompt=prompt, max_tokens=max_tokens, wary=wary)[0]

    def decode_all(
        self,
        hearings: Sequence[Hearing],
        *,
        prompt: str = "",
        max_tokens: int = MAX_NEW_TOKENS,
        wary: bool = False,
    ) -> list[Decoded]:
        """Texts of several windows of one length at once: four cost less than two one by one."""
        start = self._start(prompt)
        try:
            results = self._model.model.generate(
                _stacked(hearings),
                [start] * len(hearings),
                beam_size=1,
                max_length=min(448, len(start) + max_tokens),
                return_scores=True,
                return_no_speech_prob=True,
                suppress_tokens=self._suppressed,
                no_repeat_ngram_size=4 if wary else 0,
            )
        except RuntimeError as error:
            raise ModelError(f"the speech recogniser failed: {_first_line(error)}") from error
        return [
            Decoded(
                ids := tuple(result.sequences_ids[0]),
                self._tokenizer.decode(list(ids)).strip(),
                float(result.scores[0]),
                float(result.no_speech_prob),
            )
            for result in results
        ]

    def align(self, hearing: Hearing, token_ids: Sequence[int], *, prompt: str = "") -> list[Piece]:
        """Words and punctuation marks of a decoding with their times, in order."""
        return self.align_all([hearing], [token_ids], prompt=prompt)[0]

    def align_all(
        self, hearings: Sequence[Hearing], token_ids: Sequence[Sequence[int]], *, prompt: str = ""
    ) -> list[list[Piece]]:
        """`align` for several windows of the same window length at once."""
        said = [index for index, ids in enumerate(token_ids) if ids and hearings[index].duration_s > 0]
        pieces: list[list[Piece]] = [[] for _ in hearings]
        if not said:
            return pieces
        start = self._start(prompt)[:-1]
        try:
            results = self._model.model.align(
                _stacked([hearings[index] for index in said]),
                start,
                [list(token_ids[index]) for index in said],
                [max(2, int(hearings[index].duration_s * MEL_FRAMES_PER_S)) for index in said],
            )
        except RuntimeError as error:
            raise ModelError(f"the speech recogniser failed: {_first_line(error)}") from error
        for index, result in zip(said, results, strict=True):
            pieces[index] = self._pieces(result, list(token_ids[index]), hearings[index].duration_s)
        return pieces

    def _pieces(self, result: Any, ids: list[int], duration_s: float) -> list[Piece]:
        texts, tokens = self._tokenizer.split_to_word_tokens([*ids, self._tokenizer.eot])
        bounds = np.concatenate([[0], np.cumsum([len(word) for word in tokens[:-1]])]).astype(int)
        jumps_s = _jump_times_s(np.asarray(result.alignments), int(bounds[-1]), duration_s)
        chances = np.asarray(result.text_token_probs, dtype=np.float64)
        return [
            Piece(
                text=texts[i],
                start_s=float(jumps_s[bounds[i]]),
                end_s=float(jumps_s[bounds[i + 1]]),
                probability=float(chances[bounds[i] : bounds[i + 1]].mean()),
            )
            for i in range(len(tokens) - 1)
        ]

    def _start(self, prompt: str) -> list[int]:
        lead: list[int] = []
        if prompt:
            lead = [self._tokenizer.sot_prev, *self._tokenizer.encode(" " + prompt.strip())[-200:]]
        return [*lead, *self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]


def _stacked(hearings: Sequence[Hearing]) -> Any:
    if len(hearings) == 1:
        return hearings[0].encoded
    from ctranslate2 import StorageView

    encoded = np.concatenate([np.array(hearing.encoded) for hearing in hearings])
    return StorageView.from_array(np.ascontiguousarray(encoded))


def _jump_times_s(pairs: NDArray[np.int64], tokens: int, duration_s: float) -> NDArray[np.float64]:
    """Second at which each token begins, and the end of the last: `tokens + 1` values."""
    if pairs.size == 0:
        return np.zeros(tokens + 1)
    first = np.concatenate([[True], np.diff(pairs[:, 0]) > 0])
    times = np.asarray(pairs[first, 1] / ALIGN_FRAMES_PER_S, dtype=np.float64)
    if len(times) < tokens + 1:
        times = np.concatenate([times, np.full(tokens + 1 - len(times), duration_s)])
    clipped: NDArray[np.float64] = np.minimum(times, duration_s)
    return clipped


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
