"""Where a fit stopped, kept in one file so that training goes on exactly from there.

A checkpoint is a NumPy archive without pickles: all arrays behind one another as bytes, and a JSON
text that says what they are. It is written whole or not at all, so a crash leaves the old file or
the new one, never half of either.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from tracking.failure_points import reach

Array = npt.NDArray[Any]

FORMAT = "sweeps-checkpoint-3"
HALF = ".part"
"""Ends the name of a file that is being written; it begins with a dot."""

_PARSING = threading.Lock()
"""NumPy reads an array's head as Python; before Python 3.12 two threads must not do so at once
(SystemError: AST constructor recursion depth mismatch)."""

_HEAD = "head.json"
_BYTES = "bytes.npy"
_UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    zipfile.BadZipFile,
)
"""What NumPy, zipfile and json raise about bytes that are not what they expect."""


class CheckpointError(Exception):
    """A file that is there but is no checkpoint: torn, foreign, or of another version."""


@dataclass(frozen=True)
class Checkpoint:
    """Named arrays, and a state of JSON types. `restored == saved`, bit for bit."""

    arrays: Mapping[str, Array]
    state: Mapping[str, Any]


def save(path: Path, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
    """Write a checkpoint in one step, in place of the one that may be there.

    Raises ValueError when the state holds something JSON cannot (NaN and infinities included) or an
    array objects, and OSError when the file cannot be written: what was there before is left.
    """
    told = [[name, _type_of(name, one), list(one.shape)] for name, one in arrays.items()]
    head = json.dumps({"format": FORMAT, "arrays": told, "state": state}, allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=HALF)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, head, arrays)
            file.flush()
            os.fsync(file.fileno())
        reach("checkpoint")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _type_of(name: str, array: Array) -> str:
    if array.dtype.hasobject:
        raise ValueError(f"{name}: objects cannot be kept in a checkpoint")
    return str(array.dtype.str)


def _write(file: IO[bytes], head: str, arrays: Mapping[str, Array]) -> None:
    """One after the other, so that no more than one of them is held twice."""
    size = sum(array.nbytes for array in arrays.values())
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_HEAD), head)
        with archive.open(zipfile.ZipInfo(_BYTES), "w", force_zip64=True) as out:
            whole = {"descr": "|u1", "fortran_order": False, "shape": (size,)}
            npy.write_array_header_1_0(out, whole)
            for array in arrays.values():
                out.write(array.tobytes())


def load(path: Path) -> Checkpoint | None:
    """The checkpoint in that file, None when there is no such file.

    Raises CheckpointError when the file cannot be read as one.
    """
    return _read(path, with_arrays=True)


def state(path: Path) -> Mapping[str, Any] | None:
    """The state of the checkpoint in that file, without its arrays; otherwise as `load`."""
    found = _read(path, with_arrays=False)
    return None if found is None else found.state


def _read(path: Path, *, with_arrays: bool) -> Checkpoint | None:
    try:
        with zipfile.ZipFile(path) as archive:
            head = json.loads(archive.read(_HEAD))
            found, state = head["format"], dict(head["state"])
            arrays = dict(_arrays(archive, head["arrays"])) if with_arrays else {}
    except FileNotFoundError:
        return None
    except _UNREADABLE as error:
        raise CheckpointError(f"{path}: not a checkpoint, or a torn one ({error})") from error
    if found != FORMAT:
        raise CheckpointError(f"{path}: format {found!r}, expected {FORMAT!r}")
    return Checkpoint(arrays, state)


def _arrays(archive: zipfile.ZipFile, told: Any) -> Iterator[tuple[str, Array]]:
    """Each with memory of its own, and in the order in which they were given."""
    with archive.open(_BYTES) as file, _PARSING:
        whole = npy.read_array(file, allow_pickle=False)
    start = 0
    for name, kind, shape in told:
        dtype = np.dtype(kind)
        end = start + dtype.itemsize * math.prod(shape)
        yield name, whole[start:end].copy().view(dtype).reshape(shape)
        start = end


def remove(path: Path) -> None:
    """Delete a checkpoint; one that is gone already is fine."""
    path.unlink(missing_ok=True)
