"""What the tests of the ledger write into it."""

from __future__ import annotations

import pytest

from search_spaces import Float, Param, Space
from sweeps.lease import Claim
from sweeps.sweep import SearchChoice, Sweep, TaskChoice
from sweeps.trial import Failure, Part, Reason, Result, Trial

SWEEP = Sweep(
    name="widths",
    task=TaskChoice("penguins"),
    space=Space.of(Param("learning_rate", Float(0.001, 0.1))),
    search=SearchChoice("random", trials=3),
    document={
        "task": "penguins",
        "search": {"backend": "random", "trials": 3},
        "space": {"learning_rate": {"low": 0.001, "high": 0.1}},
    },
)


def trial(number: int, budget: int | None = 5) -> Trial:
    return Trial(number, {"learning_rate": 0.1 / (number + 3), "decay": "step"}, budget)


def scored(number: int, score: float = 0.5, budget: int | None = 5) -> Result:
    part = Part(0, 0, {"val_accuracy": score}, {"loss": (0.3, 0.1)}, 1.5, {"val": ((3, 1), (0, 4))})
    metrics, history = {"val_accuracy": score}, {"loss": (0.3, 0.1)}
    return Result(
        trial(number, budget),
        score,
        metrics,
        history,
        1.5,
        (part,),
        trainer="fused",
        notes={"not_fused": "x"},
    )


def failed(number: int, reason: Reason = "diverged", budget: int | None = 5) -> Result:
    failure = Failure(reason, "in epoch 3")
    return Result(trial(number, budget), None, {}, {}, 0.0, error=failure)


def end_as_if_killed(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweeps.ledger.records.surely_dead", lambda owner: owner == claim.owner)
