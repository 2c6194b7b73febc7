"""Tensors out of a PyTorch checkpoint of the older, unzipped kind, without PyTorch.

Such a file is a row of pickles. Pickles can run code; this reader knows three harmless names and refuses all
others.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.errors import ModelError

Floats = NDArray[np.float32]
_MAGIC = 0x1950A86A20F9469CFC6C


def read_tensors(path: Path, *, part: str) -> dict[str, Floats]:
    """The float tensors of one part ('model_state') of a checkpoint, by name. Raises ModelError."""
    try:
        with path.open("rb") as file:
            return _read(file, part)
    except (OSError, ValueError, TypeError, LookupError, EOFError, pickle.UnpicklingError) as error:
        raise ModelError(
            f"{path} cannot be read: {error}", hint="run 'voice-interviewer models verify'"
        ) from None


class _Careful(pickle.Unpickler):
    """Builds ordered dictionaries and placeholders for tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _placeholder,
            ("torch", "FloatStorage"): "float32",
        }
        try:
            return known[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it holds a {module}.{name}") from None

    def persistent_load(self, pid: Any) -> Any:
        return str(pid[2])


def _placeholder(storage: str, offset: int, shape: tuple[int, ...], *_rest: object) -> tuple[Any, ...]:
    return storage, offset, shape


def _read(file: BinaryIO, part: str) -> dict[str, Floats]:
    if _Careful(file).load() != _MAGIC:
        raise ValueError("it is no checkpoint of the kind expected")
    _Careful(file).load()  # the protocol's version
    _Careful(file).load()  # sizes of types, always the same
    tensors = _Careful(file).load()[part]
    storages: dict[str, Floats] = {}
    for key in _Careful(file).load():
        count = int.from_bytes(file.read(8), "little")
        storages[str(key)] = np.frombuffer(file.read(4 * count), dtype="<f4")
    return {
        name: storages[storage][offset : offset + int(np.prod(shape))].reshape(shape)
        for name, (storage, offset, shape) in tensors.items()
    }
