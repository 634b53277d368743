"""Loads a `.keras` file that an export wrote, in Keras's safe mode."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sweeps import user_code
from sweeps.chatter import without_chatter


def keras_model(
    file: Path, subject: str, folder: str, backend: str | None, *, compiled: bool = False
) -> Any:
    """The model, `compiled` as it was in training or not.

    The user's module is imported first, for layers of theirs that it registers. Keras runs on the
    backend that the model was trained on, unless it runs already.
    """
    if backend is not None and "keras" not in sys.modules:
        os.environ.setdefault("KERAS_BACKEND", backend)
    with without_chatter():
        import keras
    if subject:
        user_code.load(subject, folder)
    return keras.saving.load_model(file, safe_mode=True, compile=compiled)
