"""What is refused when a sweep's parts are built: before anything is written, or trained."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.parts import Parts
from sweeps.reading.sweep import read_sweep

SMALL: dict[str, Any] = {"task": "penguins", "space": {"width": [16, 32]}}


def test_metrics_that_the_task_has_are_let_through() -> None:
    parts = Parts.of(read_sweep({**SMALL, "objective": "val_f1"}))
    assert parts.problem.evaluate.metrics == ("f1",)


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"objective": "val_mae"}, ("objective",), "val_mae means nothing on a classification"),
        (
            {"evaluate": {"metrics": ["auc", "r2"]}},
            ("evaluate", "metrics", 1),
            "r2 means nothing on a classification task; measured there: loss, accuracy, f1,",
        ),
        ({"evaluate": {"folds": 200}}, ("evaluate",), "the rows cannot be split like this"),
    ],
)
def test_what_the_task_s_rows_do_not_allow_is_refused(
    changes: dict[str, Any], path: tuple[str | int, ...], message: str
) -> None:
    with pytest.raises(SpaceError, match=message) as caught:
        Parts.of(read_sweep({**SMALL, **changes}))
    assert caught.value.path == path
