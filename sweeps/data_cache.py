"""The rows of the fits that a process trained last, as many as fit into a bound of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from sweeps.tasks.task import Data

MOST_BYTES = 2**30
"""1 GiB: every fold of a small task, and a few of a large one."""


class DataCache:
    """Rows by the fit they belong to; those that were used longest ago go first.

    The rows used last are kept whatever their size, since the next fit mostly wants them again.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Data, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Data]) -> Data:
        """What is kept under the key, or else what `make` gives, kept from now on."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        # Unlocked: two threads that ask at once may both make the rows, and get equal ones.
        made = make()
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: Hashable, made: Data) -> None:
        if key in self._kept:
            return
        self._kept[key] = made, bytes_of(made)
        self._bytes += self._kept[key][1]
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._bytes -= oldest


def bytes_of(data: Data) -> int:
    """What the rows take in memory; arrays that parts share are counted once."""
    arrays: dict[int, int] = {}
    for part in (data.train, data.val, data.test):
        if part is not None:
            for array in (*_arrays(part.x), part.y, part.weights):
                if array is not None:
                    arrays[id(array)] = _bytes(array)
    return sum(arrays.values())


def _arrays(x: Any) -> tuple[Any, ...]:
    return (x.data, x.indices, x.indptr) if hasattr(x, "indptr") else (x,)


def _bytes(array: Any) -> int:
    """Of an array, or of a pandas table, its text included."""
    if hasattr(array, "nbytes"):
        return int(array.nbytes)
    return int(array.memory_usage(deep=True).sum())
