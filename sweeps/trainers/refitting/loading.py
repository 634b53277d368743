"""Loads a `.keras` file that an export wrote, in Keras's safe mode."""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from sweeps.chatter import without_chatter
from sweeps.user_code import user_code

CONFIG = "config.json"


class ModelFileError(ValueError):
    """A `.keras` file that Keras does not load, or must not; one line says why."""


def keras_model(
    file: Path, subject: str, folder: str, backend: str | None, *, compiled: bool = False
) -> Any:
    """The model, `compiled` as it was in training or not.

    The user's module is imported only where the file names classes of theirs, which it registers.
    Keras runs on the backend that the model was trained on, unless it runs already. Raises
    UserCodeError for a module that is not there, ModelFileError for what Keras refuses, such as a
    Lambda layer, which holds code.
    """
    if subject and names_own_classes(file, compiled=compiled):
        user_code.load(subject, folder)
    if backend is not None and "keras" not in sys.modules:
        os.environ.setdefault("KERAS_BACKEND", backend)
    with without_chatter():
        import keras
    return loaded_safely(keras, file, compiled=compiled)


def loaded_safely(keras: Any, file: Path, *, compiled: bool = False) -> Any:
    """The model in a file, none of its code run. Raises ModelFileError."""
    try:
        with without_chatter():  # reading may bring in TensorFlow
            return keras.saving.load_model(file, safe_mode=True, compile=compiled)
    except Exception as error:
        raise ModelFileError(f"Keras does not load {file.name}: {_reason(error)}") from error


def names_own_classes(file: Path, *, compiled: bool) -> bool:
    """Whether a `.keras` file holds classes or functions that are not Keras's own."""
    try:
        with zipfile.ZipFile(file) as held:
            config = json.loads(held.read(CONFIG))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelFileError(f"{file.name} is no Keras model: {error}") from error
    return _names_others(config, compiled)


def _names_others(config: Any, compiled: bool) -> bool:
    if isinstance(config, list):
        return any(_names_others(one, compiled) for one in config)
    if not isinstance(config, dict):
        return False
    if "class_name" in config and not _is_kerass(config):
        return True
    inner = (v for k, v in config.items() if compiled or k != "compile_config")
    return any(_names_others(one, compiled) for one in inner)


def _is_kerass(config: dict[str, Any]) -> bool:
    module, registered = config.get("module"), config.get("registered_name")
    if ">" in str(registered) or ">" in str(config.get("config")):
        return False
    return module is None or str(module).partition(".")[0] in ("keras", "builtins")


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "Lambda" in text and "safe" in text:
        return "it has a Lambda layer, which holds code; write a registered layer class instead"
    unknown = re.search(r"ould not locate (?:class|function) '([^']+)'", text)
    if unknown:
        what = f"{unknown[1]} is not registered"
        return f"{what}: put @keras.saving.register_keras_serializable() above it"
    return text[:300] or type(error).__name__
