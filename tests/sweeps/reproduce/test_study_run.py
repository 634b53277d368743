"""Studies run with made-up outcomes: what they leave behind, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sweeps.errors import SweepError
from sweeps.reproduce.study import study
from sweeps.reproduce.study_run import Asked, reproduce
from sweeps.store import Store
from sweeps.tasks import fashion_mnist
from tests.sweeps.reproduce.bench import rows_of
from tests.sweeps.reproduce.study_bench import MadeUp, StudyBench
from tests.sweeps.tasks.small_datasets import small_datasets as small_datasets
from tracking.records import SweepEnd, SweepRecord

CURVES = ("networks", "curves", "early_stopping")


@pytest.fixture
def studies(tmp_path: Path, small_datasets: Path, monkeypatch: pytest.MonkeyPatch) -> StudyBench:
    return StudyBench(tmp_path, monkeypatch)


def test_a_study_is_held_against_its_figures_and_keeps_its_files(studies):
    done = studies.run("fashion_mnist", *CURVES, repeats=2)
    table = {row[0]: row for row in rows_of(done, "figures")}
    assert table["100 ReLU: validation accuracy"][1] == "0.8611"
    assert table["100 ReLU: validation accuracy"][4] == "2"
    # Curves are made up to be highest, losses included, at epoch 4, and lowest at 20.
    lowest = table["RMSprop, 20 epochs: epoch of the lowest validation loss"]
    assert lowest[1:] == ("before 20", "20.0", "20.0 to 20.0", "2", "< 19.5", "does not hold")
    assert table["early stopping: epochs trained"][2] == "20.0"
    assert table["loaded less saved: test accuracy"][6] == "holds"
    assert "dropout: epoch of the lowest validation loss" not in table
    assert [row[0] for row in rows_of(done, "sources")] == list(table)
    assert {file.name for file in Path(done.folder).iterdir()} == {
        "reproduction.md",
        *(f"{name}.{form}" for name in ("figures", "sources") for form in ("csv", "json")),
    }
    assert done.repeats == 2
    assert (done.exit_code(strict=False), done.exit_code(strict=True)) == (0, 4)


def test_each_sweep_and_the_whole_are_runs_in_mlflow(studies):
    done = studies.run("fashion_mnist", *CURVES, repeats=2)
    begun = [r for r in studies.tracker.records if isinstance(r, SweepRecord)]
    ended = {r.sweep_id: r for r in studies.tracker.records if isinstance(r, SweepEnd)}
    assert [record.experiment for record in begun] == ["fashion_mnist"] * 4
    plots = [{a.path for a in ended[record.sweep_id].artifacts} for record in begun]
    assert plots[2] == {"plots/training.png"}
    assert "plots/history.png" in plots[1]
    assert {"reproduction.md", "tables/figures.csv"} <= plots[3]
    last = ended[begun[3].sweep_id]
    assert last.tags["sweeps.verdict.early_stopping_epochs_trained"] == "does not hold"
    assert {m.name: m.value for m in last.metrics}["early_stopping_epochs_trained"] == 20.0
    assert set(json.loads(begun[3].artifacts[0].text or "")) == set(CURVES)
    assert done.where == f"memory/{begun[3].sweep_id}"


def test_what_comes_and_how_long_it_takes_is_said_before(studies):
    studies.run("fashion_mnist", "networks", "early_stopping", repeats=2)
    assert studies.said[0].startswith("2 sweeps, 8 fits: about ")
    assert studies.said[0].endswith(" on two cores without a GPU")


def test_baselines_are_fitted_on_the_same_splits(studies):
    done = studies.run("boston_housing", "least_squares", "linear_regression", repeats=3)
    assert studies.said[0].startswith("1 sweep, 9 fits, 1 baseline: about ")
    assert studies.said[1] == "baseline: scikit-learn's LinearRegression"
    rows = rows_of(done, "figures")
    assert [row[4] for row in rows] == ["3"] * 6


def test_folds_are_read_one_by_one(studies):
    done = studies.run("boston_housing", "as_published", "corrected", repeats=2)
    table = {row[0]: row for row in rows_of(done, "figures")}
    folds = [float(table[f"corrected: mean absolute error, fold {k}"][2]) for k in range(4)]
    mean = float(table["corrected: mean absolute error, mean of the folds"][2])
    assert mean == pytest.approx(sum(folds) / 4, abs=0.01)
    assert "corrected less as published: mean absolute error" in table


def test_an_interrupted_study_is_taken_up_again(studies):
    studies.train_with(MadeUp(interrupting=3))
    broken = studies.run("fashion_mnist", "networks", "optimizers", "curves", repeats=2)
    assert broken.interrupted
    assert broken.exit_code(strict=True) == 130
    labels = {row[0] for row in rows_of(broken, "figures")}
    assert "100 ReLU: validation accuracy" in labels
    assert "Adam: validation accuracy" not in labels
    assert "interrupted; the same command with --continue goes on from here" in studies.said
    studies.train_with(MadeUp())
    done = studies.run("fashion_mnist", "networks", "optimizers", repeats=2, go_on=True)
    assert not done.interrupted
    assert any("fashion-mnist-networks: taken from sweep" in line for line in studies.said)
    assert [(s.name, s.done) for s in studies.watcher.summaries] == [
        ("fashion-mnist-optimizers", 6)
    ]


def test_an_experiment_without_a_score_is_told(studies):
    studies.train_with(MadeUp(failing=0))
    done = studies.run("fashion_mnist", "early_stopping", "networks", repeats=2)
    assert done.without_score == ("early_stopping",)
    assert "saved and loaded: test accuracy" not in {row[0] for row in rows_of(done, "figures")}
    assert done.exit_code(strict=False) == 1
    assert rows_of(done, "failures")[0][:2] == ("networks", "1 of 3")


def test_names_that_are_not_the_studys_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(LookupError, match="did you mean 'curves'"):
        reproduce(study("fashion_mnist"), Asked(("curve",)), store=Store.at(tmp_path), say=print)
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_that_is_not_there_ends_it_before_anything_is_trained(studies, monkeypatch):
    def absent(name: str) -> None:
        raise SweepError(f"{name}: no such file", ("task",))

    monkeypatch.setattr(fashion_mnist, "arrays_of", absent)
    fashion_mnist._table.cache_clear()
    with pytest.raises(SweepError, match="fashion_mnist: no such file"):
        studies.run("fashion_mnist", "networks")
    assert studies.tracker.records == []
