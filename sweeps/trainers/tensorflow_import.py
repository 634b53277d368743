"""Loads TensorFlow and Keras without their chatter; the only way this package gets at them."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

from sweeps.chatter import without_chatter


def load() -> tuple[Any, Any]:
    """The modules `tensorflow` and `keras`. Raises RuntimeError when Keras runs on another backend.

    Takes seconds the first time.
    """
    if "tensorflow" not in sys.modules or "keras" not in sys.modules:
        with without_chatter(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import keras
            import tensorflow

            # Small networks are slower on a GPU, and TensorFlow would take the whole of it.
            tensorflow.config.set_visible_devices([], "GPU")
    import keras
    import tensorflow

    # Every time, since somebody else may have imported TensorFlow; a filter is kept once.
    tensorflow.get_logger().addFilter(_is_not_about_our_graphs)

    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            f"Keras runs on {keras.backend.backend()} in this process, and it cannot be changed "
            "any more: set KERAS_BACKEND=tensorflow before Keras is first imported"
        )
    return tensorflow, keras


def _is_not_about_our_graphs(record: logging.LogRecord) -> bool:
    """Each network has one graph of its own; TensorFlow takes them for one that is made again."""
    return "Program._steps" not in record.getMessage()
