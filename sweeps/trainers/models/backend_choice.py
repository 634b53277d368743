"""Which of Keras's backends a user's model is trained on: there is one a process."""

from __future__ import annotations

import os

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.discovery.source import imported_by
from sweeps.errors import SweepError

BACKENDS = ("jax", "tensorflow", "torch")


def backend_for(path: str, folder: str, given: object = None) -> str:
    """The backend that the sweep file gives, or else KERAS_BACKEND, or what the module imports.

    A module of the folder that imports neither TensorFlow nor PyTorch is trained on JAX, where many
    models become one program. Raises SweepError for a name that is none of Keras's.
    """
    if given is not None:
        if given not in BACKENDS:
            message = f"{shown(given)}; {suggestion(str(given), BACKENDS)}"
            raise SweepError(message, ("model", "keras"))
        return str(given)
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    imported = imported_by(path.partition(":")[0], folder)
    return next((name for name in ("tensorflow", "torch") if name in imported), "jax")
