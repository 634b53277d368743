"""Networks on every kind of task: exported, and asked for the task's own test rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps import parts
from tests.sweeps.exporting.shop import NETWORK, Shop

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SMALLER = {"metric": "val_loss", "goal": "minimize"}
slow = pytest.mark.slow


@pytest.mark.parametrize(
    "task",
    [
        {"name": "imdb", "vocabulary": 1200},
        pytest.param("reuters", marks=slow),
        pytest.param("fashion_mnist", marks=slow),
        pytest.param("boston_housing", marks=slow),
        pytest.param({"name": "boston_housing", "preprocessing": "published"}, marks=slow),
        pytest.param("breast_cancer", marks=slow),
        pytest.param("penguins", marks=slow),
    ],
)
def test_a_network_predicts_the_rows_that_it_was_tested_on(
    shop: Shop, small_datasets: Path, task: Any
) -> None:
    document = {**NETWORK, "objective": SMALLER, "task": task}
    model = shop.exported(document, {"width": 4, "epochs": 2})
    rows = parts.problem_of(shop.sweep(document)).task.rows(0)
    given = rows.x_test
    if model.manifest.inputs is not None and model.manifest.inputs.words:
        import pandas

        given = pandas.DataFrame(given, columns=list(model.manifest.inputs.names))
    metrics = model.manifest.metrics
    if model.manifest.kind == "regression":
        assert np.abs(model.predict(given) - rows.y_test).mean() == pytest.approx(
            metrics["test_mae"], rel=1e-4
        )
    else:
        labels = np.asarray(model.classes, dtype=object)[rows.y_test]
        assert (model.predict(given) == labels).mean() == pytest.approx(metrics["test_accuracy"])
    beforehand = isinstance(task, dict) and "preprocessing" in task
    assert ("predict takes rows scaled already" in " ".join(shop.said)) == beforehand


def test_rows_come_from_files(shop: Shop, small_datasets: Path, tmp_path: Path) -> None:
    from scipy.sparse import save_npz

    document = {**NETWORK, "task": {"name": "imdb", "vocabulary": 1200}}
    model = shop.exported(document, {"width": 4, "epochs": 1})
    rows = parts.problem_of(shop.sweep(document)).task.rows(0).x_test
    save_npz(tmp_path / "rows.npz", rows)
    np.save(tmp_path / "rows.npy", rows.toarray())
    expected = model.predict(rows)
    for name in ("rows.npz", "rows.npy"):
        assert (model.predict(model.rows_in(tmp_path / name)) == expected).all()
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object))
    np.savez(tmp_path / "other.npz", rows.toarray())
    (tmp_path / "torn.npy").write_bytes(b"\x93NUMPY")
    for name in ("objects.npy", "other.npz", "torn.npy"):
        with pytest.raises(ValueError, match=f"{name} holds no array of numbers"):
            model.rows_in(tmp_path / name)
    with pytest.raises(ValueError, match=r"rows\.csv: this model takes rows of \(1200,\) numbers"):
        model.rows_in(tmp_path / "rows.csv")
    with pytest.raises(FileNotFoundError):
        model.rows_in(tmp_path / "nowhere.npy")
