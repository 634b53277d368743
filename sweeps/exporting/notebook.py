"""Exports from Python."""

from __future__ import annotations

from pathlib import Path

from sweeps.exporting.export import export as _export
from sweeps.exporting.exported import ExportedModel
from sweeps.notebook_store import LATEST, found, store_at


def export(
    sweep_id: str = LATEST,
    folder: str | Path = "best",
    *,
    register: str | None = None,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
) -> ExportedModel:
    """Train a sweep's best configuration again, on all training rows, into a new folder.

    With `register` it becomes a version of the model of that name in MLflow, with the alias `best`.
    That of a function holds the configuration alone. Raises LookupError for an id that is not in
    the store; ExportError when no trial has a score or the folder exists; UnexportableError and
    RefitError where no model comes of it; TrackingError where MLflow does not know the sweep.
    """
    place = store_at(store)
    whole_id = found(place, sweep_id)
    made = _export(whole_id, Path(folder), place)
    if register is not None:
        from sweeps.exporting.registering import registered

        registered(made.folder, register, whole_id, tracking_uri)
    return ExportedModel.load(made.folder)


def load_model(folder: str | Path = "best") -> ExportedModel:
    """The model in a folder that was exported. Raises ExportError for what is none."""
    return ExportedModel.load(folder)
