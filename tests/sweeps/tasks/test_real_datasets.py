"""The data sets as Keras publishes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sweeps.cache_folder import VARIABLE
from sweeps.errors import SweepError
from sweeps.tasks.boston_housing import BostonHousing
from sweeps.tasks.fashion_mnist import FashionMnist
from sweeps.tasks.imdb import LARGEST_VOCABULARY, LONGEST, Imdb
from sweeps.tasks.kept_datasets import arrays_of
from sweeps.tasks.published_files import FILES
from sweeps.tasks.reuters import LARGEST_VOCABULARY as LARGEST_OF_REUTERS
from sweeps.tasks.reuters import Reuters
from sweeps.tasks.task import Task
from tests.sweeps.tasks.small_datasets import nothing_loaded

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def loaded_anew(keras_home: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    with nothing_loaded(monkeypatch):
        yield


def python(script: str, *arguments: str, **variables: str) -> str:
    """What a Python process says."""
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize(
    ("task", "train", "test", "ones"),
    [
        (Reuters(), (8_982, 10_000), (2_246, 10_000), 733_517),
        (Imdb(), (25_000, 10_000), (25_000, 10_000), 3_292_468),
    ],
)
def test_texts_are_sparse(
    task: Task, train: tuple[int, int], test: tuple[int, int], ones: int
) -> None:
    rows = task.rows(0)
    assert (rows.x_train.shape, rows.x_test.shape, rows.x_train.nnz) == (train, test, ones)


@pytest.mark.parametrize(
    ("task", "train", "test"),
    [
        (Imdb(form="sequence"), (25_000, 256), (25_000, 256)),
        (FashionMnist(), (60_000, 784), (10_000, 784)),
        (FashionMnist("image"), (60_000, 28, 28), (10_000, 28, 28)),
        (BostonHousing(), (404, 13), (102, 13)),
        (BostonHousing("published"), (404, 13), (102, 13)),
    ],
)
def test_rows_are_all_there(task: Task, train: tuple[int, ...], test: tuple[int, ...]) -> None:
    for split in (0, 1):
        rows = task.rows(split)
        assert (rows.x_train.shape, rows.x_test.shape) == (train, test)


@pytest.mark.parametrize(
    ("name", "vocabulary"), [("imdb", LARGEST_VOCABULARY), ("reuters", LARGEST_OF_REUTERS)]
)
def test_the_largest_vocabulary_leaves_no_word_out(name: str, vocabulary: int) -> None:
    held = arrays_of(name)
    assert held["tokens"].max() + 1 == vocabulary
    assert name == "reuters" or np.diff(held["starts"]).max() == LONGEST


def test_rows_are_those_that_the_posts_lines_make() -> None:
    script = """
import numpy as np
from keras import datasets, utils
from sweeps.tasks.choose import task_for
from sweeps.sweep import TaskChoice

def rows_of(name, **options):
    return task_for(TaskChoice(name, options)).rows(0)

for name in ("imdb", "reuters"):
    (train, y_train), (test, y_test) = getattr(datasets, name).load_data(num_words=10000)
    rows = rows_of(name)
    assert np.array_equal(rows.y_train, y_train) and np.array_equal(rows.y_test, y_test)
    for texts, x in ((train, rows.x_train), (test, rows.x_test)):
        for row in range(len(texts)):
            found = x.indices[x.indptr[row]:x.indptr[row + 1]]
            assert found.tolist() == sorted(set(texts[row]))
    if name == "imdb":
        rows = rows_of("imdb", form="sequence")
        padded = utils.pad_sequences(test, value=0, padding="post", maxlen=256)
        assert np.array_equal(rows.x_test, padded)

(train, y_train), (test, y_test) = datasets.fashion_mnist.load_data()
rows = rows_of("fashion_mnist", shape="image")
assert np.array_equal(rows.x_test, (test / 255.0).astype("float32"))
assert np.array_equal(rows.y_train, y_train)

(train, y_train), (test, y_test) = datasets.boston_housing.load_data()
raw = rows_of("boston_housing")
assert np.array_equal(raw.x_train, train) and np.array_equal(raw.y_test, y_test)
mean = train.mean(axis=0)
train -= mean
std = train.std(axis=0)
train -= std
test -= mean
test /= std
rows = rows_of("boston_housing", preprocessing="published")
assert np.array_equal(rows.x_train, train) and np.array_equal(rows.x_test, test)

from sweeps.tasks.reuters import TOPICS
assert datasets.reuters.get_label_names() == TOPICS
print("equal")
"""
    assert python(script, KERAS_BACKEND="numpy") == "equal\n"


def test_imdb_is_loaded_and_divided_within_little_memory(tmp_path: Path) -> None:
    script = r"""
import json, re, resource
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.imdb import Imdb

problem = Problem(Imdb(), Evaluate(folds=4), Objective(), 0)
problem.split_hash(), problem.task.digest()
for fold in range(4):
    problem.data(fold, 0)
# What getrusage says of this process begins with the size of the one that started it.
own = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
of_keras = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([own // 1024, of_keras // 1024]))
"""
    own, of_keras = json.loads(python(script, **{VARIABLE: str(tmp_path)}))
    assert own < 800, f"{own} MB at most"
    assert of_keras < 1400, f"{of_keras} MB at most, in the process that Keras loads in"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_short_is_named_and_left_alone(
    name: str, keras_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    file = keras_home / "datasets" / next(iter(FILES[name]))
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    try:
        size = f"{len(whole) - 100:,}"
        with pytest.raises(SweepError, match=rf"{name}: .*\({size} bytes\) is broken"):
            arrays_of(name)
        assert file.read_bytes() == whole[:-100]
    finally:
        file.write_bytes(whole)
