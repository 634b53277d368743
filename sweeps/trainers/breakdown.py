"""Errors of the libraries underneath as failures: a lack of memory, or a breakdown."""

from __future__ import annotations

import traceback

from sweeps.trial import Failure, Reason

EXHAUSTED = "RESOURCE_EXHAUSTED"
"""What XLA says in messages about memory."""
CLASSES = ("ResourceExhaustedError", "OutOfMemoryError")
"""What TensorFlow and PyTorch raise for want of memory."""


def failure_of(error: Exception) -> Failure:
    """An error of TensorFlow, JAX, PyTorch or Python as a failure, with its traceback.

    MemoryError, TensorFlow's ResourceExhaustedError, PyTorch's OutOfMemoryError and XLA's
    RESOURCE_EXHAUSTED are `out_of_memory`; all else is `crashed`.
    """
    message = f"{type(error).__name__}: {error}"
    reason: Reason = "out_of_memory" if _is_about_memory(error) else "crashed"
    return Failure(reason, message, "".join(traceback.format_exception(error)))


def _is_about_memory(error: Exception) -> bool:
    return (
        isinstance(error, MemoryError) or type(error).__name__ in CLASSES or EXHAUSTED in str(error)
    )
