"""The study on the real data with the real trainer, thinned to three points."""

from __future__ import annotations

import pytest

from sweeps.reproduce.experiments import experiment_names
from sweeps.reproduce.penguins import Reproduction, Wanted, reproduce
from sweeps.store import Store
from tests.sweeps.fakes import MemoryTracker, RecordingWatcher

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Reproduction:
    return reproduce(
        Wanted(points=3, repeats=2),
        store=Store.at(tmp_path_factory.mktemp("store")),
        watcher=RecordingWatcher(),
        tracker=MemoryTracker,
        say=lambda line: None,
    )


def rows(done: Reproduction, name: str) -> list[tuple[str, ...]]:
    return [row for table in done.tables if table.name == name for row in table.rows]


def test_parameter_counts_are_hit_exactly(done):
    counts = {row[0]: row[3] for row in rows(done, "single_runs") if row[1] == "parameters"}
    assert counts == {
        "no hidden layer": "21",
        "1 hidden layer": "1,003",
        "2 hidden layers": "11,103",
    }


def test_every_published_run_and_search_is_held_against_ours(done):
    assert len({row[0] for row in rows(done, "single_runs")}) == 9
    assert len(rows(done, "searches")) == 6
    assert len(rows(done, "conclusions")) == 5
    assert len(experiment_names()) == 17


def test_networks_learn_about_as_well_as_published(done):
    median = {row[0]: float(row[4]) for row in rows(done, "single_runs") if "test acc" in row[1]}
    assert median["no hidden layer"] < 0.85
    for run in ("2 hidden layers", "L1 and L2", "dropout", "early stopping"):
        assert median[run] > 0.9
