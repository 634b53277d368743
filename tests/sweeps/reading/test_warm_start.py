from __future__ import annotations

from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import StudyChoice, Sweep

STUDY = {"optuna": "sqlite:///study.db", "study": "mine"}


def read(warm_start: Any, **search: Any) -> Sweep:
    given = {"backend": "optuna", "trials": 3, **search, "warm_start": warm_start}
    return read_sweep({"task": "penguins", "space": {"width": [8, 16]}, "search": given})


def test_sweeps_and_studies() -> None:
    given = ["mn2p5d", "latest", STUDY, {"optuna": "postgresql://me@host/db"}]
    found = read(given).search.warm_start
    assert found == (
        "mn2p5d",
        "latest",
        StudyChoice("sqlite:///study.db", "mine"),
        StudyChoice("postgresql://me@host/db"),
    )
    assert read(given).document["search"]["warm_start"] == given
    assert read("latest").search.warm_start == ("latest",)
    assert read([]).search.warm_start == ()


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ([3], (0,), "3 is neither a sweep's id nor {optuna: "),
        (["  "], (0,), "neither a sweep's id"),
        (["sqlite:///study.db"], (0,), "is no sweep's id; a study is {optuna: "),
        ([{"study": "x"}], (0,), "'optuna' is missing"),
        ([{"optuna": "study.db"}], (0, "optuna"), "is no address of a database"),
        ([{"optuna": "mysql://me:secret@host/db"}], (0, "optuna"), "leave the password out"),
        ([{**STUDY, "name": "x"}], (0, "name"), "unknown key 'name'"),
        (["abc", "abc"], (1,), "'abc' is given twice"),
        (["abc"] * 101, (), "101 are too many"),
    ],
)
def test_what_is_no_earlier_search(given: Any, path: tuple[Any, ...], message: str) -> None:
    with pytest.raises(SweepError) as caught:
        read(given)
    assert caught.value.path == ("search", "warm_start", *path)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"backend": "grid"}, "grid search learns nothing from results: write `backend: optuna`"),
        ({"backend": "random"}, "random search learns nothing from results"),
        ({"backend": "hyperband"}, "hyperband search compares trials of its own rungs only"),
        ({"sampler": "cmaes"}, "the sampler 'cmaes' makes nothing of other searches' results"),
        ({"sampler": "nsgaii"}, "write `sampler: tpe`, or leave it out"),
    ],
)
def test_who_learns_nothing_is_told_nothing(search: Any, message: str) -> None:
    with pytest.raises(SweepError) as caught:
        read(["latest"], **search)
    assert caught.value.path == ("search", "warm_start")
    assert message in str(caught.value)
