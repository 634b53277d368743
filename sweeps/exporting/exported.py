"""An exported model, loaded again: predictions from raw rows.

Nothing is unpickled: Keras files are read in safe mode, estimators by skops, which builds no type
but those that the export itself named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.exporting.inputs import InputsSpec, prepared
from sweeps.exporting.kept_estimators import load_kept
from sweeps.exporting.manifest import ExportError, Manifest
from sweeps.exporting.rows_file import rows_in
from sweeps.tasks.task import Inputs
from sweeps.trial import Config

DENSE_ROWS = 256
"""Rows of a sparse matrix that are dense at a time."""


@dataclass(frozen=True)
class ExportedModel:
    """A folder that `sweeps export` wrote. That of a function holds a configuration alone."""

    folder: Path
    manifest: Manifest

    @classmethod
    def load(cls, folder: str | Path) -> ExportedModel:
        """The export in a folder. Raises ExportError for what is none, or was changed."""
        return cls(Path(folder).absolute(), Manifest.read(Path(folder)))

    @property
    def config(self) -> Config:
        """The configuration that was the best."""
        return self.manifest.config

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `predict_proba`; empty for a regression."""
        return self.manifest.classes

    @cached_property
    def model(self) -> Any:
        """The `keras.Model`, or the scikit-learn estimator; it takes what `prepare` gives.

        Raises ExportError for an export without one, UserCodeError where it holds classes of the
        user's and their module is not there any more, ModelFileError and UntrustedError for a file
        that holds what is not to be loaded.
        """
        manifest = self.manifest
        if "estimator" in manifest.files:
            file = self.folder / manifest.files["estimator"]
            return load_kept(file, manifest.trusted, manifest.folder)
        return self.keras_model(compiled=False)

    def keras_model(self, *, compiled: bool) -> Any:
        """A fresh `keras.Model`, compiled as it was in training or not. Raises as `model` does."""
        from sweeps.trainers.refitting.loading import keras_model

        manifest = self.manifest
        if "model" not in manifest.files:
            raise ExportError(f"{self.folder} holds no Keras model")
        file = self.folder / manifest.files["model"]
        return keras_model(
            file, manifest.subject, manifest.folder, manifest.keras, compiled=compiled
        )

    def scikeras(self) -> Any:
        """A fitted scikit-learn Pipeline for raw rows, the model in SciKeras's wrapper.

        It is for predicting, alone or as a part of something larger: `fit` would go on from the
        exported weights, so that cross-validating it would flatter.

        Raises ExportError for an export without a Keras model, ModuleNotFoundError without SciKeras
        (`pip install scikeras`).
        """
        from sweeps.exporting.scikeras_pipeline import scikeras_pipeline

        return scikeras_pipeline(self)

    def prepare(self, rows: Any) -> Inputs:
        """Raw rows as the model itself takes them. Raises ValueError for rows that do not fit."""
        return prepared(self._spec, rows, self.folder)

    def predict_proba(self, rows: Any) -> Any:
        """Probabilities (rows, classes) of a classification, in the order of `classes`.

        `rows` are a pandas table with the columns of the training data, or an array. Raises
        ValueError for rows that do not fit, for a regression and for estimators that give none.
        """
        if self.manifest.kind == "regression":
            raise ValueError("a regression has no probabilities: call predict")
        x = self.prepare(rows)
        return self._spread(x) if "estimator" in self.manifest.files else self._probabilities(x)

    def predict(self, rows: Any) -> Any:
        """Labels (rows,) of a classification; numbers (rows,) or (rows, outputs) of a regression.

        Raises ValueError for rows that do not fit.
        """
        x = self.prepare(rows)
        if "estimator" in self.manifest.files:
            found = np.asarray(self.model.predict(x))
        elif self.manifest.kind == "classification":
            found = self._probabilities(x).argmax(axis=1)
        else:
            found = self._outputs(x)
        if self.manifest.kind == "classification":
            return self.labels(found.reshape(-1).astype(int))
        return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found

    def labels(self, numbers: Any) -> Any:
        """The labels of class numbers."""
        return np.asarray(self.manifest.classes, dtype=object)[numbers]

    def rows_in(self, file: str | Path) -> Any:
        """The rows in a file: CSV or Parquet where there are columns, otherwise `.npy`.

        Raises SweepError or ValueError for a file that cannot be read.
        """
        return rows_in(self._spec, Path(file))

    @property
    def has_probabilities(self) -> bool:
        """Whether `predict_proba` can be called."""
        if self.manifest.kind == "regression":
            return False
        return "model" in self.manifest.files or hasattr(self.model, "predict_proba")

    @property
    def _spec(self) -> InputsSpec:
        if self.manifest.inputs is None:
            raise ExportError(
                f"{self.folder} holds a configuration alone: a function leaves no model"
            )
        return self.manifest.inputs

    def _spread(self, x: Inputs) -> Any:
        """An estimator's probabilities; 0 for classes that its training rows lacked."""
        if not self.has_probabilities:
            raise ValueError(f"a {type(self.model).__name__} gives no probabilities: call predict")
        found = np.asarray(self.model.predict_proba(x))
        spread = np.zeros((len(found), len(self.classes)))
        present = getattr(self.model, "classes_", np.arange(len(self.classes)))
        spread[:, np.asarray(present, np.int64)] = found
        return spread

    def _probabilities(self, x: Inputs) -> Any:
        outputs = self._outputs(x)
        outputs = outputs.reshape(len(outputs), -1)
        if self.manifest.logits:
            outputs = _likely(outputs)
        if outputs.shape[1] == 1:
            return np.concatenate([1.0 - outputs, outputs], axis=1)
        return outputs[:, : len(self.classes)]

    def _outputs(self, x: Inputs) -> Any:
        found = [self.model.predict(part, verbose=0) for part in _dense_parts(x)]
        if not all(isinstance(part, np.ndarray) for part in found):
            raise ValueError(
                "this model has several outputs: call `.model.predict(...)` with `.prepare(rows)`"
            )
        return np.concatenate(found)


def _dense_parts(x: Inputs) -> Iterator[Any]:
    if not hasattr(x, "indptr"):
        yield x
        return
    for start in range(0, x.shape[0], DENSE_ROWS):
        yield x[start : start + DENSE_ROWS].toarray()


def _likely(logits: Any) -> Any:
    """Through a logistic function, or a softmax over several."""
    if logits.shape[1] == 1:
        return 0.5 * (1.0 + np.tanh(0.5 * logits))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
