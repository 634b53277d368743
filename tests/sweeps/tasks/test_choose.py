from __future__ import annotations

import pytest

from search_spaces import SpaceError
from sweeps.sweep import TaskChoice
from sweeps.tasks.choose import task_for
from sweeps.tasks.penguins import Penguins


def test_the_default_is_corrected():
    assert task_for(TaskChoice("penguins")) == Penguins("corrected")


def test_options_reach_the_task():
    chosen = task_for(TaskChoice("penguins", {"preprocessing": "published"}))
    assert chosen == Penguins("published")


@pytest.mark.parametrize(
    ("choice", "path", "words"),
    [
        (TaskChoice("pengiuns"), ("task", "name"), "did you mean 'penguins'"),
        (TaskChoice("penguins", {"preprocesing": 1}), ("task", "preprocesing"), "preprocessing"),
        (
            TaskChoice("penguins", {"preprocessing": "publised"}),
            ("task", "preprocessing"),
            "did you mean 'published'",
        ),
        (TaskChoice("penguins", {"preprocessing": 3}), ("task", "preprocessing"), "corrected"),
    ],
)
def test_what_is_unknown_is_refused_with_a_way_out(choice, path, words):
    with pytest.raises(SpaceError, match=words) as refused:
        task_for(choice)
    assert refused.value.path == path
