"""An export as a version of a model in MLflow's registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweeps import __version__
from sweeps.exporting.exported import ExportedModel
from sweeps.exporting.inputs import InputsSpec
from tracking.registry import ModelFolder, register

LOADER = "sweeps.exporting.served"
PACKAGES = ("keras", "tensorflow", "jax", "scikit-learn", "pandas", "numpy")


def registered(folder: Path, name: str, sweep_id: str, tracking_uri: str | None) -> str:
    """Register the export under the sweep's parent run; its version, with the alias `best`.

    Raises TrackingError where MLflow cannot be asked, or does not know the sweep.
    """
    model = ExportedModel.load(folder)
    found = model.manifest.versions
    pinned = [f"{one}=={found[one]}" for one in PACKAGES if found.get(one, "").count(".")]
    example = example_of(model.manifest.inputs)
    given = ModelFolder(
        folder=folder,
        loader=LOADER,
        requirements=(f"keras-sweeps=={__version__}", *pinned),
        example=example,
        outputs=None if example is None else model.predict(example),
        loose=loose_columns(model.manifest.inputs),
    )
    return register(given, name, sweep_id, tracking_uri)


def loose_columns(spec: InputsSpec | None) -> tuple[str, ...]:
    """Columns whose type is left to the model to check, all but those of words.

    MLflow would refuse whole numbers where it was shown fractions, truth values of which one is
    missing, and dates that are no text.
    """
    if spec is None:
        return ()
    words = {*spec.words, *(one["name"] for one in spec.columns if one["type"] == "categorical")}
    return tuple(name for name in spec.needed if spec.raw or name not in words)


def example_of(spec: InputsSpec | None) -> Any:
    """A made-up row of the form that the model takes, for its signature."""
    import numpy as np
    import pandas

    if spec is None:
        return None
    if spec.form == "arrays":
        return np.zeros((1, *spec.shape), np.float32)
    if spec.form == "columns":
        first = {name: next(iter(words), 0.0) for name, words in spec.words.items()}
        return pandas.DataFrame([{name: first.get(name, 0.0) for name in spec.names}])
    row = {
        one["name"]: one["categories"][0] if one["type"] == "categorical" else _value(one["type"])
        for one in spec.columns
        if one["role"] == "input"
    }
    return pandas.DataFrame([row])


def _value(kind: str) -> Any:
    return {"numeric": 0.0, "boolean": True, "date": "2000-01-01"}[kind]
