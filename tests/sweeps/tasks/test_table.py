from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.errors import SweepError
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.table import inputs_from
from sweeps.tasks.table_content import read_sheet
from sweeps.tasks.table_options import table_for
from tests.sweeps.tasks.contract import TaskContract
from tests.sweeps.tasks.made_up_tables import ROWS, birds, in_csv, numbered, written


class TableContract(TaskContract):
    """The rows of a table have as many columns as the table until they are encoded."""

    def test_its_columns_have_names_that_are_made_once(self, task):
        (train,) = task.scaled(task.rows(0).x_train, task.rows(0).x_train)
        assert len(task.features) == len(set(task.features)) == train.shape[1]
        assert task.features is task.features

    def test_scaled_parts_are_float32_of_the_same_shape(self, task):
        rows = task.rows(0)
        for part, scaled in zip(
            (rows.x_train, rows.x_test),
            task.scaled(rows.x_train, rows.x_train, rows.x_test),
            strict=True,
        ):
            assert (scaled.dtype, len(scaled)) == (np.float32, len(part))
            assert np.isfinite(scaled).all()


class TestATable(TableContract):
    @pytest.fixture
    def task(self, tmp_path: Path):
        return in_csv(tmp_path, drop=["id"], groups="nest")


class TestATableInParquet(TableContract):
    @pytest.fixture
    def task(self, tmp_path: Path):
        birds().to_parquet(tmp_path / "birds.parquet")
        return table_for({"parquet": "birds.parquet", "target": "species"}, str(tmp_path))


def test_inputs_are_what_the_columns_say(tmp_path):
    task = in_csv(tmp_path, drop=["id", "nest"])
    assert task.features == (
        "mass",
        "ringed",
        "seen",
        "mass is missing",
        "island=Biscoe",
        "island=Dream",
        "island=(missing)",
    )
    assert task.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert (task.name, task.kind, task.outputs) == ("birds", "classification", 3)


