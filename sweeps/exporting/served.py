"""What MLflow calls to load an export (`mlflow.pyfunc.load_model`)."""

from __future__ import annotations

from typing import Any

from sweeps.exporting.exported import ExportedModel


class Served:
    """An export with the one method that MLflow asks for."""

    def __init__(self, model: ExportedModel) -> None:
        self._model = model

    def predict(self, rows: Any, params: Any = None) -> Any:  # noqa: ARG002 - MLflow's signature
        """Labels or numbers (rows,)."""
        return self._model.predict(rows)


def _load_pyfunc(folder: str) -> Served:
    return Served(ExportedModel.load(folder))
