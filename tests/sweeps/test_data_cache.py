from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from sweeps.data_cache import DataCache, bytes_of
from sweeps.tasks.task import Data, Part

ROWS = 100


def data(columns: int = 10) -> Data:
    part = Part(np.zeros((ROWS, columns), np.float32), np.zeros(ROWS, np.int64))
    return Data(part, None, part)


class Maker:
    """Makes rows, and counts how often."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def of(self, key: int) -> Data:
        self.made.append(key)
        return data()


def test_what_is_asked_for_again_is_the_same_object() -> None:
    cache, maker = DataCache(), Maker()
    first = cache.get(1, lambda: maker.of(1))
    assert cache.get(1, lambda: maker.of(1)) is first
    assert maker.made == [1]


def test_what_was_used_longest_ago_goes_first() -> None:
    cache, maker = DataCache(most_bytes=2 * bytes_of(data())), Maker()
    for key in (1, 2, 1, 3, 1, 2):
        cache.get(key, lambda key=key: maker.of(key))
    assert maker.made == [1, 2, 3, 2]


def test_the_bound_holds_however_many_are_asked_for() -> None:
    cache, maker = DataCache(most_bytes=3 * bytes_of(data())), Maker()
    for key in (*range(50), 47, 48, 49):
        cache.get(key, lambda key=key: maker.of(key))
    assert maker.made == list(range(50))


def test_rows_larger_than_the_bound_are_kept_until_the_next() -> None:
    cache, maker = DataCache(most_bytes=1), Maker()
    for key in (1, 1, 2, 2, 1):
        cache.get(key, lambda key=key: maker.of(key))
    assert maker.made == [1, 2, 1]


def test_bytes_are_those_of_the_arrays_each_counted_once() -> None:
    assert bytes_of(data(columns=10)) == ROWS * (10 * 4 + 8)
    sparse = csr_array((np.ones(3, np.float32), ([0, 1, 2], [4, 4, 9])), shape=(3, 10))
    y, weights = np.zeros(3, np.int64), np.ones(3, np.float32)
    held = bytes_of(Data(Part(sparse, y, weights), None, Part(sparse, y)))
    assert held == sparse.data.nbytes + sparse.indices.nbytes + sparse.indptr.nbytes + 24 + 12
