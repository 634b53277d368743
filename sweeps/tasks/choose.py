"""From a task's name in a sweep file to the task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from search_spaces import SpaceError, nearest
from sweeps.sweep import TaskChoice
from sweeps.tasks.penguins import Penguins, Preprocessing
from sweeps.tasks.task import Task


def task_for(choice: TaskChoice) -> Task:
    """The task of that name with those options.

    Raises SpaceError, its path under `task`, for an unknown name, option or value.
    """
    loader = TASKS.get(choice.name)
    if loader is None:
        raise SpaceError(_unknown("task", choice.name, tuple(TASKS)), ("task", "name"))
    return loader(choice.options)


def _penguins(options: Mapping[str, Any]) -> Task:
    _refuse_unknown(options, ("preprocessing",))
    preprocessing = options.get("preprocessing", "corrected")
    known = get_args(Preprocessing)
    if preprocessing not in known:
        raise SpaceError(_unknown("preprocessing", preprocessing, known), ("task", "preprocessing"))
    return Penguins(preprocessing)


TASKS: Mapping[str, Callable[[Mapping[str, Any]], Task]] = {"penguins": _penguins}
"""Every task that a sweep file can name, and how its options are read."""


def _refuse_unknown(options: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for option in options:
        if option not in known:
            raise SpaceError(_unknown("option", option, known), ("task", option))


def _unknown(what: str, word: object, known: tuple[str, ...]) -> str:
    close = nearest(str(word), known)
    way_out = f"did you mean {close!r}?" if close else f"known: {', '.join(known)}"
    return f"unknown {what} {word!r}; {way_out}"
