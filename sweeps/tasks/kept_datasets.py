"""The data sets of Keras as plain arrays, in files that every process reads in an instant."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sweeps.cache_folder import VARIABLE, cache_folder
from sweeps.errors import SweepError
from sweeps.tasks import keras_datasets
from sweeps.tasks.keras_datasets import Arrays
from sweeps.tasks.published_files import FILES, keras_home, missing

LAYOUT = 1
"""Goes up when `keras_datasets` writes the arrays down differently."""


def arrays_of(name: str) -> Arrays:
    """The arrays of a data set, as `keras_datasets.taken_from_keras` has them.

    The first time, Keras loads them in a process of its own (some seconds, after the download
    where there is one); they are kept in the cache folder from then on, so that neither Keras nor
    the memory that its loading takes are needed again. Raises SweepError, one line with the way
    out, for a data set that is not there, is broken or cannot be kept.
    """
    place = cache_folder() / "datasets" / f"{name}-{LAYOUT}.npz"
    kept = _read(place)
    if kept is None:
        _take_from_keras(name, place)
        kept = _read(place)
    if kept is None:
        raise SweepError(f"{name}: {place} cannot be read back", ("task",))
    return kept


def _read(place: Path) -> Arrays | None:
    """None where there is nothing, or something torn."""
    try:
        with place.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, zipfile.BadZipFile, EOFError, ValueError):
        return None


def _take_from_keras(name: str, place: Path) -> None:
    absent = missing(name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = (
            f"{name}: nothing can be kept in {place.parent} ({error.strerror}); "
            f"set {VARIABLE} to a folder that can be written"
        )
        raise SweepError(message, ("task",)) from error
    if absent:
        said = _run(name, place, keras_home())
    else:
        with tempfile.TemporaryDirectory() as home:
            # Keras takes a folder that it may not write to for one that is not there.
            Path(home, "datasets").symlink_to((keras_home() / "datasets").absolute())
            said = _run(name, place, Path(home))
    if said is not None:
        raise SweepError(_not_loaded(name, absent, said), ("task",))


def _run(name: str, place: Path, home: Path) -> str | None:
    """None when the data set is in its place; else the last that was said."""
    command = [sys.executable, "-P", "-m", keras_datasets.__name__, name, str(place)]
    ended = subprocess.run(
        command,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if ended.returncode == 0:
        return None
    said = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
    return said[-1].removeprefix("Exception: ")


def _environment(home: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "KERAS_HOME": str(home),
        "KERAS_BACKEND": "numpy",  # without TensorFlow: in half the time and half the memory
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path),  # noqa: PTH100
    }


def _not_loaded(name: str, absent: list[str], said: str) -> str:
    if not absent:
        return f"{name}: Keras cannot load it from {keras_home() / 'datasets'}: {said}"
    files = ", ".join(absent)
    return (
        f"{name}: no {files} in {keras_home()}, and no download ({said}); run it once with a "
        f"network, or set KERAS_HOME to a folder that has {' and '.join(_wanted(name))}"
    )


def _wanted(name: str) -> list[str]:
    return [f"datasets/{file}" for file in FILES[name]]
