"""What is done with whole rows of a task's inputs, whatever holds them."""

from __future__ import annotations

import numpy as np

from sweeps.tasks.task import Inputs, Labels


def taken(x: Inputs, positions: Labels | slice) -> Inputs:
    """The rows at those positions, in that order, held as they were."""
    return x.iloc[positions] if hasattr(x, "iloc") else x[positions]


def is_sparse(x: Inputs) -> bool:
    """Whether only what is not zero is held, in a SciPy `csr_array`."""
    return hasattr(x, "indptr")


def content(x: Inputs) -> bytes:
    """Bytes that differ where two sets of rows of one task differ, for a digest."""
    if hasattr(x, "iloc"):
        from pandas.util import hash_pandas_object

        return bytes(hash_pandas_object(x, index=False).to_numpy().tobytes())
    if is_sparse(x):
        arrays = (x.indptr, x.indices, x.data)
        return b"|".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    return np.ascontiguousarray(x).tobytes()
