from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sweeps.errors import SweepError
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.user_rows import UserRows
from sweeps.tasks.user_rows_given import given_rows
from sweeps.tasks.user_rows_loading import rows_at
from sweeps.tasks.user_rows_target import target_of_rows
from tests.sweeps.tasks.contract import TaskContract

PAIRS = """
import numpy as np
def load():
    rng = np.random.default_rng(1)
    x = rng.normal(5, 3, size=(40, 4)); y = np.arange(40) % 3
    return (x[:30], y[:30]), (x[30:], y[30:])
"""


def loading(folder: Path, source: str, **options) -> UserRows:
    """The task of a `load` with that source."""
    (folder / "my_data.py").write_text(source)
    return UserRows.from_options({"load": "my_data:load", **options}, str(folder))


def returning(folder: Path, returned: str, **options) -> UserRows:
    """The task of a `load` that returns that expression; x is (40, 4), y 40 of 3 classes."""
    source = (
        "import numpy as np\nimport pandas as pd\nfrom scipy import sparse\n"
        "x = np.arange(160.0).reshape(40, 4) % 7\ny = np.arange(40) % 3\n"
        f"def load():\n    return {returned}\n"
    )
    return loading(folder, source, **options)


class TestArrays(TaskContract):
    @pytest.fixture(scope="class")
    @classmethod
    def task(cls, tmp_path_factory: pytest.TempPathFactory):
        return loading(tmp_path_factory.mktemp("arrays"), PAIRS)


class TestSparse(TaskContract):
    @pytest.fixture(scope="class")
    @classmethod
    def task(cls, tmp_path_factory: pytest.TempPathFactory):
        return returning(tmp_path_factory.mktemp("sparse"), "sparse.csr_matrix(x), y")


class TestImages(TaskContract):
    @pytest.fixture(scope="class")
    @classmethod
    def task(cls, tmp_path_factory: pytest.TempPathFactory):
        images = "x.reshape(40, 2, 2).astype('uint8')"
        return returning(
            tmp_path_factory.mktemp("images"),
            f"{{'x': {images}, 'y': y / 2, 'groups': np.arange(40) // 4}}",
        )


def test_rows_as_keras_datasets_return_them(tmp_path):
    task = loading(tmp_path, PAIRS)
    rows = task.rows(0)
    assert (len(rows.y_train), len(rows.y_test)) == (30, 10)
    assert rows.y_train.tolist() == [row % 3 for row in range(30)]
    assert (task.name, task.kind, task.outputs) == ("my_data", "classification", 3)
    assert (task.classes, task.features) == (("0", "1", "2"), ("x0", "x1", "x2", "x3"))
    (as_given,) = task.scaled(rows.x_train, rows.x_train)
    np.testing.assert_array_equal(as_given, rows.x_train.astype(np.float32))


def test_rows_are_scaled_where_that_is_asked_for(tmp_path):
    task = loading(tmp_path, PAIRS, scale="standard")
    rows = task.rows(0)
    train, test = task.scaled(rows.x_train, rows.x_train, rows.x_test)
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(train.std(axis=0), 1, rtol=1e-5)
    mean, spread = rows.x_train.mean(axis=0), rows.x_train.std(axis=0)
    np.testing.assert_allclose(test, (rows.x_test - mean) / spread, rtol=1e-5)


def test_rows_without_tests_are_split_here(tmp_path):
    task = returning(tmp_path, "x, y", test=0.25)
    assert len(task.rows(0).y_test) == 10
    assert np.bincount(task.rows(1).y_test).min() >= 3


def test_a_dict_says_more(tmp_path):
    returned = (
        "{'x_train': x[:30], 'y_train': y[:30], 'x_test': x[30:], 'y_test': y[30:],"
        " 'groups': ['g%d' % (i // 3) for i in range(30)], 'classes': ['low', 'mid', 'high'],"
        " 'class_weights': {'mid': 2}, 'scale': 'standard'}"
    )
    task = returning(tmp_path, returned)
    rows = task.rows(0)
    assert task.classes == ("low", "mid", "high")
    assert rows.class_weights == {1: 2.0}
    assert len(np.unique(rows.groups)) == 10
    assert task.pipeline(rows.x_train) is not None
    problem = Problem(task, Evaluate(folds=3), Objective(), seed=1)
    data = problem.data(1, 0)
    assert data.val is not None
    assert set(data.train.weights[data.train.y == 1]) == {2.0}
    with pytest.raises(SweepError, match="no groups of its test rows"):
        task.rows(1)
    said = returning(tmp_path, returned, class_weights="balanced", scale="none")
    assert said.rows(0).class_weights == "balanced"
    assert said.pipeline(rows.x_train) is None


