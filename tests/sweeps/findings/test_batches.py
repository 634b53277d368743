from __future__ import annotations

from dataclasses import replace
from typing import Any

from sweeps.findings.batches import large_batches
from sweeps.findings.observed import observed
from sweeps.found import Found
from sweeps.trial import Cost
from tests.sweeps.findings.observations import of, scored

SPACE = {"width": 32, "batch_size": [16, 64, 512], "epochs": 3}
EPOCHS = 3.0


def trained_on(rows: int, space: Any = SPACE, parts: int = 1, **others: Any) -> Found:
    """Trials whose costs tell so many rows, `parts` times."""
    cost = Cost(1.0, 0.0, 1.0, "cpu", rows * int(EPOCHS) * parts)
    metrics = {"val_accuracy": 0.5, "epochs": EPOCHS}
    results = [
        replace(scored(at, {"batch_size": 16}, 0.5), metrics=metrics, cost=cost) for at in range(4)
    ]
    return of(space, results, **others)


def told(found: Found) -> list[str]:
    return [one.text for one in large_batches(found, observed(found))]


def test_a_batch_above_the_rows() -> None:
    assert told(trained_on(300)) == [
        "batch_size: 512 is more than the 300 rows that a fit is trained on, which is one batch; "
        "stay at 300 or below"
    ]


def test_rows_are_those_of_a_fold() -> None:
    folds = {"folds": 5, "repeats": 2}
    (line,) = told(trained_on(60, parts=10, evaluate=folds))
    assert line.startswith("batch_size: 64, 512 is more than the 60 rows")


def test_a_range_that_goes_above() -> None:
    space = SPACE | {"batch_size": {"low": 16, "high": 512}}
    (line,) = told(trained_on(300, space))
    assert line.startswith("batch_size: what lies above 300 is more than the 300 rows")


def test_nothing_is_said_where_batches_fit_or_nobody_knows() -> None:
    assert told(trained_on(512)) == []
    assert told(trained_on(300, {"width": 32, "batch_size": 512})) == []
    assert told(of(SPACE, [scored(0, {"batch_size": 16}, 0.5)])) == []
    assert told(trained_on(0)) == []
