"""From a task's name in a sweep file to the task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.sweep import TaskChoice
from sweeps.tasks.boston_housing import BostonHousing
from sweeps.tasks.breast_cancer import BreastCancer
from sweeps.tasks.fashion_mnist import FashionMnist
from sweeps.tasks.imdb import Imdb
from sweeps.tasks.no_rows import NoRows
from sweeps.tasks.options import options_of
from sweeps.tasks.penguins import Penguins, Preprocessing
from sweeps.tasks.reuters import Reuters
from sweeps.tasks.table_options import table_for
from sweeps.tasks.task import Task
from sweeps.tasks.user_rows import UserRows


def task_for(choice: TaskChoice, folder: str = "") -> Task:
    """The task of that name with those options; files are looked for in `folder`.

    Raises SweepError, its path under `task`, for an unknown name, option or value.
    """
    loader = TASKS.get(choice.name)
    if loader is None:
        message = f"unknown task {shown(choice.name)}; {suggestion(choice.name, TASKS)}"
        raise SweepError(message, ("task", "name"))
    return loader(choice.options, folder)


def _penguins(options: Mapping[str, Any], folder: str) -> Task:  # noqa: ARG001
    options_of(options, ("preprocessing",))
    preprocessing = options.get("preprocessing", "corrected")
    known = get_args(Preprocessing)
    if preprocessing not in known:
        message = f"{shown(preprocessing)}; {suggestion(str(preprocessing), known)}"
        raise SweepError(message, ("task", "preprocessing"))
    return Penguins(preprocessing)


Loader = Callable[[Mapping[str, Any], str], Task]

TASKS: Mapping[str, Loader] = {
    "boston_housing": BostonHousing.from_options,
    "breast_cancer": BreastCancer.from_options,
    "fashion_mnist": FashionMnist.from_options,
    "imdb": Imdb.from_options,
    "none": NoRows.from_options,
    "penguins": _penguins,
    "reuters": Reuters.from_options,
    "rows": UserRows.from_options,
    "table": table_for,
}
"""Every task that a sweep file can name, and how its options are read."""
