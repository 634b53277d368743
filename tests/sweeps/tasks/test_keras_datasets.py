from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sweeps.tasks.keras_datasets import main, taken_from_keras

Asked = list[Mapping[str, Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Keras's place is taken by two small data sets; gives the options each load is given."""
    options: Asked = []

    def loader(*parts: tuple[Any, Any]) -> SimpleNamespace:
        def load_data(**given: Any) -> tuple[tuple[Any, Any], ...]:
            options.append(given)
            return parts

        return SimpleNamespace(load_data=load_data)

    def texts(*lists: list[int]) -> Any:
        held = np.empty(len(lists), object)
        held[:] = lists
        return held

    pictures = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
    keras = ModuleType("keras")
    keras.datasets = SimpleNamespace(  # type: ignore[attr-defined]
        fashion_mnist=loader((pictures[:4], np.arange(4)), (pictures[4:], np.arange(2))),
        imdb=loader(
            (texts([1, 5, 9], [1]), np.array([1, 0])), (texts([1, 90_000, 4, 4]), np.array([1]))
        ),
    )
    monkeypatch.setitem(sys.modules, "keras", keras)
    return options


def test_arrays_have_the_train_rows_first(asked: Asked) -> None:
    arrays = taken_from_keras("fashion_mnist")
    assert set(arrays) == {"x", "y", "train"}
    assert np.array_equal(arrays["x"], np.arange(24).reshape(6, 2, 2))
    assert (arrays["x"].dtype, arrays["y"].tolist()) == (np.uint8, [0, 1, 2, 3, 0, 1])
    assert arrays["train"].tolist() == [4]
    assert asked == [{}]


def test_texts_are_laid_end_to_end(asked: Asked) -> None:
    arrays = taken_from_keras("imdb")
    assert arrays["tokens"].tolist() == [1, 5, 9, 1, 1, 90_000, 4, 4]
    assert arrays["starts"].tolist() == [0, 3, 4, 8]
    assert (arrays["tokens"].dtype, arrays["starts"].dtype) == (np.int32, np.int64)
    assert (arrays["y"].tolist(), arrays["train"].tolist()) == ([1, 0, 1], [2])


def test_no_word_is_left_out(asked: Asked) -> None:
    taken_from_keras("imdb")
    assert asked[0]["num_words"] > 10**9


def test_what_is_written_down_is_read_back(asked: Asked, tmp_path: Path) -> None:
    main("imdb", str(tmp_path / "imdb.npz"))
    with np.load(tmp_path / "imdb.npz", allow_pickle=False) as stored:
        assert stored["tokens"].tolist() == [1, 5, 9, 1, 1, 90_000, 4, 4]
    assert [path.name for path in tmp_path.iterdir()] == ["imdb.npz"]


def test_a_file_that_cannot_be_finished_leaves_nothing(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(stream: Any, **arrays: Any) -> None:
        stream.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        main("imdb", str(tmp_path / "imdb.npz"))
    assert list(tmp_path.iterdir()) == []
