"""What a sweep tunes, as a sweep file says it."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.reading.subject import grouped, needs_folder, read_subject, read_task
from sweeps.sweep import SubjectChoice, TaskChoice


def top(**values: Any) -> Section:
    return Section.of(values, ())


@pytest.mark.parametrize("kind", ["model", "estimator", "function"])
def test_code_of_the_users_is_named_by_its_path(kind: str) -> None:
    short = read_subject(top(**{kind: "own:build"}))
    long = read_subject(top(**{kind: {"path": "own:build"}}))
    assert short == long == SubjectChoice(kind, "own:build")  # type: ignore[arg-type]


def test_without_any_the_built_in_networks_are_tuned() -> None:
    assert read_subject(top(task="penguins")) == SubjectChoice()


def test_options_stand_beside_the_path() -> None:
    chosen = read_subject(top(model={"path": "own:build", "keras": "torch"}))
    assert chosen.options == {"keras": "torch"}


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [
        ({"model": "a:b", "function": "a:c"}, ("function",), "stands beside model"),
        ({"model": "build"}, ("model",), "module:name"),
        ({"model": {"path": "a:b", "keras_": 1}}, ("model", "keras_"), "did you mean 'keras'"),
        ({"model": {"keras": "jax"}}, ("model",), "'path' is missing"),
        ({"estimator": 3}, ("estimator",), "not a mapping"),
    ],
)
def test_mistakes_are_named_where_they_are(
    values: dict[str, Any], path: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SweepError, match=message) as caught:
        read_subject(top(**values))
    assert caught.value.path == path


def test_a_function_needs_no_task() -> None:
    task = read_task(top(), SubjectChoice("function", "own.code:objective"))
    assert task == TaskChoice("none", {"name": "own.code.objective"})


@pytest.mark.parametrize("subject", [SubjectChoice(), SubjectChoice("model", "own:build")])
def test_everything_else_needs_one(subject: SubjectChoice) -> None:
    with pytest.raises(SweepError, match="'task' is missing"):
        read_task(top(), subject)


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ({"csv": "a.csv", "target": "y"}, "table"),
        ({"parquet": "a.parquet", "target": "y"}, "table"),
        ({"load": "own:rows"}, "rows"),
        ({"name": "penguins", "preprocessing": "published"}, "penguins"),
    ],
)
def test_a_table_or_rows_of_the_users_need_no_name(task: dict[str, Any], name: str) -> None:
    assert read_task(top(task=task), SubjectChoice()).name == name


def test_the_column_of_groups_is_the_tasks_to_keep_out() -> None:
    task = TaskChoice("table", {"csv": "a.csv"})
    evaluate = Section.of({"groups": "site"}, ("evaluate",))
    assert grouped(task, evaluate).options == {"csv": "a.csv", "groups": "site"}
    assert grouped(task, Section.of({}, ("evaluate",))) == task


@pytest.mark.parametrize(
    ("task", "subject", "metrics", "needed"),
    [
        (TaskChoice("penguins"), SubjectChoice(), ("f1",), False),
        (TaskChoice("table", {"csv": "a.csv"}), SubjectChoice(), (), True),
        (TaskChoice("penguins"), SubjectChoice("model", "own:build"), (), True),
        (TaskChoice("penguins"), SubjectChoice(), ("own:score",), True),
    ],
)
def test_a_folder_is_kept_for_what_is_looked_for_in_it(
    task: TaskChoice, subject: SubjectChoice, metrics: tuple[str, ...], needed: bool
) -> None:
    assert needs_folder(task, subject, metrics) is needed
