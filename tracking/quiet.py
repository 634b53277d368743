"""MLflow as a library that keeps quiet, sends nothing home, and does not try again by itself."""

from __future__ import annotations

import logging
import os
import warnings

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""Set where the user has not. MLflow's own retries block for minutes, and create a run twice when
only the answer was lost; whoever uses the store retries instead, and looks runs up first."""


def quieten() -> None:
    """Keep MLflow from talking: what goes wrong is raised, and said once by whoever catches it."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    for category in (DeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=r"mlflow\.")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
