"""Runs of races, above those of their sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.tracking.on_mlflow import OnMlflow, client_of, runs_of
from tests.tracking.records_for_tests import sweep, trial
from tracking.mlflow_races import MlflowRaces, race_run
from tracking.mlflow_store import MlflowStore
from tracking.records import Artifact, Metric, RaceEnd, RaceRecord

RACE = RaceRecord(
    "r-abc234", "race decay r-abc234", 500, {"sweeps.name": "decay"}, {"repeats": "5"}
)
FIRST = replace(sweep(), race=RACE)
SECOND = replace(sweep(), sweep_id="second", race=RACE)
END = RaceEnd(
    race=RACE,
    experiment="penguins",
    status="FINISHED",
    ended_ms=9_000,
    tags={"sweeps.state": "finished"},
    metrics=(Metric("area/grid", 0.5, 0, 9_000), Metric("area/grid", 0.6, 1, 9_000)),
    artifacts=(Artifact("race.md", text="grid is ahead"),),
)


class TestRaces(OnMlflow):
    @pytest.fixture
    def races(self) -> Iterator[MlflowRaces]:
        with closing(MlflowRaces(self.uri)) as races:
            yield races

    def runs(self) -> tuple[list[Any], list[Any]]:
        """(runs of races, runs of their sweeps)."""
        found = [run for run in runs_of(self.uri) if "sweeps.trial" not in run.data.tags]
        above = [run for run in found if "sweeps.sweep" not in run.data.tags]
        return above, [run for run in found if run not in above]

    def test_sweeps_of_a_race_hang_on_its_run_and_trials_on_theirs(self) -> None:
        with self.opened() as tracker:
            tracker.begin(FIRST)
            tracker.log([trial(0)])
            tracker.begin(SECOND)
        with self.opened() as tracker:
            tracker.begin(FIRST)  # as after a crash
        (above,), below = self.runs()
        assert above.info.run_name == "race decay r-abc234"
        assert {run.data.tags["mlflow.parentRunId"] for run in below} == {above.info.run_id}
        assert [run.data.tags["sweeps.race"] for run in below] == ["r-abc234"] * 2
        (child,) = [run for run in runs_of(self.uri) if "sweeps.trial" in run.data.tags]
        assert child.data.tags["mlflow.parentRunId"] in {run.info.run_id for run in below}

    def test_what_came_of_it_may_be_sent_again(self, races: MlflowRaces) -> None:
        with self.opened() as tracker:
            tracker.begin(FIRST)
        for _ in range(2):
            assert races.end(END) == ""
        (above,), _ = self.runs()
        assert (above.info.status, above.info.end_time) == ("FINISHED", 9_000)
        assert above.data.params == {"repeats": "5"}
        history = client_of(self.uri).get_metric_history(above.info.run_id, "area/grid")
        assert [(one.step, one.value) for one in history] == [(0, 0.5), (1, 0.6)]
        files = client_of(self.uri).list_artifacts(above.info.run_id)
        assert [file.path for file in files] == ["race.md"]

    def test_a_race_of_which_nothing_was_sent_before_is_there_afterwards(
        self, races: MlflowRaces
    ) -> None:
        races.end(END)
        (above,), below = self.runs()
        assert (above.info.start_time, below) == (500, [])

    def test_a_run_that_is_there_twice_is_there_once_afterwards(self, races: MlflowRaces) -> None:
        store = MlflowStore(self.uri)
        experiment_id = store.experiment("penguins")
        first = race_run(store, experiment_id, RACE)
        tags = {"sweeps.race": "r-abc234", "sweeps.race_run": "r-abc234"}
        twin = store.create_run(experiment_id, "race", 501, tags)
        store.create_run(
            experiment_id,
            "a sweep",
            502,
            {"sweeps.race": "r-abc234", "sweeps.sweep": "x", "mlflow.parentRunId": twin},
        )
        races.end(END)
        (above,), (below,) = self.runs()
        assert above.info.run_id == first
        assert below.data.tags["mlflow.parentRunId"] == first
