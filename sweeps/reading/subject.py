"""From a plain mapping to what a sweep tunes: networks, or code of the user's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.sweep import SubjectChoice, SubjectKind, TaskChoice
from sweeps.user_code.user_code import check_path

OWN_CODE: tuple[SubjectKind, ...] = tuple(
    kind for kind in get_args(SubjectKind) if kind != "network"
)
OPTIONS: dict[SubjectKind, tuple[str, ...]] = {
    "model": ("keras", "callbacks"),
    "estimator": ("epochs",),
    "function": ("takes",),
}
KERAS = ("jax", "tensorflow", "torch")
"""Backends that Keras may train a model on."""
TAKES = ("config", "trial")
"""What a function is given: a configuration, or a trial of Optuna's that it asks for values."""
LONGEST_FOLDER = 500
"""Characters of a folder."""
FILES = ("csv", "parquet", "load")
"""Options of a task that name something of the user's: a table, or a function that loads rows."""


def read_subject(top: Section) -> SubjectChoice:
    """The one of `model`, `estimator` and `function` that is there, or networks of ours."""
    given = [kind for kind in OWN_CODE if kind in top.values]
    if not given:
        return SubjectChoice()
    if len(given) > 1:
        message = f"stands beside {given[0]}; a sweep tunes one of them"
        raise SweepError(message, (given[1],), about_key=True)
    kind = given[0]
    value: Any = top.values[kind]
    if isinstance(value, str):
        return SubjectChoice(kind, check_path(value, (kind,)))
    section = Section.of(value, (kind,)).only(("path", *OPTIONS[kind]))
    path = check_path(section.required("path", "path: my_module:build"), (kind, "path"))
    options = {key: section.text(key, "") for key in section.values if key != "path"}
    if "keras" in options:
        section.one_of("keras", KERAS[0], KERAS)
    if "callbacks" in options:
        check_path(options["callbacks"], (kind, "callbacks"))
    if "takes" in options:
        section.one_of("takes", "config", TAKES)
    return SubjectChoice(kind, path, options)


def read_task(top: Section, subject: SubjectChoice) -> TaskChoice:
    """The task. A table or rows of the user's need no name, a function no task at all."""
    if subject.kind == "function" and "task" not in top.values:
        return TaskChoice("none", {"name": subject.path.replace(":", ".")})
    value = top.required("task", "task: penguins")
    if isinstance(value, str):
        return TaskChoice(value)
    section = Section.of(value, ("task",))
    given = [key for key in FILES if key in section.values]
    if given:
        kind = "rows" if given == ["load"] else "table"
        return TaskChoice(kind, dict(section.values))
    section.required("name", "name: penguins")
    options = {key: inner for key, inner in section.values.items() if key != "name"}
    return TaskChoice(section.text("name", ""), options)


def grouped(task: TaskChoice, evaluate: Section) -> TaskChoice:
    """The task with `evaluate.groups` as an option: it must keep that column out of the inputs."""
    if "groups" not in evaluate.values:
        return task
    return replace(task, options={**task.options, "groups": evaluate.text("groups", "")})


def folder_of(top: Section, default: str) -> str:
    """Where the user's modules and files are looked for, as an absolute path."""
    given = top.text("folder", ".")
    if len(given) > LONGEST_FOLDER:
        raise top.wrong("folder", f"has more than {LONGEST_FOLDER} characters")
    return str((Path(default) / given).absolute())


def needs_folder(task: TaskChoice, subject: SubjectChoice, metrics: tuple[str, ...]) -> bool:
    """Whether a sweep names anything that is looked for beside its file."""
    files = any(key in task.options for key in FILES)
    return files or subject.kind != "network" or any(":" in metric for metric in metrics)
