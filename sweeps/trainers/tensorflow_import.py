"""Loads TensorFlow and Keras without their chatter; the only way this package gets at them."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_CHATTER = re.compile(
    rb"^(WARNING: All log messages before absl|[IWE]0000 |\d{4}-\d\d-\d\d [\d:.]+: [IW] )"
)


def load() -> tuple[Any, Any]:
    """The modules `tensorflow` and `keras`. Raises RuntimeError when Keras runs on another backend.

    Takes seconds the first time.
    """
    if "tensorflow" not in sys.modules or "keras" not in sys.modules:
        with _without_chatter(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import keras
            import tensorflow
    import keras
    import tensorflow

    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            f"Keras runs on {keras.backend.backend()} in this process, and it cannot be changed "
            "any more: set KERAS_BACKEND=tensorflow before Keras is first imported"
        )
    return tensorflow, keras


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold standard error back, native code's too, and let through what is not a start-up notice.

    TensorFlow's libraries write to the descriptor itself before any of their settings count.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held:
                if not _CHATTER.match(line):
                    os.write(2, line)
