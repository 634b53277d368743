"""New rows are prepared as the task prepared its own."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from sweeps.exporting.inputs import InputsSpec, prepared
from sweeps.exporting.learned import spec_of
from sweeps.exporting.manifest import _with_tuples
from sweeps.tasks.boston_housing import BostonHousing
from sweeps.tasks.breast_cancer import BreastCancer
from sweeps.tasks.fashion_mnist import FashionMnist
from sweeps.tasks.imdb import Imdb
from sweeps.tasks.penguins import Penguins
from sweeps.tasks.task import Task
from sweeps.tasks.user_rows import UserRows
from tests.sweeps.tasks.made_up_tables import birds, in_csv
from tests.sweeps.tiny_task import TinyTask


def learned(task: Task, folder: Path) -> InputsSpec:
    """From the training rows, written and read as in a manifest."""
    spec = spec_of(task, task.rows(0).x_train, folder)
    return InputsSpec(**_with_tuples(json.loads(json.dumps(asdict(spec)))))


def expected(task: Task) -> Any:
    rows = task.rows(0)
    return task.scaled(rows.x_train, rows.x_test)[0]


@pytest.mark.parametrize(
    "task", [TinyTask(), BreastCancer(), BreastCancer("published"), BostonHousing(), FashionMnist()]
)
def test_columns_of_numbers(task: Task, tmp_path: Path, small_datasets: Path) -> None:
    spec, rows = learned(task, tmp_path), task.rows(0).x_test
    assert spec.form == "columns"
    table = pd.DataFrame(rows, columns=list(task.features)).assign(more="x")
    for given in (table[[*table.columns[::-1]]], rows):
        assert prepared(spec, given, tmp_path) == pytest.approx(expected(task), rel=1e-6, abs=2e-6)


def test_penguins_by_their_words(tmp_path: Path) -> None:
    task = Penguins()
    spec, rows = learned(task, tmp_path), task.rows(0).x_test
    table = pd.DataFrame(rows, columns=list(task.features))
    words = table.assign(
        island=table["island"].map({0.0: "Biscoe", 1.0: "Dream", 2.0: "Torgersen"}),
        sex=table["sex"].map({0.0: "male", 1.0: "female", 3.0: None}),
    )
    for given in (table, words):
        assert prepared(spec, given, tmp_path) == pytest.approx(expected(task), rel=1e-6, abs=2e-6)
    gap = np.where(np.arange(6) == 1, np.nan, rows[:2])
    filled = task.scaled(task.rows(0).x_train, gap)[0]
    given = pd.DataFrame(gap, columns=list(task.features))
    assert prepared(spec, given, tmp_path) == pytest.approx(filled, abs=2e-6)
    empty = given.assign(sex=None)
    assert prepared(spec, empty, tmp_path)[:, 5].tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"column 'island': .* 'Dream'"):
        prepared(spec, words.replace({"island": {"Dream": "Draem"}}), tmp_path)
    with pytest.raises(ValueError, match="rows must be a table with the columns island, bill"):
        prepared(spec, rows, tmp_path)


def test_pictures_and_sparse_words(tmp_path: Path, small_datasets: Path) -> None:
    pictures = FashionMnist("image")
    spec = learned(pictures, tmp_path)
    assert (spec.form, spec.shape) == ("arrays", (28, 28))
    assert (prepared(spec, pictures.rows(0).x_test, tmp_path) == expected(pictures)).all()
    reviews = Imdb(vocabulary=1200)
    spec, rows = learned(reviews, tmp_path), reviews.rows(0).x_test
    for given in (rows, rows.toarray()):
        found = prepared(spec, given, tmp_path)
        assert isinstance(found, csr_array)
        assert (found.toarray() == rows.toarray()).all()
    with pytest.raises(ValueError, match=r"shape \(5,\); the model takes \(1200,\)"):
        prepared(spec, csr_array(np.eye(5)), tmp_path)


@pytest.mark.parametrize("task", [Penguins("published"), BostonHousing("published")])
def test_what_was_scaled_beforehand_is_taken_so(
    task: Task, tmp_path: Path, small_datasets: Path
) -> None:
    assert learned(task, tmp_path) == InputsSpec("arrays", (len(task.features),))


def test_a_table_of_the_users(tmp_path: Path) -> None:
    task = in_csv(tmp_path, drop=["id", "nest"])
    spec = learned(task, tmp_path)
    assert spec.needed == ("mass", "island", "ringed", "seen")
    read = pd.read_csv(tmp_path / "birds.csv")
    rows = task.rows(0)
    test = read.loc[rows.x_test.index]
    assert (prepared(spec, test, tmp_path) == expected(task)).all()
    for column in ("mass", "ringed", "seen"):
        with pytest.raises(ValueError, match=f"no column '{column}'"):
            prepared(spec, test.drop(columns=column), tmp_path)


def test_what_no_row_had_before(tmp_path: Path) -> None:
    """An unknown word is none of the known ones; a gap is the median, wherever it is."""
    task = in_csv(tmp_path, drop=["id", "nest"])
    spec = learned(task, tmp_path)
    row = birds().iloc[[0]]
    usual = prepared(spec, row, tmp_path)[0]
    place = {name: position for position, name in enumerate(task.features)}
    islands = [place[f"island={name}"] for name in ("Biscoe", "Dream", "(missing)")]
    unknown = prepared(spec, row.assign(island="Atlantis"), tmp_path)[0]
    assert usual[islands].tolist() == [1, 0, 0]
    assert unknown[islands].tolist() == [0, 0, 0]
    assert prepared(spec, row.assign(island=None), tmp_path)[0][islands].tolist() == [0, 0, 1]
    gap = prepared(spec, row.assign(mass=np.nan, ringed=None), tmp_path)[0]
    assert gap[place["mass is missing"]] == 1
    median = float(task.rows(0).x_train["mass"].median())
    assert gap[place["mass"]] == prepared(spec, row.assign(mass=median), tmp_path)[0][place["mass"]]
    assert np.isfinite(gap).all()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("mass", "heavy", "column 'mass': Unable to parse string 'heavy'"),
        ("seen", "yesterday", "column 'seen': Time data yesterday is not ISO8601 format."),
        ("mass", np.inf, "infinity"),
    ],
)
def test_values_of_another_type(tmp_path: Path, column: str, value: object, said: str) -> None:
    spec = learned(in_csv(tmp_path, drop=["id", "nest"]), tmp_path)
    with pytest.raises(ValueError, match=said) as error:
        prepared(spec, birds().iloc[[0]].assign(**{column: value}), tmp_path)
    assert "\n" not in str(error.value)
    assert "You might" not in str(error.value)


def test_a_table_for_an_estimator_that_prepares_it_itself(tmp_path: Path) -> None:
    task = in_csv(tmp_path, drop=["id", "nest"], preprocessing="none")
    spec = learned(task, tmp_path)
    assert not (tmp_path / "preprocessing.skops").exists()
    given = prepared(spec, birds().assign(more=1), tmp_path)
    assert list(given.columns) == ["mass", "island", "ringed", "seen"]


def test_rows_of_a_function(tmp_path: Path) -> None:
    (tmp_path / "my_rows.py").write_text(
        "import numpy as np, pandas as pd\n"
        "x = np.arange(80.0).reshape(40, 2) ** 2\n"
        "y = np.arange(40) % 2\n"
        "def arrays():\n    return x, y\n"
        "def table():\n    return pd.DataFrame({'a': x[:, 0], 'w': ['u', 'v'] * 20}), y\n"
    )
    for name, scale in (("arrays", "standard"), ("arrays", "none"), ("table", None)):
        options = {"load": f"my_rows:{name}"} | ({} if scale is None else {"scale": scale})
        task = UserRows.from_options(options, str(tmp_path))
        spec = learned(task, tmp_path)
        assert spec.form == ("table" if name == "table" else "arrays")
        found = prepared(spec, task.rows(0).x_test, tmp_path)
        assert found == pytest.approx(expected(task), rel=1e-5, abs=2e-6)


def test_odd_rows(tmp_path: Path) -> None:
    spec = learned(TinyTask(), tmp_path)
    rows = TinyTask().rows(0).x_test
    table = pd.DataFrame(rows, columns=["x0", "x1", "x2", "x3"])
    with pytest.raises(ValueError, match="no column 'x2'; did you mean 'x-2'"):
        prepared(spec, table.rename(columns={"x2": "x-2"}), tmp_path)
    with pytest.raises(ValueError, match="column 'x1' is no column of numbers"):
        prepared(spec, table.assign(x1="a"), tmp_path)
    for value in (np.nan, np.inf):
        with pytest.raises(ValueError, match="row 1: x3 has no value, or an infinite one"):
            prepared(spec, table.assign(x3=value), tmp_path)
    with pytest.raises(ValueError, match=r"shape \(3,\) and type float64; .* shape \(4,\)"):
        prepared(spec, rows[:, :3], tmp_path)
    with pytest.raises(ValueError, match="type object"):
        prepared(spec, rows.astype(object), tmp_path)
    for given in (table[:0], rows[:0]):
        with pytest.raises(ValueError, match="there are no rows"):
            prepared(spec, given, tmp_path)
    nameless = replace(spec, form="arrays", names=())
    with pytest.raises(ValueError, match="row 2: number 3 has no value"):
        prepared(nameless, np.where(np.arange(60).reshape(15, 4) == 7, np.nan, rows), tmp_path)
