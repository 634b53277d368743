"""An exported Keras model as an estimator for scikit-learn: SciKeras's wrapper in a Pipeline."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from sweeps.exporting.exported import ExportedModel
from sweeps.exporting.manifest import ExportError


def scikeras_pipeline(exported: ExportedModel) -> Any:
    """A fitted Pipeline: the preparation of raw rows, then a KerasClassifier or KerasRegressor.

    A classifier predicts class numbers, those of `exported.manifest.classes`. Raises ExportError
    for an export without a Keras model, ModuleNotFoundError without SciKeras.
    """
    if "model" not in exported.manifest.files or exported.manifest.inputs is None:
        raise ExportError(
            f"{exported.folder} holds no Keras model: `model` is an estimator already"
        )
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    prepare = FunctionTransformer(exported.prepare).fit(None)
    return Pipeline([("prepared", prepare), ("model", _wrapped(exported))])


def _wrapped(exported: ExportedModel) -> Any:
    """The wrapper, made to know its targets as if it had been fitted."""
    from scikeras.wrappers import KerasClassifier, KerasRegressor

    classes = len(exported.manifest.classes)
    model = exported.keras_model(compiled=True)
    wrapper = (KerasClassifier if classes else KerasRegressor)(model=model, verbose=0)
    rows = max(2, classes)
    shape = model.input_shape[1:]
    targets = np.arange(rows) if classes else np.linspace(0.0, 1.0, rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrapper.initialize(np.zeros((rows, *shape), np.float32), targets)
    return wrapper
