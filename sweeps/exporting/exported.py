"""An exported model, loaded again: predictions from raw rows.

Nothing is unpickled: Keras files are read in safe mode, estimators by skops, which builds no type
but those that the export itself named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.exporting.inputs import InputsSpec, prepared, source_of
from sweeps.exporting.manifest import ExportError, Manifest
from sweeps.tasks.task import Array


@dataclass(frozen=True)
class ExportedModel:
    """A folder that `sweeps export` wrote."""

    folder: Path
    manifest: Manifest

    @classmethod
    def load(cls, folder: str | Path) -> ExportedModel:
        """The export in a folder. Raises ExportError for what is none, or was changed."""
        manifest = Manifest.read(Path(folder))
        if not manifest.files:
            raise ExportError(f"{folder} holds a configuration alone: a function leaves no model")
        return cls(Path(folder).absolute(), manifest)

    @cached_property
    def model(self) -> Any:
        """The `keras.Model`, or the scikit-learn estimator."""
        files = self.manifest.files
        if "estimator" in files:
            from skops.io import load

            return load(self.folder / files["estimator"], trusted=list(self.manifest.trusted))
        return self.keras_model(compiled=False)

    def keras_model(self, *, compiled: bool) -> Any:
        """A fresh `keras.Model`, compiled as it was in training or not."""
        from sweeps.trainers.refitting.loading import keras_model

        manifest = self.manifest
        file = self.folder / manifest.files["model"]
        return keras_model(
            file, manifest.subject, manifest.folder, manifest.keras, compiled=compiled
        )

    def prepare(self, rows: Any) -> Any:
        """Raw rows as the model itself takes them. Raises ValueError for rows that do not fit."""
        return prepared(self._spec, rows, self.folder)

    def predict_proba(self, rows: Any) -> Array:
        """Probabilities (rows, classes) of a classification, in the order of `classes`.

        `rows` are a pandas table with the columns of the training data, or an array. Raises
        ValueError for rows that do not fit, and for a regression.
        """
        if self.manifest.kind == "regression":
            raise ValueError("a regression has no probabilities: call predict")
        x = prepared(self._spec, rows, self.folder)
        if "estimator" in self.manifest.files:
            return np.asarray(self.model.predict_proba(x))
        outputs = np.asarray(self.model.predict(x, verbose=0))
        if outputs.shape[1] == 1:
            return np.concatenate([1.0 - outputs, outputs], axis=1)
        return outputs

    def predict(self, rows: Any) -> Any:
        """Labels (rows,) of a classification, numbers of a regression."""
        if self.manifest.kind == "classification" and self.has_probabilities:
            return self.labels(self.predict_proba(rows).argmax(axis=1))
        x = prepared(self._spec, rows, self.folder)
        if "estimator" in self.manifest.files:
            found = np.asarray(self.model.predict(x))
        else:
            found = np.asarray(self.model.predict(x, verbose=0))
        if self.manifest.kind == "classification":
            return self.labels(found.astype(int))
        return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found

    def labels(self, numbers: Any) -> Any:
        """The labels of class numbers."""
        return np.asarray(self.manifest.classes, dtype=object)[numbers]

    def rows_in(self, file: str | Path) -> Any:
        """The rows in a file: CSV or Parquet where there are columns, otherwise `.npy`.

        Raises SweepError or ValueError for a file that cannot be read.
        """
        path = str(file)
        if self._spec.form == "arrays":
            if not path.endswith(".npy"):
                raise ValueError(f"{path}: this model takes arrays, in a .npy file")
            return np.load(path, allow_pickle=False)
        from sweeps.tasks.table_content import read_sheet

        source = source_of(self._spec, str(Path(path).absolute()))
        return _read_words(self._spec, read_sheet(source).frame)

    @property
    def _spec(self) -> InputsSpec:
        if self.manifest.inputs is None:
            raise ExportError("this export has no model")
        return self.manifest.inputs

    @property
    def has_probabilities(self) -> bool:
        """Whether `predict_proba` can be called."""
        return "model" in self.manifest.files or hasattr(self.model, "predict_proba")


def _read_words(spec: InputsSpec, frame: Any) -> Any:
    """Columns of numbers as numbers, where the file's reader left them as words."""
    import pandas

    if spec.form == "columns":
        for name in spec.names:
            if name in frame.columns and name not in spec.words:
                frame = frame.assign(**{name: pandas.to_numeric(frame[name], errors="coerce")})
    return frame