def test_encoded_values(tmp_path):
    task = in_csv(tmp_path, drop=["id", "nest"])
    rows = task.rows(0)
    (train,) = task.scaled(rows.x_train, rows.x_train)
    known = rows.x_train["mass"]
    filled = known.fillna(known.median())
    assert train.dtype == np.float32
    scaled = (filled - filled.mean()) / filled.std(ddof=0)
    np.testing.assert_allclose(train[:, 0], scaled, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(train[:, 3], known.isna())
    islands = rows.x_train["island"]
    np.testing.assert_array_equal(train[:, 4], islands == "Biscoe")
    np.testing.assert_array_equal(train[:, 6], islands.isna())
    days = rows.x_train["seen"]
    assert days.min() == 18262  # 2020-01-01


def test_csv_and_parquet_are_the_same_table(tmp_path):
    one = in_csv(tmp_path, drop=["id"])
    birds().to_parquet(tmp_path / "birds.parquet")
    options = {"parquet": "birds.parquet", "target": "species", "drop": ["id"]}
    other = table_for(options, str(tmp_path))
    assert one.content.columns == other.content.columns
    rows, same = one.rows(0), other.rows(0)
    pd.testing.assert_frame_equal(rows.x_train, same.x_train)
    np.testing.assert_array_equal(rows.y_test, same.y_test)


def test_filling_and_scaling_are_learned_from_the_rows_given_alone(tmp_path):
    task = in_csv(tmp_path, drop=["id"])
    x = task.rows(0).x_train
    part, rest = x.iloc[:16], x.iloc[16:].copy()
    before = task.scaled(part, part, part)[1]
    rest["mass"] = 1e6
    np.testing.assert_array_equal(task.scaled(part, part, rest)[0], before)
    changed = part.assign(mass=part["mass"] * 3 + 5)
    assert np.allclose(task.scaled(changed, changed)[0][:, 0], before[:, 0], atol=1e-5)


def test_a_column_without_a_value_among_the_rows_given_is_zero(tmp_path):
    task = in_csv(tmp_path, drop=["id"])
    x = task.rows(0).x_train
    hole = x.assign(mass=np.nan)
    scaled, other = task.scaled(hole, hole, x)
    assert not scaled[:, 0].any()
    assert np.isfinite(other).all()
    assert scaled.shape[1] == len(task.features)


def test_a_gap_that_training_rows_do_not_have_is_an_input_all_the_same(tmp_path):
    task = in_csv(tmp_path, drop=["id"])
    x = task.rows(0).x_train
    whole = x[x["mass"].notna()]
    scaled, gaps = task.scaled(whole, whole, x[x["mass"].isna()])
    assert scaled.shape[1] == len(task.features)
    place = task.features.index("mass is missing")
    assert not scaled[:, place].any()
    assert gaps[:, place].all()


def test_every_fold_has_the_same_inputs(tmp_path):
    task = in_csv(tmp_path, drop=["id"], groups="nest")
    problem = Problem(task, Evaluate(folds=4), Objective(), seed=1)
    for fold in range(4):
        data = problem.data(fold, 0)
        assert data.val is not None
        assert data.train.x.shape[1] == data.val.x.shape[1] == len(task.features)
        assert np.isfinite(data.train.x).all()
    assert len(problem.split_hash()) == 16


@pytest.mark.parametrize("split", [0, 1, 2])
def test_groups_stay_whole(tmp_path, split):
    frame = birds()
    task = in_csv(tmp_path, frame, drop=["id", "island", "ringed", "seen"], groups="nest")
    rows = task.rows(split)
    assert "nest" not in rows.x_train.columns
    nests = frame["nest"].to_numpy()
    train, test = rows.x_train.index, rows.x_test.index
    assert not set(nests[train]) & set(nests[test])
    assert len(train) + len(test) == ROWS
    same_group = rows.groups[:, None] == rows.groups[None]
    np.testing.assert_array_equal(same_group, nests[train][:, None] == nests[train][None])


def test_the_test_rows_have_the_shares_of_the_classes(tmp_path):
    text = numbered("{i},{pq},{uv}", 80) + "1,p,u\n" * 20
    task = written(tmp_path, text, test=0.25)
    rows = task.rows(0)
    assert np.bincount(rows.y_test).tolist() == [15, 10]
    again = task.rows(1)
    assert np.bincount(again.y_test).tolist() == [15, 10]
    assert not rows.x_test.index.equals(again.x_test.index)


def test_rows_of_a_file_of_their_own_are_tested_on(tmp_path):
    written(tmp_path, "y,b,a,more\nv,q,100,1\nu,p,101,2\n")
    (tmp_path / "t.csv").rename(tmp_path / "test.csv")
    task = written(tmp_path, numbered("{i},{pq},{uv}"), test_csv="test.csv")
    rows = task.rows(0)
    assert rows.x_test["a"].tolist() == [100, 101]
    assert rows.y_test.tolist() == [1, 0]
    assert len(rows.y_train) == 20
    redrawn = [task.rows(split).x_test["a"].tolist() for split in (1, 2, 3)]
    assert {len(tested) for tested in redrawn} == {2}
    assert redrawn != [[100, 101]] * 3


@pytest.mark.parametrize(
    ("values", "kind", "classes", "outputs", "why"),
    [
        ("{uv}", "classification", ("u", "v"), 1, "words"),
        ("{b}", "classification", ("False", "True"), 1, "truth values"),
        ("{three}", "classification", ("2", "3", "10"), 3, "3 different whole numbers"),
        ("{i}", "regression", (), 1, "30 different whole numbers"),
        ("{half}", "regression", (), 1, "fractions"),
    ],
)
def test_classes_or_numbers(tmp_path, values, kind, classes, outputs, why):
    labels = [
        values.format(i=i, uv="uv"[i % 2], b=i % 2 == 0, three=(2, 10, 3)[i % 3], half=i / 2)
        for i in range(30)
    ]
    text = "a,y\n" + "".join(f"{i},{label}\n" for i, label in enumerate(labels))
    task = written(tmp_path, text)
    assert (task.kind, task.classes, task.outputs) == (kind, classes, outputs)
    assert why in task.content.target.why
    y = task.content.target.y
    if classes:
        assert [classes[number] for number in y] == labels
    else:
        assert y.dtype == np.float64
        assert y.tolist() == [float(label) for label in labels]


def test_the_kind_can_be_said(tmp_path):
    text = "a,y\n" + "".join(f"{i},{i % 3}\n" for i in range(30))
    assert written(tmp_path, text).kind == "classification"
    said = written(tmp_path, text, kind="regression")
    assert (said.kind, said.content.target.why) == ("regression", "`kind: regression`")


def test_class_weights_are_by_class_number(tmp_path):
    task = in_csv(tmp_path, drop=["id"], class_weights={"Gentoo": 2, "Adelie": 0.5})
    assert task.rows(0).class_weights == {2: 2.0, 0: 0.5}
    data = Problem(task, Evaluate(), Objective(), seed=1).data(0, 0)
    weights = dict(zip(data.train.y.tolist(), data.train.weights.tolist(), strict=True))
    assert weights == {0: 0.5, 1: 1.0, 2: 2.0}
    balanced = in_csv(tmp_path, drop=["id"], class_weights="balanced")
    assert balanced.rows(0).class_weights == "balanced"


def test_without_preprocessing_estimators_get_the_table_as_it_was_read(tmp_path):
    task = in_csv(tmp_path, drop=["id"], preprocessing="none")
    rows = task.rows(0)
    (train,) = task.scaled(rows.x_train, rows.x_train)
    read = pd.read_csv(tmp_path / "birds.csv")
    expected = read.loc[rows.x_train.index, list(train.columns)]
    pd.testing.assert_frame_equal(train, expected)
    assert task.features == ("mass", "island", "ringed", "seen", "nest")


def test_a_table_in_a_sweep_is_the_one_it_began_with(tmp_path):
    first = in_csv(tmp_path, drop=["id"])
    pinned = in_csv(tmp_path, drop=["id"], digest=first.digest())
    assert pinned.rows(0).y_train.tolist() == first.rows(0).y_train.tolist()
    in_csv(tmp_path, birds().assign(mass=1.0))
    assert first.digest() != pinned.expected
    with pytest.raises(SweepError, match=r"birds\.csv has changed since this sweep began") as said:
        pinned.rows(0)
    assert said.value.path == ("task", "csv")
    assert first.rows(0).x_train["mass"].eq(1.0).all()


def test_a_file_that_changes_is_read_again(tmp_path):
    task = written(tmp_path, numbered("{i},{pq},{uv}"))
    assert len(task.content.target.y) == 20
    written(tmp_path, numbered("{i},{pq},{uv}", 24))
    assert len(task.content.target.y) == 24


def test_the_fitted_pipeline_takes_other_tables(tmp_path):
    task = in_csv(tmp_path, drop=["id"])
    rows = task.rows(0)
    pipeline = task.pipeline(rows.x_train)
    scaled = task.scaled(rows.x_train, rows.x_test)[0]
    np.testing.assert_allclose(pipeline.transform(rows.x_test), scaled, rtol=1e-6)
    frame = read_sheet(task.source).frame.drop(columns="species").iloc[rows.x_test.index]
    again = pipeline.transform(inputs_from(task.content.columns, frame))
    np.testing.assert_allclose(again, scaled, rtol=1e-6)
    strange = inputs_from(task.content.columns, frame.assign(island="Torgersen"))
    islands = [place for place, name in enumerate(task.features) if name.startswith("island=")]
    assert not pipeline.transform(strange)[:, islands].any()
    with pytest.raises(ValueError, match="no column 'mass'"):
        inputs_from(task.content.columns, frame.rename(columns={"mass": "weight"}))
    with pytest.raises(ValueError, match="column 'mass'"):
        inputs_from(task.content.columns, frame.assign(mass="heavy"))


def test_a_table_travels_to_workers_without_its_rows(tmp_path):
    task = in_csv(tmp_path, drop=["id"], class_weights={"Adelie": 2.0})
    assert len(task.rows(0).y_test) == 8
    sent = pickle.dumps(task)
    assert len(sent) < 2000
    assert pickle.loads(sent) == task
    assert hash(task) == hash(pickle.loads(sent))


def test_values_as_people_write_them(tmp_path):
    quoted = 'a;b;y\n"1,5";"p;q";u\n2;"line\nbreak";v\n;r;u\nn/a?;r;v\n' * 1
    text = quoted + "3;r;u\n4;r;v\n" * 4
    task = written(tmp_path, "\ufeff" + text, decimal=",", missing=["n/a?"])
    assert task.content.inputs["a"].tolist()[:2] == [1.5, 2.0]
    assert task.content.columns[0].missing == 2
    assert task.content.columns[1].categories == ("line\nbreak", "p;q", "r")


def test_what_is_said_to_be_words_is_read_as_written(tmp_path):
    text = "zip,a,y\n" + "".join(f"0{i % 4},{i},{'uv'[i % 2]}\n" for i in range(20))
    task = written(tmp_path, text, types={"zip": "categorical"})
    assert task.content.columns[0].categories == ("00", "01", "02", "03")
