"""Errors of the libraries underneath as failures: a lack of memory, or a breakdown."""

from __future__ import annotations

import traceback

from sweeps.trial import Failure, Reason

CLASSES = ("MemoryError", "ResourceExhaustedError", "OutOfMemoryError")
"""What Python, TensorFlow and PyTorch raise for want of memory."""
SAID = ("RESOURCE_EXHAUSTED", "CUDA_ERROR_OUT_OF_MEMORY", "CUDA out of memory", "_ALLOC_FAILED")
"""What XLA, CUDA, older PyTorch, cuDNN and cuBLAS say in messages about memory."""


def failure_of(error: Exception) -> Failure:
    """An error of TensorFlow, JAX, PyTorch or Python as a failure, with its traceback.

    MemoryError, TensorFlow's ResourceExhaustedError, PyTorch's OutOfMemoryError and XLA's
    RESOURCE_EXHAUSTED are `out_of_memory`; all else is `crashed`.
    """
    message = f"{type(error).__name__}: {error}"
    kind = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    reason: Reason = "out_of_memory" if is_about_memory(kind, str(error)) else "crashed"
    return Failure(reason, message, "".join(traceback.format_exception(error)))


def is_about_memory(kind: str, message: str) -> bool:
    """Whether an error of that class, saying that, is a lack of memory."""
    return kind in CLASSES or any(words in message for words in SAID)