def test_a_pandas_table_is_encoded_as_tables_are(tmp_path):
    returned = (
        "pd.DataFrame({'a': x[:, 0], 'word': pd.Series(list('pq') * 19 + [None] * 2),"
        " 'day': pd.date_range('2020-01-01', periods=40),"
        " 'who': np.arange(40) // 5}), y > 0"
    )
    task = returning(tmp_path, returned, groups="who")
    rows = task.rows(0)
    assert task.features == ("a", "day", "word=p", "word=q", "word=(missing)")
    assert (task.classes, task.outputs) == (("False", "True"), 1)
    assert list(rows.x_train.columns) == ["a", "word", "day"]
    (train,) = task.scaled(rows.x_train, rows.x_train)
    assert (train.dtype, train.shape) == (np.float32, (len(rows.y_train), 5))
    np.testing.assert_array_equal(train[:, 2:].sum(axis=1), 1)


Y = np.arange(40) % 3


@pytest.mark.parametrize(
    ("y", "kind", "why"),
    [
        (Y, "classification", "from 0 to 2"),
        (Y * 5, "classification", "3 different whole numbers"),
        (Y.reshape(-1, 1), "classification", "from 0 to 2"),
        (np.eye(3)[Y], "classification", "a single 1"),
        (np.array(["u", "v", "w"])[Y], "classification", "words"),
        (np.array(["u", "v", "w"], dtype=object)[Y], "classification", "words"),
        (Y > 0, "classification", "truth values"),
        (np.arange(40) * 2, "regression", "40 different whole numbers"),
        (Y / 3, "regression", "fractions"),
        (np.stack([Y, Y / 2], axis=1), "regression", "2 numbers a row"),
    ],
)
def test_classes_or_numbers(y, kind, why):
    target = target_of_rows(given_rows((np.ones((40, 2)), y)).y, None, None)
    assert target.kind == kind
    assert why in target.why
    if kind == "classification":
        assert target.y.dtype == np.int64
        assert target.y[:3].tolist() == [0, 1, min(2, len(target.classes) - 1)]
    else:
        assert (target.y.dtype, target.classes) == (np.float64, ())
        np.testing.assert_array_equal(target.y, y)


def test_several_numbers_to_predict(tmp_path):
    task = returning(tmp_path, "x, np.stack([y, y / 2], axis=1)")
    assert (task.kind, task.outputs) == ("regression", 2)
    assert task.rows(0).y_test.shape == (8, 2)


def test_the_kind_can_be_said():
    assert target_of_rows(Y, "regression", None).kind == "regression"
    assert target_of_rows(Y / 2, "classification", None).classes == ("0.0", "0.5", "1.0")
    with pytest.raises(ValueError, match="the targets are words"):
        target_of_rows(np.array(["u", "v"]), "regression", None)


def test_the_function_is_called_once_for_all_processes(tmp_path):
    source = PAIRS.replace(
        "def load():", "def load():\n    open(__file__ + '.log', 'a').write('called ')"
    )
    task = loading(tmp_path, source)
    rows = task.rows(0)
    sent = pickle.loads(pickle.dumps(task))
    assert sent == task
    rows_at.cache_clear()  # as in another process
    np.testing.assert_array_equal(sent.rows(0).x_train, rows.x_train)
    assert Path(task.place, "meta.json").exists()
    assert (tmp_path / "my_data.py.log").read_text() == "called "
    anew = UserRows.from_options({"load": "my_data:load"}, str(tmp_path))
    assert anew != task
    assert anew.digest() == task.digest()
    assert (tmp_path / "my_data.py.log").read_text() == "called called "


def test_it_is_not_called_in_this_process(tmp_path):
    import sys

    loading(tmp_path, PAIRS).rows(0)
    assert "my_data" not in sys.modules
    assert str(tmp_path) not in sys.path


