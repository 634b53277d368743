"""Tables of sparse rows, cut in pieces on the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.trainers.fused.bucket import PIECE, Bucket
from sweeps.trainers.fused.pieces import Pieces

Array = npt.NDArray[Any]


def table_of(splits: Sequence[Any], bucket: Bucket) -> Pieces:
    """The rows (SciPy `csr_array`, rows by features) of all splits, one after the other.

    Raises ValueError for values where the bucket has room for ones only.
    """
    counts = np.zeros(bucket.rows + 1, np.int32)
    starts = np.zeros(bucket.rows + 1, np.int32)
    columns = np.full((bucket.pieces, PIECE), bucket.features, np.int32)
    values = np.zeros((bucket.pieces, PIECE), bucket.precision) if bucket.valued else None
    row, piece = 0, 1
    for x in splits:
        lengths = np.diff(x.indptr)
        its = slice(row, row + len(lengths))
        counts[its] = -(-lengths // PIECE)
        ends = piece + np.cumsum(counts[its])
        starts[its] = ends - counts[its]
        ahead = starts[its].astype(np.int64) * PIECE - x.indptr[:-1]
        places = np.repeat(ahead, lengths) + np.arange(len(x.indices))
        columns.reshape(-1)[places] = x.indices
        if values is not None:
            values.reshape(-1)[places] = x.data
        elif not (x.data == 1).all():
            raise ValueError("sparse rows of the first fold are all ones, others are not")
        row, piece = its.stop, int(ends[-1]) if len(ends) else piece
    return Pieces(columns, values, starts, counts)  # type: ignore[arg-type]  # NumPy as yet
