"""How much of its GPU's memory a worker's TensorFlow or PyTorch may take; JAX has a variable."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from sweeps.executors import gpus
from sweeps.executors.placement import SHARE, USABLE, VISIBLE


@cache
def cap(backend: str) -> None:
    """Hold a Keras backend to this process's share of its GPU, if it has a share; once a process.

    Without a share, or where nobody says how large the GPU is, TensorFlow's takes what it needs.
    """
    share = float(os.environ.get(SHARE, "1"))
    if share < 1.0 and backend == "tensorflow":
        _cap_tensorflow(share)
    elif share < 1.0 and backend == "torch":
        _cap_torch(share)


def _cap_tensorflow(share: float) -> None:
    import tensorflow as tf

    size = gpus.megabytes_of(os.environ.get(VISIBLE, "0"))
    if size is None:
        return
    limit = tf.config.LogicalDeviceConfiguration(memory_limit=int(USABLE * share * size))
    for gpu in tf.config.list_physical_devices("GPU"):
        # The user's module may have started TensorFlow when it was imported: it is held to what
        # it needs then (TF_FORCE_GPU_ALLOW_GROWTH), which cannot be changed any more.
        with suppress(RuntimeError):
            tf.config.set_logical_device_configuration(gpu, [limit])


def _cap_torch(share: float) -> None:
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(USABLE * share)
