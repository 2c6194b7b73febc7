"""Reads a GGUF file, in which small language models are passed on: its notes and its tensors.

Only what such a file needs to be used as data; the package that writes them takes seconds to open one.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_BLOCK = 32
_F32, _Q4_1, _Q8_0 = 0, 3, 8
_BLOCK_BYTES = {_Q4_1: 20, _Q8_0: 34}


class GgufFile:
    """The file stays mapped; a tensor is brought to 32 bits when asked for. Raises OSError, ValueError."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        try:
            magic, version, tensors, notes = self._take("<4sIQQ")
            if magic != b"GGUF" or version not in (2, 3):
                raise ValueError(f"{path.name} is not a GGUF file of version 2 or 3")
            self.notes: dict[str, Any] = {}
            for _ in range(notes):
                name = self._string()
                self.notes[name] = self._value(self._take("<I")[0])
            self._tensors = dict(self._tensor_info() for _ in range(tensors))
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise ValueError(f"{path.name}: {error}") from None
        alignment = int(self.notes.get("general.alignment", 32))
        self._begin = -(-self._at // alignment) * alignment

    def tensor(self, name: str) -> Array:
        """The whole tensor, rows first. Raises KeyError, ValueError."""
        shape, kind, _ = self._tensors[name]
        return self._expand(kind, self._bytes(name, 0, int(np.prod(shape)))).reshape(shape)

    def rows(self, name: str, indices: list[int]) -> Array:
        """These rows of a matrix alone: shape (len(indices), columns)."""
        shape, kind, _ = self._tensors[name]
        width = shape[-1]
        found = [self._expand(kind, self._bytes(name, index * width, width)) for index in indices]
        return np.stack(found) if found else np.zeros((0, width), dtype=np.float32)

    def _bytes(self, name: str, first: int, count: int) -> NDArray[np.uint8]:
        _, kind, offset = self._tensors[name]
        per_block = _BLOCK_BYTES.get(kind)
        unit, size = (1, 4) if per_block is None else (_BLOCK, per_block)
        start = self._begin + offset + first // unit * size
        return np.frombuffer(self._data, np.uint8, count // unit * size, start)

    @staticmethod
    def _expand(kind: int, raw: NDArray[np.uint8]) -> Array:
        if kind == _F32:
            return raw.view(np.float32)
        blocks = raw.reshape(-1, _BLOCK_BYTES[kind])
        factor = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        if kind == _Q8_0:
            return (blocks[:, 2:].view(np.int8) * factor).ravel()
        shift = blocks[:, 2:4].copy().view(np.float16).astype(np.float32)
        digits = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1)
        return (digits * factor + shift).ravel()

    def _tensor_info(self) -> tuple[str, tuple[tuple[int, ...], int, int]]:
        name = self._string()
        shape = self._take(f"<{self._take('<I')[0]}Q")
        kind, offset = self._take("<IQ")
        if kind != _F32 and kind not in _BLOCK_BYTES:
            raise ValueError(f"tensor {name} is of kind {kind}, which is not read here")
        return name, (tuple(reversed(shape)), kind, offset)

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            inner, count = self._take("<IQ")
            return [self._value(inner) for _ in range(count)]
        if kind not in _SCALARS:
            raise ValueError(f"a note of kind {kind}")
        return self._take(_SCALARS[kind])[0]

    def _string(self) -> str:
        (length,) = self._take("<Q")
        text = self._data[self._at : self._at + length]
        if len(text) < length:
            raise ValueError("the file ends early")
        self._at += length
        return text.decode("utf-8")

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values
