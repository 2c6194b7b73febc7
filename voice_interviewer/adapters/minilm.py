"""Sentence embeddings by MiniLM-L6, its forward pass in numpy: 384 numbers for up to 256 tokens.

A deep-learning framework would be a hundred times the size of the weights it runs here, and six layers
of BERT are forty lines.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.errors import ModelError

Array = NDArray[np.float32]

MAX_TOKENS = 256
DIMENSIONS = 384
REMEMBERED = 64
"""Several heads look at the same sentences one after the other: each is read once. 100 kB."""
_LAYER_NORM_EPSILON = 1e-12
_DTYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}


class MiniLm:
    """The model, loaded once. `embed` is safe to call from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds model.safetensors, config.json and tokenizer.json. Raises ModelError."""
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._weights = _read_safetensors(folder / "model.safetensors")
            self._tokenizer = _tokenizer(folder / "tokenizer.json")
            self._layers = int(config["num_hidden_layers"])
            self._heads = int(config["num_attention_heads"])
            self._prefix = "" if "embeddings.word_embeddings.weight" in self._weights else "bert."
            self._weight("embeddings.word_embeddings.weight")
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"cannot load the sentence model in {folder}: {error}", hint="voice-interviewer models fetch"
            ) from None
        self._remembered = lru_cache(REMEMBERED)(self._embed_one)

    def embed(self, texts: Sequence[str]) -> Array:
        """One row of unit length per text, shape (len(texts), 384)."""
        rows = [self._remembered(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _embed_one(self, text: str) -> Array:
        # One text at a time: padding to the longest of a batch costs more on one core than it saves.
        ids = np.asarray(self._tokenizer.encode(text).ids[:MAX_TOKENS], dtype=np.int64)
        hidden = self._weight("embeddings.word_embeddings.weight")[ids]
        hidden = hidden + self._weight("embeddings.position_embeddings.weight")[: len(ids)]
        hidden = hidden + self._weight("embeddings.token_type_embeddings.weight")[0]
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for number in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{number}")
        pooled: Array = hidden.mean(axis=0)
        return pooled / max(float(np.linalg.norm(pooled)), 1e-9)

    def _layer(self, hidden: Array, name: str) -> Array:
        length, width = hidden.shape
        per_head = width // self._heads

        def split(what: str) -> Array:
            mixed = self._linear(hidden, f"{name}.attention.self.{what}")
            return mixed.reshape(length, self._heads, per_head).transpose(1, 0, 2)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(per_head))
        scores -= scores.max(axis=-1, keepdims=True)
        weights = np.exp(scores)
        weights /= weights.sum(axis=-1, keepdims=True)
        context = (weights @ value).transpose(1, 0, 2).reshape(length, width)
        attended = self._linear(context, f"{name}.attention.output.dense")
        hidden = self._norm(attended + hidden, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        return self._norm(self._linear(inner, f"{name}.output.dense") + hidden, f"{name}.output.LayerNorm")

    def _linear(self, values: Array, name: str) -> Array:
        return values @ self._weight(f"{name}.weight").T + self._weight(f"{name}.bias")

    def _norm(self, values: Array, name: str) -> Array:
        mean = values.mean(axis=-1, keepdims=True)
        variance = ((values - mean) ** 2).mean(axis=-1, keepdims=True)
        scaled = (values - mean) / np.sqrt(variance + _LAYER_NORM_EPSILON)
        result: Array = scaled * self._weight(f"{name}.weight") + self._weight(f"{name}.bias")
        return result

    def _weight(self, name: str) -> Array:
        return self._weights[self._prefix + name]


def _gelu(values: Array) -> Array:
    """0.5 x (1 + erf(x / sqrt 2)); erf by Abramowitz and Stegun 7.1.26, error below 2e-7."""
    scaled = values * np.float32(0.70710678)
    size = np.abs(scaled)
    t = 1 / (1 + np.float32(0.3275911) * size)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(scaled) * (1 - poly * np.exp(-size * size))
    result: Array = (0.5 * values * (1 + erf)).astype(np.float32)
    return result


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    if not path.is_file():
        raise OSError(f"{path.name} is missing")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception for a broken file
        raise ValueError(f"{path.name}: {error}") from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    return tokenizer


def _read_safetensors(path: Path) -> dict[str, Array]:
    """Tensors as views into the mapped file. Raises OSError, ValueError when it is not such a file."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 2 <= size <= 10_000_000:
            raise ValueError(f"{path.name} is not a safetensors file")
        header = json.loads(file.read(size))
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in _DTYPES:
            continue
        start, end = entry["data_offsets"]
        dtype = np.dtype(_DTYPES[entry["dtype"]])
        flat = np.frombuffer(mapped, dtype, count=(end - start) // dtype.itemsize, offset=8 + size + start)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors
