"""What coordinators import, imported once: the process that they are forked from loads this.

Neither TensorFlow nor JAX is among it, and nothing that starts a thread: a fork would leave that
behind.
"""

from __future__ import annotations

import importlib
import warnings

from sweeps.service.safe_path import leave_to_others
from sweeps.surroundings import package_versions

MODULES = (
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "mlflow.store.tracking.sqlalchemy_store",
    "optuna.importance",
    "PIL.PngImagePlugin",
    "scipy.stats",
    "sklearn.compose",
    "sklearn.ensemble",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "sweeps.reports.sweep_report",
    "sweeps.service.running.coordinating",
    "tracking.mlflow_tracker",
)

leave_to_others()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for module in MODULES:
        importlib.import_module(module)

package_versions()