X = np.arange(160.0).reshape(40, 4) % 7
BAD = {
    "three": ((X, Y, Y), "returned tuple: return"),
    "none": (None, "returned NoneType"),
    "a wrong key": ({"x": X, "labels": Y}, "unknown key 'labels'"),
    "no targets": ({"x": X}, "x_train or y_train is missing"),
    "half a test": ({"x": X, "y": Y, "x_test": X}, "go together"),
    "other lengths": ((X, Y[:7]), "x_train has 40 rows and y_train 7"),
    "other widths": (((X, Y), (X[:, :2], Y)), r"shape \(4,\), x_test \(2,\)"),
    "other kinds": (((X, Y), (sparse.csr_array(X), Y)), "of two kinds"),
    "other columns": (
        ((pd.DataFrame({"a": Y}), Y), (pd.DataFrame({"b": Y}), Y)),
        "x_test has no column 'a'",
    ),
    "no numbers": ((X.astype(str), Y), "not numbers"),
    "lists of lengths": (([[1, 2], [3]] * 20, Y), "different lengths; pad them"),
    "objects of lengths": ((np.array([[1, 2], [3]] * 20, dtype=object), Y), "pad them"),
    "gaps": ((np.where(X == 3, np.nan, X), Y), "x_train has nan in row 1"),
    "sparse gaps": ((sparse.csr_array(np.where(X == 3, np.nan, X)), Y), "x_train has nan"),
    "gaps in targets": ((X, np.where(Y == 2, np.inf, Y)), "y_train has inf in row 3"),
    "targets of another shape": (((X, Y), (X, np.eye(3)[Y])), "y_train has shape"),
    "words and numbers": (((X, Y), (X, Y.astype(str))), "y_train holds int64 and y_test"),
    "deep targets": ((X, X.reshape(40, 2, 2)), "one target a row"),
    "groups too short": ({"x": X, "y": Y, "groups": [1, 2]}, "groups has 2 rows"),
    "no rows": ((X[:0], Y[:0]), "x_train has no rows"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows_get_one_clear_line(case):
    returned, words = BAD[case]
    with pytest.raises(ValueError, match=words) as said:
        given_rows(returned)
    assert "\n" not in str(said.value)


def test_bad_targets():
    with pytest.raises(ValueError, match="every target is 1: one class only"):
        target_of_rows(np.ones(4, int), None, None)
    with pytest.raises(ValueError, match="1 names of classes, and 3 classes"):
        target_of_rows(Y, None, ["a"])
    with pytest.raises(ValueError, match="which are no classes"):
        target_of_rows(X, "classification", None)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("x[:9], y", "my_data:load: x_train has 9 rows and y_train 40"),
        ("pd.DataFrame({'a': [np.inf] * 40}), y", "column 'a' is infinite in row 1"),
        ("{'x': x, 'y': y, 'class_weights': {'z': 2}}", "no class 'z'"),
    ],
)
def test_bad_rows_from_the_other_process(tmp_path, returned, words):
    with pytest.raises(SweepError, match=words) as said:
        returning(tmp_path, returned).rows(0)
    assert said.value.path[0] == "task"


def test_what_the_user_raises_is_shown_with_their_own_lines(tmp_path):
    source = "def load():\n    return helper()\n\ndef helper():\n    raise KeyError('column')\n"
    with pytest.raises(SweepError, match="my_data:load: KeyError: 'column'") as said:
        loading(tmp_path, source).rows(0)
    assert said.value.path == ("task", "load")
    assert "in helper" in said.value.lines
    assert "sweeps" not in said.value.lines


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\ndef load():\n    os._exit(7)\n", "its process ended with exit code 7"),
        ("def load():\n    raise SystemExit(3)\n", "SystemExit: 3"),
        ("import no_such\n", "no module named 'no_such'|No module named 'no_such'"),
        ("def laod():\n    pass\n", "no 'load' in .*did you mean 'laod'"),
        ("load = 3\n", "my_data:load is of type int"),
    ],
)
def test_no_crash_of_theirs_is_ours(tmp_path, source, words):
    with pytest.raises(SweepError, match=words):
        loading(tmp_path, source).rows(0)


def test_options_that_mean_nothing_are_refused(tmp_path):
    for options, words in (
        ({"load": "my_data"}, "not of the form `module:name`"),
        ({"load": "a:b", "scale": "minmax"}, "known here: standard, none"),
        ({"load": "a:b", "target": "y"}, "unknown key 'target'"),
    ):
        with pytest.raises(SweepError, match=words):
            UserRows.from_options(options, "")
    with pytest.raises(SweepError, match="is for tables of numbers"):
        task = returning(tmp_path, "sparse.csr_array(x), y", scale="standard")
        task.scaled(task.rows(0).x_train)
    with pytest.raises(SweepError, match="is a column, and the rows are no pandas table"):
        returning(tmp_path, "x, y", groups="who").rows(0)
