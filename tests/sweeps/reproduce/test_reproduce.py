"""What a reproduction leaves behind: tables, files, runs in MLflow, and an exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from search_spaces import SpaceError
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.penguins import Reproduction, Wanted, reproduce
from sweeps.store import Store
from tests.sweeps.reproduce.bench import rows_of
from tracking.records import SweepEnd, SweepRecord
from tracking.tracker import TrackingError


def test_a_reproduction_compares_judges_and_keeps_its_files(bench):
    done = bench.run("baseline", "hidden", "layers", "grid_search_as_written", points=3, repeats=2)
    assert not done.interrupted
    assert {row[0] for row in rows_of(done, "single_runs")} == {
        "logistic regression",
        "no hidden layer",
        "1 hidden layer",
        "2 hidden layers",
    }
    assert [row[1] for row in rows_of(done, "searches")] == ["8", "8"]
    assert [row[2] for row in rows_of(done, "conclusions")] == ["UNDECIDED"]
    assert {file.name for file in Path(done.folder).iterdir()} >= {
        "reproduction.md",
        "single_runs.csv",
        "single_runs.json",
        "single_runs.png",
        "searches.png",
        "baseline_confusion.png",
        "conclusions.csv",
    }


def test_each_sweep_and_the_whole_are_runs_in_mlflow(bench):
    done = bench.run("hidden", "layers", points=2, repeats=1)
    begun = [r for r in bench.tracker.records if isinstance(r, SweepRecord)]
    ended = {r.sweep_id: r for r in bench.tracker.records if isinstance(r, SweepEnd)}
    assert [record.experiment for record in begun] == ["penguins"] * 3
    plots = [{a.path for a in ended[record.sweep_id].artifacts} for record in begun]
    assert plots[:2] == [{"plots/hidden.png"}, {"plots/layers.png"}]
    assert {"reproduction.md", "tables/conclusions.csv", "plots/single_runs.png"} <= plots[2]
    assert ended[begun[2].sweep_id].tags["sweeps.verdict.layers"] == "undecided"
    assert json.loads(begun[2].artifacts[0].text or "") == {
        "hidden": begun[0].sweep_id,
        "layers": begun[1].sweep_id,
    }
    assert done.where == f"memory/{begun[2].sweep_id}"


def test_an_absent_mlflow_is_said_and_the_files_stay(bench, monkeypatch):
    begin = bench.tracker.begin

    def refuse_summary(record: SweepRecord) -> None:
        if "reproduction" in record.sweep_id:
            raise TrackingError("http://nowhere cannot be reached")
        begin(record)

    monkeypatch.setattr(bench.tracker, "begin", refuse_summary)
    done = bench.run("hidden", repeats=1)
    assert done.where == ""
    assert (Path(done.folder) / "reproduction.md").is_file()
    assert any("http://nowhere" in line for line in bench.said)


def test_the_baseline_alone_needs_no_sweep(bench):
    done = bench.run("baseline", repeats=3)
    assert [row[1] for row in rows_of(done, "single_runs")] == ["train accuracy", "test accuracy"]
    assert bench.watcher.summaries == []
    assert done.exit_code(strict=True) == 0


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        (Wanted(only=("layer",)), LookupError, "did you mean 'layers'"),
        (Wanted(points=1), ValueError, "points: 1"),
        (Wanted(repeats=0), SpaceError, "repeats"),
    ],
)
def test_nonsense_is_refused_before_anything_is_trained(wanted, error, words, tmp_path):
    with pytest.raises(error, match=words):
        reproduce(wanted, store=Store.at(tmp_path), say=lambda line: None)
    assert list(tmp_path.iterdir()) == []


def verdict(answer):
    return Verdict("layers", "", answer, None, 0.0, "")


@pytest.mark.parametrize(
    ("answers", "strict", "code"),
    [
        (["holds", "undecided"], True, 0),
        (["holds", "does not hold"], True, 4),
        (["does not hold"], False, 0),
    ],
)
def test_only_what_does_not_hold_fails_and_only_when_strict(answers, strict, code, tmp_path):
    done = Reproduction((), tuple(map(verdict, answers)), False, "", str(tmp_path))
    assert done.exit_code(strict) == code
    assert replace(done, interrupted=True).exit_code(strict) == 130
