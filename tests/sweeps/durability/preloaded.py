"""What sessions import, imported once: the server that they are forked from loads this.

JAX is not among it, and TensorFlow is imported but does nothing: it has no thread yet that a fork
could leave behind (`sessions.start_server` looks).
"""

from __future__ import annotations

import importlib
import warnings

MODULES = (
    "keras_tuner",
    "mlflow.store.tracking.sqlalchemy_store",
    "optuna",
    "palmerpenguins",
    "sklearn.model_selection",
    "sweeps.cli.app",
    "sweeps.reports.sweep_report",
    "sweeps.trainers.choose",
    "tests.sweeps.driver",
    "tracking.mlflow_tracker",
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for module in MODULES:
        importlib.import_module(module)
