"""Trained weights in an .npz file: read without executing anything, and one clear error whatever is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from voice_interviewer.core.errors import ModelError


@contextmanager
def weights_in(path: Path, called: str) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The file's arrays by name, to be made sense of inside the `with`: what is missing or does not fit there
    is the file's fault too. The error names it as `called`. Raises ModelError.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            yield data
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ModelError(f"cannot load {called}: {error}") from None
