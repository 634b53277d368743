"""Exports from Python."""

from __future__ import annotations

from pathlib import Path

from sweeps.exporting.export import export as _export
from sweeps.exporting.exported import ExportedModel
from sweeps.notebook import LATEST, found, store_at


def export(
    sweep_id: str = LATEST, folder: str | Path = "best", *, store: str | Path | None = None
) -> ExportedModel:
    """Train a sweep's best configuration again, on all training rows, into a new folder.

    Raises LookupError for an id that is not in the store; ExportError when no trial has a score or
    the folder exists; UnexportableError and RefitError where no model comes of it.
    """
    place = store_at(store)
    made = _export(found(place, sweep_id), Path(folder), place)
    return ExportedModel.load(made.folder)


def load_model(folder: str | Path = "best") -> ExportedModel:
    """The model in a folder that was exported. Raises ExportError for what is none."""
    return ExportedModel.load(folder)
