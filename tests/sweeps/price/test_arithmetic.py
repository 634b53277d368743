from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.price.arithmetic import Work, price_of, trials_within, within
from sweeps.price.figures import Disk, Overhead
from sweeps.price.pace import Taken

OVERHEAD = Overhead(
    starting=2.0,
    asking_each=0.01,
    looping_each=0.01,
    opening=3.0,
    beginning=1.0,
    sending_each=0.02,
    drawing=1.5,
    ending=0.5,
    core_seconds=6.0,
    core_seconds_each=0.03,
    memory=1e9,
    disk=Disk(ledger=1000.0, mlflow=2000.0, artifacts=300.0, checkpoints=40.0),
    disk_each=Disk(ledger=10.0, mlflow=20.0, artifacts=0.0),
    rows={"runs": 1, "metrics": 5, "params": 9, "tags": 4},
    rows_each={"runs": 1.0, "metrics": 30.0, "params": 2.0, "tags": 7.0},
)
PACK = Taken(seconds=2.0, core_seconds=3.0)
WORK = Work(
    batches=[[PACK, PACK], [PACK]],
    loading=Taken(4.0, 5.0),
    laid_out=100,
    trials=100,
    fits=300,
    epochs=1500,
)


def test_training_is_loading_and_the_batches_one_after_the_other() -> None:
    price = price_of(WORK, OVERHEAD, 100, cores=64)
    assert price.training == pytest.approx(4 + 6)
    assert price.seconds == pytest.approx(2 + 100 * 0.02 + 10 + 1.5 + 0.5)
    assert (price.trials, price.fits, price.epochs) == (100, 300, 1500)


def test_packs_of_a_batch_share_the_slots_and_batches_do_not() -> None:
    assert replace(WORK, slots=2).seconds == pytest.approx(4.0)
    assert replace(WORK, slots=9).seconds == pytest.approx(4.0)
    assert WORK.seconds == pytest.approx(6.0)


def test_what_was_laid_out_stands_for_all() -> None:
    price = price_of(WORK, OVERHEAD, 1000, cores=64)
    assert price.training == pytest.approx(4 + 60)
    assert (price.fits, price.epochs) == (3000, 15000)
    assert price.core_seconds == pytest.approx(6 + 1000 * 0.03 + 5 + 90)


def test_mlflow_is_served_beside_training_and_may_take_longer() -> None:
    slow = replace(OVERHEAD, sending_each=1.0)
    assert price_of(WORK, slow, 100, cores=64).seconds == pytest.approx(2 + 3 + 1 + 100 + 0.5)


def test_cores_cannot_do_more_than_they_can() -> None:
    busy = replace(OVERHEAD, core_seconds=1000.0)
    price = price_of(WORK, busy, 100, cores=4)
    assert price.core_seconds == pytest.approx(1000 + 3 + 5 + 9)
    assert price.seconds == pytest.approx(1017 / 4 + 0.5)


def test_disk_and_rows_are_what_is_there_once_and_what_each_trial_adds() -> None:
    price = price_of(WORK, OVERHEAD, 100, cores=2)
    assert price.disk == Disk(ledger=2000.0, mlflow=4000.0, artifacts=300.0, checkpoints=40.0)
    assert price.disk.total == 6340.0
    assert price.rows == {"runs": 101, "metrics": 3005 + 2 * 3, "params": 209, "tags": 704}
    assert price.to_dict()["disk"]["total"] == 6340.0


def test_as_many_trials_as_fit_into_the_time() -> None:
    # A trial takes 0.06 s of training and 0.02 s besides; loading takes 4 s.
    assert trials_within(WORK, OVERHEAD, 60.0) == 700
    assert trials_within(WORK, OVERHEAD, 1.0) == 1


def test_what_fits_is_said_where_not_all_does() -> None:
    price = price_of(WORK, OVERHEAD, 100, cores=2)
    assert within(price, None).fitting is None
    assert within(price, 100).fitting is None
    assert within(price, 99).fitting == 99


def test_what_is_shown_of_long_trials_is_rows_too() -> None:
    rows = price_of(replace(WORK, shown=50.0), OVERHEAD, 200, cores=2).rows
    assert rows["metrics"] == price_of(WORK, OVERHEAD, 200, cores=2).rows["metrics"] + 100
