from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sweeps.exporting.predictions import MOST_ROWS, residuals
from tests.sweeps.exporting.shop import Shop
from tests.sweeps.trainers.own.code import MODULE

RIDGE = """
from sklearn.linear_model import Ridge

def make(alpha=1.0):
    return Ridge(alpha=alpha)
"""


def table(folder: Path, rows: int) -> dict[str, object]:
    """A sweep of prices that are the sum of two columns, exactly."""
    rng = np.random.default_rng(0)
    lines = [f"{a:.3f},{b:.3f},{a + b:.3f}" for a, b in rng.normal(10, 3, (rows, 2))]
    (folder / "prices.csv").write_text("\n".join(["rooms,area,price", *lines]))
    return {
        "task": {"csv": "prices.csv", "target": "price"},
        "estimator": f"{MODULE}:make",
        "objective": {"metric": "val_mae", "goal": "minimize"},
        "space": {"alpha": [0.001, 1.0]},
    }


def test_the_trial_is_trained_again_and_tried_on_the_test_rows(shop: Shop) -> None:
    shop.write(RIDGE)
    document = table(shop.folder, 60)
    sweep_id = shop.ran(document, {"alpha": 0.001})
    found = residuals(shop.sweep(document), sweep_id, 0, shop.store, shop.said.append)
    assert found.trial == 0
    assert len(found.pairs) == 12
    assert all(said == pytest.approx(true, abs=0.1) for true, said in found.pairs)
    assert len({true for true, _ in found.pairs}) == 12
    assert [path.name for path in shop.folder.glob(".export*")] == []


def test_of_many_rows_some_are_tried(shop: Shop) -> None:
    shop.write(RIDGE)
    document = table(shop.folder, 3000)
    sweep_id = shop.ran(document, {"alpha": 1.0})
    found = residuals(shop.sweep(document), sweep_id, 0, shop.store, shop.said.append)
    assert len(found.pairs) == MOST_ROWS


def test_classes_are_confused_instead(shop: Shop) -> None:
    document = {"space": {"width": [4, 5]}}
    with pytest.raises(ValueError, match="its report shows which are confused"):
        residuals(shop.sweep(document), "abc", 0, shop.store, shop.said.append)
