from __future__ import annotations

from pathlib import Path

import pytest

from search_spaces import SpaceError
from sweeps.cache_folder import VARIABLE
from sweeps.plan import plan_sweep
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import TaskChoice
from sweeps.tasks.boston_housing import BostonHousing
from sweeps.tasks.breast_cancer import BreastCancer
from sweeps.tasks.choose import TASKS, task_for
from sweeps.tasks.fashion_mnist import FashionMnist
from sweeps.tasks.imdb import Imdb
from sweeps.tasks.reuters import Reuters
from sweeps.tasks.task import Task


@pytest.mark.parametrize(
    ("choice", "task"),
    [
        (TaskChoice("boston_housing"), BostonHousing("corrected")),
        (TaskChoice("boston_housing", {"preprocessing": "published"}), BostonHousing("published")),
        (TaskChoice("breast_cancer"), BreastCancer("corrected")),
        (TaskChoice("breast_cancer", {"preprocessing": "published"}), BreastCancer("published")),
        (TaskChoice("fashion_mnist"), FashionMnist("flat")),
        (TaskChoice("fashion_mnist", {"shape": "image"}), FashionMnist("image")),
        (TaskChoice("imdb"), Imdb(10_000, "multi_hot")),
        (TaskChoice("imdb", {"vocabulary": 88_588}), Imdb(88_588)),
        (TaskChoice("imdb", {"form": "sequence"}), Imdb(10_000, "sequence", 256)),
        (
            TaskChoice("imdb", {"form": "sequence", "length": 99, "vocabulary": 500}),
            Imdb(500, "sequence", 99),
        ),
        (TaskChoice("reuters"), Reuters(10_000)),
        (TaskChoice("reuters", {"vocabulary": 500}), Reuters(500)),
    ],
)
def test_options_reach_the_task(choice: TaskChoice, task: Task) -> None:
    assert task_for(choice) == task


@pytest.mark.parametrize(
    ("name", "options", "place", "words"),
    [
        ("boston_housing", {"preprocessing": "publishd"}, "task.preprocessing", "'published'"),
        ("boston_housing", {"scaled": True}, "task.scaled", "unknown key 'scaled'"),
        ("breast_cancer", {"preprocessing": 3}, "task.preprocessing", "3 is not a name"),
        ("fashion_mnist", {"shape": "images"}, "task.shape", "did you mean 'image'"),
        ("imdb", {"vocabulary": 4}, "task.vocabulary", "4 is not a whole number from 5 up"),
        ("imdb", {"vocabulary": 88_589}, "task.vocabulary", "from 5 to 88588"),
        ("imdb", {"vocabulary": 1e4}, "task.vocabulary", "is not a whole number"),
        ("imdb", {"form": "sequences"}, "task.form", "did you mean 'sequence'"),
        ("imdb", {"length": 256}, "task.length", "add `form: sequence`"),
        ("imdb", {"form": "sequence", "length": 0}, "task.length", "from 1 up"),
        ("reuters", {"vocabulary": 30_984}, "task.vocabulary", "to 30983"),
        ("reuters", {"form": "sequence"}, "task.form", "unknown key 'form'"),
        ("reuters", {"groups": "topic"}, "evaluate.groups", "belong to no groups"),
        ("penguins", {"groups": "island"}, "evaluate.groups", "belong to no groups"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    name: str, options: dict[str, object], place: str, words: str
) -> None:
    with pytest.raises(SpaceError, match=words) as refused:
        task_for(TaskChoice(name, options))
    assert ".".join(map(str, refused.value.path)) == place


@pytest.mark.parametrize("name", [name for name in TASKS if name not in ("table", "rows", "none")])
def test_a_sweep_is_planned_without_its_rows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    sweep = read_sweep({"task": name, "space": {"width": [8, 16], "epochs": 2}})
    assert plan_sweep(sweep).trials == 2
    assert list(tmp_path.iterdir()) == []
