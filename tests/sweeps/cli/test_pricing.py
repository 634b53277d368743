from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sweeps.executors.where import Where
from sweeps.price import calibration
from sweeps.price.calibration import NoPriceError, price_from
from sweeps.price.figures import Disk, Price
from tests.sweeps.cli.conftest import Command

PRICE = Price(
    trials=3,
    fits=3,
    epochs=6,
    seconds=12.0,
    training=2.4,
    core_seconds=36.0,
    gpu_seconds=0.0,
    memory=650e6,
    disk=Disk(ledger=90_000, mlflow=1_100_000, artifacts=210_000),
    rows={"runs": 4, "metrics": 475, "params": 25, "tags": 56},
    notes=("programs are compiled and kept by now: without this it would take longer",),
    calibration=9.0,
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Where, bool]]:
    """Where prices were asked for, and whether MLflow's store was new; all of them are the same."""
    given: list[tuple[Where, bool]] = []

    def calibrated(sweep: Any, where: Where, *, new_store: bool) -> Price:
        given.append((where, new_store))
        return PRICE

    monkeypatch.setattr(calibration, "calibrated", calibrated)
    return given


def test_a_plan_ends_with_its_price(sweeps: Command, file: str, asked: list[Any]) -> None:
    done = sweeps("plan", file)
    assert done.exit_code == 0
    assert done.stdout.endswith(
        "price of 3 trials on this machine (cpu), found out in 9 s:\n"
        "  time    12 s, 2 s of it training\n"
        "  cost    0.01 core-hours, 6 epochs of 3 fits\n"
        "  memory  650 MB\n"
        "  disk    1.4 MB: ledger 90 kB, MLflow 1.1 MB, pictures 210 kB\n"
        "  MLflow  4 runs, 475 metric rows, 25 params, 56 tags\n"
        "  programs are compiled and kept by now: without this it would take longer\n"
    )
    assert "--no-price leaves that out" in done.stderr
    assert asked == [(Where(workers=None), True)]


def test_it_is_that_of_the_place_where_the_sweep_would_run(
    sweeps: Command, file: str, asked: list[tuple[Where, bool]], here: Path
) -> None:
    (here / "mlflow.db").touch()
    sweeps("plan", file, "--workers", "2")
    assert asked == [(Where(workers=2), False)]


def test_no_price_trains_nothing(sweeps: Command, file: str, asked: list[Any]) -> None:
    done = sweeps("plan", "--no-price", file)
    assert done.exit_code == 0
    assert "price" not in done.output
    assert asked == []


def test_what_is_above_the_budget_is_refused(sweeps: Command, file: str, asked: list[Any]) -> None:
    done = sweeps("plan", file, "--set", "budget={core_hours: 0.005, memory_gb: 1, epochs: 5}")
    assert asked
    assert done.exit_code == 2
    assert "  cost    0.01 core-hours" in done.stdout
    assert done.stderr.splitlines()[1:] == [
        "0.01 core-hours are above budget.core_hours 0.005: fewer trials, folds, repeats or "
        "epochs, or a larger budget",
        "6 epochs are above budget.epochs 5: fewer trials, folds, repeats or epochs, or a larger "
        "budget",
    ]


def test_programs_get_the_price_as_json(sweeps: Command, file: str, asked: list[Any]) -> None:
    done = sweeps("plan", file, "--json", "--set", "budget.core_hours=0.005")
    assert asked
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    assert found["trials"] == 3
    assert found["price"]["seconds"] == 12.0
    assert found["price"]["disk"]["total"] == 1_400_000
    (line,) = found["price"].pop("above_budget")
    assert line.startswith("0.01 core-hours are above")
    assert price_from(found["price"]) == PRICE
    assert "price" not in json.loads(sweeps("plan", "--no-price", file, "--json").stdout)


@pytest.mark.parametrize(("refused", "code"), [(True, 2), (False, 1)])
def test_why_there_is_no_price(
    sweeps: Command, file: str, monkeypatch: pytest.MonkeyPatch, refused: bool, code: int
) -> None:
    def calibrated(*_: Any, **__: Any) -> Price:
        raise NoPriceError("the rows cannot be split like this", refused=refused)

    monkeypatch.setattr(calibration, "calibrated", calibrated)
    done = sweeps("plan", file)
    assert done.exit_code == code
    assert done.stdout.startswith("small: grid, 3 trials")
    assert done.stderr.splitlines()[-1] == "no price: the rows cannot be split like this"
    found = json.loads(sweeps("plan", file, "--json").stdout)
    assert found["price"] == {"error": "the rows cannot be split like this"}


def test_what_was_not_tried_is_said(
    sweeps: Command, file: str, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("SWEEPS_LEDGER", "postgresql://nobody@127.0.0.1:1/none")
    done = sweeps("plan", file)
    assert asked[0][1] is False
    assert "MLflow was tried with a file: sending to its server may take longer" in done.stdout
    assert "the ledger was tried as a file: a server's may take longer" in done.stdout
