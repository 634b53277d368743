"""Names, texts and values that MLflow does not take as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tracking.on_mlflow import OnMlflow, client_of, runs_of
from tests.tracking.records_for_tests import STARTED, sweep, trial
from tracking.limits import fitting_name
from tracking.records import Artifact, Metric
from tracking.tracker import RefusedError


class TestNames(OnMlflow):
    def test_names_and_values_that_do_not_fit(self) -> None:
        long = "n" * 300
        odd = replace(
            trial(0),
            params={long: "1", "größe": "日本", "shape (rows)": "x" * 7000, "../up": "2"},
            tags={"sweeps.note": "n" * 9000, "sweeps.traceback": "t" * 9000 + "ValueError: 7"},
            metrics=(Metric("accuracy %", 1.0, 0, STARTED),),
        )
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([odd])
        child = self.children()[0]
        assert child.params["größe"] == "日本"
        assert child.params[fitting_name(long)] == "1"
        assert child.params[fitting_name("shape (rows)")] == "x" * 5999 + "…"
        assert child.tags["sweeps.note"] == "n" * 7999 + "…"
        assert child.tags["sweeps.traceback"] == "…" + "t" * 7986 + "ValueError: 7"
        assert child.tags["sweeps.shortened"] == "shape (rows), sweeps.note, sweeps.traceback"
        assert list(child.history) == [fitting_name("accuracy %")]

    @pytest.mark.parametrize(
        "name", ["..", "../up", "a'b\"c`d", "two\nlines", "ü" * 300, "😀" * 60, "a%20b;DROP"]
    )
    def test_odd_names_of_experiments_and_sweeps(self, name: str) -> None:
        odd = replace(sweep(), experiment=name, name=name)
        for _ in range(2):
            with self.opened() as tracker:
                tracker.begin(odd)
                tracker.log([trial(0)])
        client = client_of(self.uri)
        found = client.get_experiment_by_name(name)
        parent, child = runs_of(self.uri, name)
        assert (child.info.run_name[:5], parent.info.run_name[:5]) == (f"#0 {name}"[:5], name[:5])
        assert len(child.info.run_name) <= 250
        mlruns = Path(self.uri.removeprefix("sqlite:///")).parent / "mlruns"
        (kept,) = mlruns.rglob("sweep.yaml")
        assert kept.relative_to(mlruns).parts[1] == parent.info.run_id
        assert found.name == name

    def test_bytes_that_are_no_text_do_not_hold_the_others_up(self) -> None:
        odd = replace(trial(0), tags={"sweeps.traceback": "File 'caf\udce9.py'"})
        with self.opened() as tracker:
            tracker.begin(replace(sweep(), artifacts=(Artifact("a.txt", text="caf\udce9\n"),)))
            tracker.log([odd])
        assert self.children()[0].tags["sweeps.traceback"] == "File 'caf\\udce9.py'"
        assert self.parent().texts == {"a.txt": "caf\\udce9\n"}

    def test_what_the_store_will_never_take_is_refused(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            with pytest.raises(RefusedError, match="trial 0 of sweep 3f9a2c"):
                tracker.log([replace(trial(0), metrics=(Metric("loss", 1.0, 0, -5),))])
