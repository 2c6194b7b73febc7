"""The lower layers of a small Llama, their forward pass in numpy: what it makes of a text, token by token.

No words are generated. A conversation grows at its end, so the keys and values of what was read before are
kept, and only new tokens cost anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.adapters.gguf_file import GgufFile
from voice_interviewer.core.errors import ModelError

Array = NDArray[np.float32]

CHUNK = 128
"""So many tokens at a time: bounds the memory that attention takes."""
COLUMNS = 384
"""So many columns of a matrix are brought to 32 bits at a time: they stay in the cache of the processor."""


class _Matrix:
    """Shape (inputs, outputs), kept in eight bits: a quarter of the memory, and no slower."""

    def __init__(self, values: Array) -> None:
        self._factors = np.maximum(np.abs(values).max(axis=0) / 127, np.float32(1e-9))
        self._digits = np.ascontiguousarray(np.rint(values / self._factors).astype(np.int8))

    def times(self, rows: Array) -> Array:
        """`rows` (count, inputs) times the matrix."""
        inputs, outputs = self._digits.shape
        result = np.empty((len(rows), outputs), dtype=np.float32)
        buffer = np.empty((inputs, COLUMNS), dtype=np.float32)
        for start in range(0, outputs, COLUMNS):
            part = self._digits[:, start : start + COLUMNS]
            wide = buffer[:, : part.shape[1]]
            np.copyto(wide, part)
            result[:, start : start + COLUMNS] = rows @ wide
        result *= self._factors
        return result


@dataclass(frozen=True, slots=True)
class _Layer:
    """Queries, keys and values are side by side in one matrix, gate and up likewise."""

    before_attention: Array
    attention: _Matrix
    attended: _Matrix
    before_inner: Array
    inner: _Matrix
    outer: _Matrix


class LlamaTrunk:
    """`layers` layers of the model in a GGUF file. Safe to call from one thread at a time."""

    def __init__(self, path: Path, layers: int) -> None:
        try:
            self._file = GgufFile(path)
            notes = self._file.notes
            self._heads = int(notes["llama.attention.head_count"])
            self._shared = int(notes["llama.attention.head_count_kv"])
            self._epsilon = float(notes["llama.attention.layer_norm_rms_epsilon"])
            self.width = int(notes["llama.embedding_length"])
            self._per_head = self.width // self._heads
            self._turn = float(notes["llama.rope.freq_base"]) ** -(
                np.arange(0, self._per_head, 2) / self._per_head
            )
            self._tokenizer = _tokenizer(notes)
            self._layers = [self._layer(f"blk.{number}.") for number in range(layers)]
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"cannot load the language model {path.name}: {error}", hint="voice-interviewer models fetch"
            ) from None
        self.forget()

    def forget(self) -> None:
        """Drop what is kept of what was read, keys and values most of all: 27 kB a token."""
        self._ids: list[int] = []
        self._states = np.zeros((0, self.width), dtype=np.float32)
        empty = np.zeros((self._shared, 0, self._per_head), dtype=np.float32)
        self._kept = [(empty, empty) for _ in self._layers]

    def tokens(self, text: str) -> list[int]:
        """The text's tokens; '<|im_start|>' and '<|im_end|>' are one each."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def read(self, ids: list[int]) -> Array:
        """What the last layer makes of each token: shape (tokens, width), each of root mean square 1."""
        same = 0
        for old, new in zip(self._ids, ids, strict=False):
            if old != new:
                break
            same += 1
        self._kept = [(keys[:, :same], values[:, :same]) for keys, values in self._kept]
        # What breaks off half way leaves only what is whole.
        self._ids, self._states = ids[:same], self._states[:same]
        for start in range(same, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            self._states = np.concatenate([self._states, self._read_chunk(chunk, start)])
            self._ids = ids[: start + len(chunk)]
        return self._states

    def _read_chunk(self, ids: list[int], start: int) -> Array:
        hidden = self._file.rows("token_embd.weight", ids)
        places = np.arange(start, start + len(ids))
        angles = places[:, None] * self._turn
        turn = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        # Nobody sees what comes later.
        hide = np.where(np.arange(start + len(ids)) > places[:, None], np.float32(-1e9), np.float32(0))
        for number, layer in enumerate(self._layers):
            hidden = hidden + self._attend(number, layer, hidden, turn, hide)
            both = layer.inner.times(self._norm(hidden, layer.before_inner))
            gate, up = np.split(both, 2, axis=1)
            hidden = hidden + layer.outer.times(gate / (1 + np.exp(-np.maximum(gate, -80))) * up)
        return self._norm(hidden, np.ones(self.width, dtype=np.float32))

    def _attend(
        self, number: int, layer: _Layer, hidden: Array, turn: tuple[Array, Array], hide: Array
    ) -> Array:
        count, per_head = len(hidden), self._per_head
        mixed = layer.attention.times(self._norm(hidden, layer.before_attention))
        parts = mixed.reshape(count, -1, per_head).transpose(1, 0, 2)
        queries = _turned(parts[: self._heads], turn)
        keys, values = self._kept[number]
        keys = np.concatenate([keys, _turned(parts[self._heads : -self._shared], turn)], axis=1)
        values = np.concatenate([values, parts[-self._shared :]], axis=1)
        self._kept[number] = keys, values
        groups = queries.reshape(self._shared, -1, count, per_head)
        scores = groups @ keys[:, None].transpose(0, 1, 3, 2) / np.float32(np.sqrt(per_head)) + hide
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = (scores @ values[:, None]).reshape(self._heads, count, per_head).transpose(1, 0, 2)
        return layer.attended.times(seen.reshape(count, self.width).astype(np.float32, copy=False))

    def _norm(self, values: Array, weight: Array) -> Array:
        size = np.sqrt((values * values).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        result: Array = values / size * weight
        return result

    def _layer(self, name: str) -> _Layer:
        def matrix(*parts: str) -> _Matrix:
            stacked = np.concatenate([self._file.tensor(f"{name}{part}.weight") for part in parts])
            return _Matrix(stacked.T)

        return _Layer(
            self._file.tensor(f"{name}attn_norm.weight"),
            matrix("attn_q", "attn_k", "attn_v"),
            matrix("attn_output"),
            self._file.tensor(f"{name}ffn_norm.weight"),
            matrix("ffn_gate", "ffn_up"),
            matrix("ffn_down"),
        )


def _turned(values: Array, turn: tuple[Array, Array]) -> Array:
    """Rotary positions, for pairs of neighbours: the order that GGUF keeps these matrices in."""
    cosine, sine = turn
    even, odd = values[..., ::2], values[..., 1::2]
    result = np.empty(values.shape, dtype=np.float32)
    result[..., ::2] = even * cosine - odd * sine
    result[..., 1::2] = even * sine + odd * cosine
    return result


def _tokenizer(notes: dict[str, Any]) -> Any:
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

    vocabulary = {token: number for number, token in enumerate(notes["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ", 1)) for merge in notes["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    # They have moved into the tokenizer; the lists themselves would take another ten megabytes.
    del notes["tokenizer.ggml.tokens"], notes["tokenizer.ggml.merges"]
    by_digits = pre_tokenizers.Digits(individual_digits=True)
    by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([by_digits, by_bytes])
    tokenizer.add_special_tokens([AddedToken(one, special=True) for one in ("<|im_start|>", "<|im_end|>")])
    return tokenizer
