"""An exported Keras model as an estimator for scikit-learn: SciKeras's wrapper in a Pipeline."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sweeps.exporting.exported import ExportedModel


def scikeras_pipeline(exported: ExportedModel) -> Any:
    """A fitted Pipeline: the preparation of raw rows, then a KerasClassifier or KerasRegressor.

    A classifier predicts class numbers, those of `exported.classes`. Raises ExportError for an
    export without a Keras model, ModuleNotFoundError without SciKeras.
    """
    model = exported.keras_model(compiled=True)
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    prepare = FunctionTransformer(exported.prepare).fit(None)
    return Pipeline([("prepared", prepare), ("model", _wrapped(model, len(exported.classes)))])


def _wrapped(model: Any, classes: int) -> Any:
    """The wrapper, made to know its targets as if it had been fitted."""
    from scikeras.wrappers import KerasClassifier, KerasRegressor

    wrapper = (KerasClassifier if classes else KerasRegressor)(model=model, verbose=0)
    rows = max(2, classes)
    targets = np.arange(rows) if classes else np.linspace(0.0, 1.0, rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrapper.initialize(np.zeros((rows, *model.input_shape[1:]), np.float32), targets)
    return wrapper
