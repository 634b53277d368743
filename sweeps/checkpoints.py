"""Where a fit stopped, kept in one file so that training goes on exactly from there.

A checkpoint is a NumPy archive without pickles: named arrays, and one JSON text beside them. It is
written whole or not at all, so a crash leaves the old file or the new one, never half of either.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tracking.failure_points import reach

Array = npt.NDArray[Any]

FORMAT = "sweeps-checkpoint-2"
_STATE = "__state__"
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

    Raises ValueError when the state holds something JSON cannot (NaN and infinities included), and
    OSError when the file cannot be written: what was there before is left.
    """
    head = {"format": FORMAT, "arrays": sorted(arrays), "state": state}
    text = json.dumps(head, allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **{**arrays, _STATE: np.array(text)})
            file.flush()
            os.fsync(file.fileno())
        reach("checkpoint")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path) -> Checkpoint | None:
    """The checkpoint in that file, None when there is no such file.

    Raises CheckpointError when the file cannot be read as one.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        head = json.loads(str(arrays.pop(_STATE)))
        found = head["format"]
    except FileNotFoundError:
        return None
    except _UNREADABLE as error:
        raise CheckpointError(f"{path}: not a checkpoint, or a torn one ({error})") from error
    if found != FORMAT:
        raise CheckpointError(f"{path}: format {found!r}, expected {FORMAT!r}")
    missing = {name for name in head["arrays"] if name not in arrays}
    if missing or not isinstance(head["state"], dict):
        raise CheckpointError(f"{path}: not a checkpoint, or a torn one (without {missing})")
    return Checkpoint(arrays, head["state"])


def state(path: Path) -> Mapping[str, Any] | None:
    """The state of the checkpoint in that file, without its arrays; otherwise as `load`."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found: Mapping[str, Any] = json.loads(str(archive[_STATE]))["state"]
    except FileNotFoundError:
        return None
    except _UNREADABLE as error:
        raise CheckpointError(f"{path}: not a checkpoint, or a torn one ({error})") from error
    return found


def remove(path: Path) -> None:
    """Delete a checkpoint; one that is gone already is fine."""
    path.unlink(missing_ok=True)
