"""Loads Keras on the backend that a user's model is trained on; a process has one."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

from sweeps.chatter import without_chatter
from sweeps.trainers.fused import jax_import
from sweeps.trainers.models import gpu_memory


def load(backend: str) -> Any:
    """The module `keras`. Raises RuntimeError when Keras runs on another backend in this process.

    Takes seconds the first time. On JAX, programs that were compiled before are found again.
    """
    if backend == "jax":
        jax_import.load()
    if "keras" not in sys.modules:
        with without_chatter(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import keras
    import keras

    found = keras.backend.backend()
    gpu_memory.cap(found)
    if found != backend:
        raise RuntimeError(
            f"Keras runs on {found} in this process, and the model is to be trained on {backend}: "
            f"unset KERAS_BACKEND, write `keras: {found}` beside the model's path, or let worker "
            "processes train (`--workers 1`)"
        )
    if backend == "tensorflow":
        # Every time, since somebody else may have imported TensorFlow; a filter is kept once.
        logging.getLogger("tensorflow").addFilter(_is_not_about_tracing)
    return keras


def _is_not_about_tracing(record: logging.LogRecord) -> bool:
    """Each model is traced once; TensorFlow takes them for one that is traced again and again."""
    return "triggered tf.function retracing" not in record.getMessage()
