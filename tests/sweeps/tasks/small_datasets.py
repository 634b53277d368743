"""The data sets of Keras with a handful of made-up rows, where their kept copies would lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from sweeps import problem
from sweeps.cache_folder import VARIABLE
from sweeps.data_cache import DataCache
from sweeps.tasks import boston_housing, fashion_mnist, imdb, reuters
from sweeps.tasks.kept_datasets import LAYOUT
from sweeps.tasks.keras_datasets import Arrays

TOPICS = 46
LOADED = (boston_housing, fashion_mnist, imdb, reuters)


@pytest.fixture
def small_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every process that is started finds the small data sets; gives the cache folder."""
    folder = tmp_path / "cache"
    (folder / "datasets").mkdir(parents=True)
    for name, arrays in made_up().items():
        np.savez(folder / "datasets" / f"{name}-{LAYOUT}.npz", **arrays)
    monkeypatch.setenv(VARIABLE, str(folder))
    with nothing_loaded(monkeypatch):
        yield folder


@contextmanager
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it no rows are held from before, and none afterwards."""
    monkeypatch.setattr(problem, "_DATA", DataCache())
    for module in LOADED:
        module._table.cache_clear()
    yield
    for module in LOADED:
        module._table.cache_clear()


def made_up() -> dict[str, Arrays]:
    """Arrays as `keras_datasets` would write them."""
    rng = np.random.default_rng(5)
    pictures = rng.integers(0, 256, (60, 28, 28), dtype=np.uint8)
    kinds = rng.permutation(np.arange(60, dtype=np.uint8) % 10)
    return {
        "boston_housing": {
            "x": rng.normal(5, 3, (40, 13)),
            "y": rng.uniform(5, 50, 40),
            "train": np.array([30]),
        },
        "fashion_mnist": {"x": pictures, "y": kinds, "train": np.array([40])},
        "imdb": _texts(rng, rows=40, train=20, classes=2),
        "reuters": _texts(rng, rows=5 * TOPICS, train=4 * TOPICS, classes=TOPICS),
    }


def _texts(rng: np.random.Generator, rows: int, train: int, classes: int) -> Arrays:
    counts = rng.integers(5, 400, rows)
    starts = np.concatenate([[0], np.cumsum(counts)])
    tokens = np.minimum(4 + rng.geometric(0.001, starts[-1]), 20_000)
    y = np.concatenate([rng.permutation(np.arange(n) % classes) for n in (train, rows - train)])
    return {
        "tokens": tokens.astype(np.int32),
        "starts": starts,
        "y": y,
        "train": np.array([train]),
    }
