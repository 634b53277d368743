"""What libraries say when memory is short, word for word."""

from __future__ import annotations

import pytest

from sweeps.trainers.breakdown import failure_of


class ResourceExhaustedError(Exception):
    """As TensorFlow's is called."""


class OutOfMemoryError(RuntimeError):
    """As PyTorch's is called."""


class JaxRuntimeError(RuntimeError):
    """As JAX's is called."""


class NoRowsLeftError(MemoryError):
    """One of somebody's own."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        NoRowsLeftError("no room for the rows"),
        ResourceExhaustedError("{{function_node __wrapped__MatMul}} OOM when allocating tensor"),
        OutOfMemoryError("Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 15.77 GiB"),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 400 bytes."),
        JaxRuntimeError("INTERNAL: CUDA_ERROR_OUT_OF_MEMORY: out of memory"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
    ids=lambda error: f"{type(error).__name__}: {str(error)[:24]}",
)
def test_a_lack_of_memory_is_known_by_what_libraries_say(error: Exception) -> None:
    assert failure_of(error).reason == "out_of_memory"


@pytest.mark.parametrize(
    "error",
    [RuntimeError("memory of the past"), JaxRuntimeError("INTERNAL: no kernel"), KeyError("x")],
)
def test_anything_else_is_a_breakdown(error: Exception) -> None:
    failure = failure_of(error)
    assert (failure.reason, failure.message) == ("crashed", f"{type(error).__name__}: {error}")
    assert failure.message in failure.traceback
