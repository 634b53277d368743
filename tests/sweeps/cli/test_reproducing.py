from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.executors.where import Where
from sweeps.reports.tables import Table
from sweeps.reproduce import penguins, study_run
from sweeps.reproduce.study import study
from tests.sweeps.cli.conftest import Command

TABLE = Table("runs", "Published and ours", ("run", "ours"), (("hidden [1]", "0.97"),))


class Called:
    """Stands in for the reproduction and keeps what it was asked."""

    def __init__(self, interrupted: bool = False) -> None:
        self.interrupted = interrupted
        self.without_score: tuple[str, ...] = ()
        self.wanted: penguins.Wanted | None = None
        self.options: dict[str, Any] = {}

    def __call__(self, wanted: penguins.Wanted, **options: Any) -> penguins.Reproduction:
        self.wanted, self.options = wanted, options
        options["say"]("2 sweeps, about a minute")
        return penguins.Reproduction(
            tables=(TABLE,),
            verdicts=(),
            interrupted=self.interrupted,
            where="http://here/run",
            folder="reports/x",
            without_score=self.without_score,
        )


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    stand_in = Called()
    monkeypatch.setattr(penguins, "reproduce", stand_in)
    return stand_in


def test_what_is_asked_for_is_passed_on(sweeps: Command, called: Called) -> None:
    done = sweeps(
        *("reproduce", "penguins", "--only", "layers,units", "--only", "ratio"),
        *("--repeats", "3", "--points", "5", "--continue", "--workers", "2", "--store", "there"),
        *("--preprocessing", "corrected", "--tracking-uri", "sqlite:///x.db"),
    )
    assert done.exit_code == 0
    assert called.wanted == penguins.Wanted(
        ("layers", "units", "ratio"), 3, 5, "corrected", go_on=True
    )
    assert called.options["where"] == Where(2)
    assert called.options["store"].folder == Path("there").absolute()
    assert called.options["tracking_uri"] == "sqlite:///x.db"


def test_tables_and_places_are_printed(sweeps: Command, called: Called) -> None:
    done = sweeps("reproduce", "penguins")
    assert called.wanted == penguins.Wanted()
    assert done.output.startswith("2 sweeps, about a minute\n")
    assert "Published and ours" in done.output
    assert "hidden [1]" in done.output
    assert done.output.endswith("MLflow: http://here/run\ntables and pictures: reports/x\n")


def test_json_at_the_end(sweeps: Command, called: Called) -> None:
    done = sweeps("reproduce", "penguins", "--json")
    assert done.stderr == "2 sweeps, about a minute\n"
    assert json.loads(done.stdout)["tables"][0]["rows"] == [["hidden [1]", "0.97"]]


def test_exit_codes_are_those_of_the_reproduction(
    sweeps: Command, called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    called.interrupted = True
    assert sweeps("reproduce", "penguins").exit_code == 130
    monkeypatch.setattr(penguins.Reproduction, "exit_code", lambda self, strict: 4 * strict)
    assert sweeps("reproduce", "penguins").exit_code == 0
    assert sweeps("reproduce", "penguins", "--strict").exit_code == 4


def test_what_has_no_score_is_told_on_standard_error(sweeps: Command, called: Called) -> None:
    called.without_score = ("layers", "units")
    done = sweeps("reproduce", "penguins")
    assert done.exit_code == 1
    assert done.stderr == "no trial has a score: layers, units\n"
    done = sweeps("reproduce", "penguins", "--json")
    assert json.loads(done.stdout)["without_score"] == ["layers", "units"]
    assert done.stderr.endswith("no trial has a score: layers, units\n")


def test_names_that_nobody_knows(sweeps: Command, called: Called) -> None:
    done = sweeps("reproduce", "pengiuns")
    assert (done.exit_code, done.stderr) == (2, "no study 'pengiuns'; did you mean 'penguins'?\n")
    done = sweeps("reproduce", "penguins", "--only", "layer")
    assert (done.exit_code, done.stderr) == (2, "no experiment 'layer'; did you mean 'layers'?\n")
    assert called.wanted is None


class CalledStudy:
    """Stands in for the other studies' reproduction; raises `error` where there is one."""

    def __init__(self) -> None:
        self.study = self.asked = None
        self.error: Exception | None = None

    def __call__(self, study: Any, asked: Any, **options: Any) -> penguins.Reproduction:
        self.study, self.asked = study, asked
        options["say"]("2 sweeps, about a minute")
        if self.error is not None:
            raise self.error
        return penguins.Reproduction((TABLE,), (), False, "http://here/run", "reports/x")


@pytest.fixture
def called_study(monkeypatch: pytest.MonkeyPatch) -> CalledStudy:
    stand_in = CalledStudy()
    monkeypatch.setattr(study_run, "reproduce", stand_in)
    return stand_in


def test_the_other_studies_share_one_machine(sweeps: Command, called_study: CalledStudy) -> None:
    done = sweeps(
        *("reproduce", "boston_housing", "--only", "corrected,least_squares"),
        *("--repeats", "3", "--continue", "--store", "there"),
    )
    assert done.exit_code == 0
    assert called_study.study == study("boston_housing")
    assert called_study.asked == study_run.Asked(("corrected", "least_squares"), 3, go_on=True)
    assert done.output.endswith("MLflow: http://here/run\ntables and pictures: reports/x\n")


def test_options_of_penguins_alone_are_refused_elsewhere(
    sweeps: Command, called_study: CalledStudy
) -> None:
    done = sweeps("reproduce", "imdb", "--points", "3")
    assert (done.exit_code, done.stderr) == (
        2,
        "--points thins out the experiments of penguins; leave it out\n",
    )
    done = sweeps("reproduce", "imdb", "--preprocessing", "corrected")
    assert (done.exit_code, done.stderr) == (
        2,
        "--preprocessing is an option of penguins; leave it out\n",
    )
    done = sweeps("reproduce", "reuters", "--only", "dens")
    assert (done.exit_code, done.stderr) == (2, "no experiment 'dens'; did you mean 'dense'?\n")
    assert called_study.asked is None


def test_a_missing_data_set_is_one_line(sweeps: Command, called_study: CalledStudy) -> None:
    called_study.error = SweepError("imdb: no datasets/imdb.npz in /there", ("task",))
    done = sweeps("reproduce", "imdb")
    assert done.exit_code == 2
    assert done.stderr == "task: imdb: no datasets/imdb.npz in /there\n"
