from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.tracking.conftest import NewStore
from tests.tracking.records_for_tests import STARTED, end, sweep, trial
from tests.tracking.tracker_contract import Seen, SeenRun, TrackerContract
from tracking.limits import fitting_name
from tracking.mlflow_store import MlflowStore
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import Artifact, Metric
from tracking.tracker import RefusedError, StandDownError, Tracker, TrackingError


class Killed(BaseException):
    """Stands for a process that ends at this point."""


def client_of(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri)


def runs_of(uri: str, experiment: str = "penguins") -> list[Any]:
    client = client_of(uri)
    found = client.get_experiment_by_name(experiment)
    return list(client.search_runs([found.experiment_id], order_by=["attributes.start_time"]))


def as_seen(client: Any, run: Any) -> SeenRun:
    run_id = run.info.run_id
    history = {
        name: tuple((m.step, m.value, m.timestamp) for m in client.get_metric_history(run_id, name))
        for name in run.data.metrics
    }
    folder = Path(run.info.artifact_uri.removeprefix("file://"))
    texts = {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }
    info = run.info
    return SeenRun(
        info.run_name,
        info.status,
        info.start_time,
        info.end_time,
        run.data.params,
        run.data.tags,
        history,
        texts,
    )


def objecting_after(writes: int) -> Callable[[], None]:
    """So many looks are without objection."""
    left = [writes]

    def may_write() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StandDownError("somebody else writes by now")

    return may_write


class TestMlflowTracker(TrackerContract):
    @pytest.fixture(autouse=True)
    def _store(self, store_uri: str) -> None:
        self.uri = store_uri

    def open(self) -> Tracker:
        return MlflowTracker(self.uri)

    def seen(self, sweep_id: str) -> Seen:
        client = client_of(self.uri)
        runs = [run for run in runs_of(self.uri) if run.data.tags["sweeps.sweep"] == sweep_id]
        numbers = [run.data.tags.get("sweeps.trial") for run in runs]
        found = zip(numbers, runs, strict=True)
        seen = [(None if n is None else int(n), as_seen(client, run)) for n, run in found]
        return sorted(seen, key=lambda entry: -1 if entry[0] is None else entry[0])

    def wish(self, text: str) -> None:
        parent = next(run for run in runs_of(self.uri) if "sweeps.trial" not in run.data.tags)
        client_of(self.uri).set_tag(parent.info.run_id, "sweeps.command", text)

    def test_children_hang_on_their_parent(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, child = runs_of(self.uri)
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert child.info.run_name == "#0 decay 3f9a2c"

    def test_data_set_is_an_input_of_the_parent(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.begin(sweep())
        (parent,) = runs_of(self.uri)
        (given,) = parent.inputs.dataset_inputs
        assert (given.dataset.name, given.dataset.digest) == ("penguins", "d1935")
        assert '"num_rows": 275' in given.dataset.profile

    def test_files_are_kept_under_their_path(self, tmp_path: Path) -> None:
        plot = tmp_path / "plot of today.png"
        plot.write_bytes(b"picture")
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.end(replace(end(), artifacts=(Artifact("plots/accuracy.png", file=plot),)))
        (parent,) = runs_of(self.uri)
        beside = Path(self.uri.removeprefix("sqlite:///")).parent / "mlruns" / "penguins"
        kept = beside / parent.info.run_id / "artifacts" / "plots" / "accuracy.png"
        assert kept.read_bytes() == b"picture"

    def test_more_than_one_call_takes(self) -> None:
        many = replace(
            trial(0, epochs=2500),
            params={f"width.layer_{n}": str(n) for n in range(230)},
            tags={f"sweeps.note_{n}": str(n) for n in range(210)},
        )
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([many])
        child = self.children()[0]
        assert len(child.history["epoch/loss"]) == 2500
        assert (child.params, child.status) == (many.params, "FINISHED")
        assert many.tags.items() <= child.tags.items()

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

    @pytest.mark.parametrize("step", ["write", "set_ended"])
    def test_killed_between_creating_and_ending_a_run(
        self, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise Killed

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, step, die)
                with pytest.raises(Killed):
                    tracker.log([trial(0)])
        assert self.children()[0].status == "RUNNING"
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        child = self.children()[0]
        assert child.status == "FINISHED"
        assert len(child.history["epoch/loss"]) == 3

    def test_a_run_whose_creation_was_not_confirmed_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = MlflowStore.create_run

        def answer_is_lost(*arguments: Any) -> str:
            create(*arguments)
            raise ConnectionResetError("answer lost")

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "create_run", answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.log([trial(0)])
            tracker.log([trial(0)])
        assert self.children()[0].status == "FINISHED"

    def test_runs_created_twice_are_reduced_to_the_complete_one(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, child = runs_of(self.uri)
        tags = {name: child.data.tags[name] for name in ("sweeps.sweep", "sweeps.trial")}
        client_of(self.uri).create_run(child.info.experiment_id, STARTED, tags)
        assert MlflowTracker(self.uri).find("3f9a2c") == (
            parent.info.experiment_id,
            parent.info.run_id,
        )
        assert len(runs_of(self.uri)) == 3, "looking must not delete"
        with self.opened() as tracker:
            tracker.begin(sweep())
        assert [run.info.run_id for run in runs_of(self.uri)] == [
            parent.info.run_id,
            child.info.run_id,
        ]

    def test_a_parent_whose_creation_was_not_confirmed_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = MlflowStore.create_run

        def answer_is_lost(*arguments: Any) -> str:
            create(*arguments)
            raise ConnectionResetError("answer lost")

        with self.opened() as tracker:
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "create_run", answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.begin(sweep())
            tracker.begin(sweep())
        assert self.parent().params == sweep().params
        assert len(runs_of(self.uri)) == 1

    @pytest.mark.parametrize("step", ["write", "add_dataset", "add_artifacts", "set_running"])
    def test_a_begin_that_fails_half_way_is_begun_again(
        self, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError("away")

        with self.opened() as tracker:
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, step, fail)
                with pytest.raises(TrackingError, match="away"):
                    tracker.begin(sweep())
                with pytest.raises(LookupError):
                    tracker.log([trial(0)])
            tracker.begin(sweep())
        with self.opened() as unbroken:
            unbroken.begin(sweep("77aa01"))
        ((_, broken),), ((_, whole),) = self.seen("3f9a2c"), self.seen("77aa01")
        assert (broken.params, broken.texts, broken.status) == (
            whole.params,
            whole.texts,
            whole.status,
        )
        assert broken.tags.keys() == whole.tags.keys()

    def test_a_final_status_whose_setting_was_not_confirmed_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        end_run = MlflowStore.set_ended

        def answer_is_lost(*arguments: Any) -> None:
            end_run(*arguments)
            raise ConnectionResetError("answer lost")

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "set_ended", answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.log([trial(0)])
            once = self.seen("3f9a2c")
            monkeypatch.setattr(MlflowStore, "write", None)
            tracker.log([trial(0)])
        assert self.seen("3f9a2c") == once

    @pytest.mark.parametrize("killed", [False, True])
    @pytest.mark.parametrize("step", ["delete_run", "create_run", "write", "set_ended"])
    def test_replacing_an_earlier_attempt_may_fail_anywhere(
        self, step: str, killed: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carried_out = getattr(MlflowStore, step)

        def answer_is_lost(*arguments: Any) -> None:
            carried_out(*arguments)
            raise ConnectionResetError("answer lost")

        again = replace(trial(0), attempt=2)
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0, "FAILED")])
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, step, answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.log([again])
            if not killed:
                tracker.log([again])
        if killed:
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.log([again])
        child = self.children()[0]
        assert (child.status, child.tags["sweeps.attempt"]) == ("FINISHED", "2")

    def test_nothing_of_an_earlier_attempt_is_written_into_a_later_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise Killed

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "write", die)
                with pytest.raises(Killed):
                    tracker.log([replace(trial(0), attempt=2)])
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0, "FAILED")])
            assert self.children()[0].status == "RUNNING"
            tracker.log([replace(trial(0), attempt=2)])
        assert self.children()[0].status == "FINISHED"

    def test_an_objection_ends_what_is_under_way_before_the_next_write(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.heed(objecting_after(4))
            with pytest.raises(StandDownError, match="somebody else"):
                tracker.log([trial(0), trial(1)])
        assert [child.status for child in self.children().values()] == ["FINISHED"]

    @pytest.mark.parametrize("complete", [False, True])
    def test_of_runs_that_two_made_at_once_that_of_the_later_session_stays(
        self, complete: bool
    ) -> None:
        with self.opened() as old, self.opened() as new:
            for tracker in (old, new):
                tracker.begin(sweep())
            if not complete:
                new.heed(objecting_after(2))
                with pytest.raises(StandDownError):
                    new.log([trial(0)])
            else:
                new.log([trial(0)])
            ids = {run.run_id for run in MlflowTracker(self.uri).audit("3f9a2c")}
            old.heed(objecting_after(1))
            with pytest.raises(StandDownError):
                old.log([trial(0)])
        assert {run.run_id for run in MlflowTracker(self.uri).audit("3f9a2c")} == ids
        assert len(ids) == 2

    def test_a_run_that_nobody_else_has_made_stays_for_whoever_comes(self) -> None:
        with self.opened() as old, self.opened() as new:
            old.begin(sweep())
            old.heed(objecting_after(1))
            with pytest.raises(StandDownError):
                old.log([trial(0)])
            assert self.children()[0].status == "RUNNING"
            new.begin(sweep())
            new.log([trial(0)])
        assert self.children()[0].status == "FINISHED"

    def test_a_creation_that_is_carried_out_after_it_was_given_up_leaves_no_double(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = MlflowStore.create_run
        late: list[tuple[Any, ...]] = []

        def give_up(*arguments: Any) -> str:
            late.append(arguments)
            raise TimeoutError("no answer")

        with self.opened() as tracker:
            steps: list[Callable[[], None]] = [
                lambda: tracker.begin(sweep()),
                lambda: tracker.log([trial(0)]),
            ]
            for call in steps:
                with monkeypatch.context() as patch:
                    patch.setattr(MlflowStore, "create_run", give_up)
                    with pytest.raises(TrackingError, match="no answer"):
                        call()
                call()
            for arguments in late:
                create(*arguments)
            assert len(runs_of(self.uri)) == 4
            tracker.end(end())
        assert self.parent().status == "FINISHED"
        assert len(self.parent().texts) == 2
        assert len(self.children()[0].history["epoch/loss"]) == 3

    def test_a_session_that_does_not_know_that_it_is_over_leaves_no_double(self) -> None:
        with self.opened() as old, self.opened() as new:
            old.begin(sweep())
            new.begin(sweep())
            for tracker in (new, old):
                tracker.log([trial(0), trial(1)])
            assert len(runs_of(self.uri)) == 5
            new.end(end())
        assert sorted(self.children()) == [0, 1]

    def test_what_two_sessions_made_side_by_side_comes_together_at_the_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with self.opened() as old, self.opened() as new:
            for _ in range(2):
                new.begin(sweep())
            new.log([trial(0)])
            with monkeypatch.context() as blind:
                blind.setattr(MlflowStore, "runs", lambda *_: [])
                old.begin(sweep())
            old.log([trial(1), trial(2)])
            new.end(end())
        parent, *children = runs_of(self.uri)
        assert parent.info.status == "FINISHED"
        assert [child.data.tags["mlflow.parentRunId"] for child in children] == [
            parent.info.run_id
        ] * 3

    def test_children_of_a_parent_that_was_deleted_hang_on_the_new_one(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, _ = runs_of(self.uri)
        client_of(self.uri).delete_run(parent.info.run_id)
        with self.opened() as tracker:
            tracker.begin(sweep())
        parent, child = runs_of(self.uri)
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id

    def test_of_two_parents_the_one_with_the_trials_stays(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, child = runs_of(self.uri)
        twin = client_of(self.uri).create_run(
            parent.info.experiment_id, STARTED - 1, {"sweeps.sweep": "3f9a2c"}
        )
        assert twin.info.start_time < parent.info.start_time
        with self.opened() as tracker:
            tracker.begin(sweep())
        assert [run.info.run_id for run in runs_of(self.uri)] == [
            parent.info.run_id,
            child.info.run_id,
        ]

    def test_an_audit_lists_doubles_in_all_experiments_and_they_can_be_removed(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0), trial(1, "FAILED")])
        client = client_of(self.uri)
        elsewhere = client.create_experiment("elsewhere")
        tags = {"sweeps.sweep": "3f9a2c", "sweeps.trial": "1"}
        twin = client.create_run(elsewhere, STARTED, tags)
        tracker = MlflowTracker(self.uri)
        found = tracker.audit("3f9a2c")
        assert sorted((one.trial is None, one.trial or 0, one.status) for one in found) == [
            (False, 0, "FINISHED"),
            (False, 1, "FAILED"),
            (False, 1, "RUNNING"),
            (True, 0, "RUNNING"),
        ]
        facts = next(one for one in found if one.trial == 0)
        assert (facts.started_ms, facts.ended_ms) == (STARTED + 1000, STARTED + 1900)
        assert facts.params == {"width": "8"}
        assert facts.metrics == {"epoch/loss": pytest.approx(1 / 3), "val_accuracy": 0.9}
        assert (facts.ended, tracker.audit("none")) == (True, [])
        for _ in range(2):
            tracker.remove([twin.info.run_id])
        assert len(tracker.audit("3f9a2c")) == 3
        tracker.close()

    def test_a_number_that_somebody_changed_makes_no_trial(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        _, child = runs_of(self.uri)
        client_of(self.uri).set_tag(child.info.run_id, "sweeps.trial", "the first")
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
            assert sorted(str(run.trial) for run in MlflowTracker(self.uri).audit("3f9a2c")) == [
                "0",
                "None",
            ]

    def test_closing_ends_what_is_under_way(self) -> None:
        tracker = MlflowTracker(self.uri)
        tracker.begin(sweep())
        tracker.close()
        with pytest.raises(TrackingError, match="trial 0 was not sent any more"):
            tracker.log([trial(0)])
        assert len(runs_of(self.uri)) == 1

    def test_children_on_later_pages_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tracking.mlflow_store._PAGE", 2)
        trials = [trial(number, epochs=0) for number in range(7)]
        for _ in range(2):
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.log(trials)
        assert sorted(self.children()) == list(range(7))

    def test_complete_runs_are_not_sent_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
            monkeypatch.setattr(MlflowStore, "write", None)
            tracker.log([trial(0)])

    def test_tags_go_with_the_creation_and_long_ones_once_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[list[str]] = []
        write = MlflowStore.write

        def watched(store: MlflowStore, run_id: str, params: Any, tags: Any, *rest: Any) -> None:
            sent.append(sorted(tags))
            write(store, run_id, params, tags, *rest)

        long = replace(trial(0), tags={"sweeps.state": "failed", "sweeps.traceback": "t" * 1001})
        with self.opened() as tracker:
            tracker.begin(sweep())
            monkeypatch.setattr(MlflowStore, "write", watched)
            tracker.log([long, trial(1)])
        assert sent == [["sweeps.traceback"], []]
        assert self.children()[0].tags["sweeps.traceback"] == "t" * 1001
        assert self.children()[1].tags["sweeps.config_hash"] == "1".zfill(16)

    def test_a_deleted_experiment_is_said_with_the_way_out(self) -> None:
        client = client_of(self.uri)
        experiment_id = client.create_experiment("penguins")
        client.delete_experiment(experiment_id)
        with self.opened() as tracker, pytest.raises(TrackingError) as caught:
            tracker.begin(sweep())
        assert f"experiments restore --experiment-id {experiment_id}" in str(caught.value)

    def test_what_the_store_will_never_take_is_refused(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            with pytest.raises(RefusedError, match="trial 0 of sweep 3f9a2c"):
                tracker.log([replace(trial(0), metrics=(Metric("loss", 1.0, 0, -5),))])

    def test_many_trackers_share_one_new_experiment(self) -> None:
        trackers = [MlflowTracker(self.uri) for _ in range(4)]
        threads = [
            threading.Thread(target=tracker.begin, args=(sweep(f"s{n}"),))
            for n, tracker in enumerate(trackers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({run.info.experiment_id for run in runs_of(self.uri)}) == 1
        assert len(runs_of(self.uri)) == 4

    def test_no_link_without_a_server(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            assert tracker.link("3f9a2c") == ""

    def test_the_note_leads_to_the_trials(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
        assert "orderByKey=metrics.%60val_accuracy%60" in self.parent().tags["mlflow.note.content"]


def test_a_server_that_is_away_is_one_line_and_soon() -> None:
    with pytest.raises(TrackingError) as caught:
        MlflowTracker("http://someone:secret@127.0.0.1:9").begin(sweep())
    assert str(caught.value) == (
        "MLflow at http://127.0.0.1:9 cannot be reached (ConnectionError), sweep 3f9a2c"
    )


@pytest.mark.parametrize("uri", ["./mlruns", "sqlite:////proc/nowhere/mlflow.db", "nothing://x"])
def test_a_store_that_cannot_be_opened(uri: str) -> None:
    with pytest.raises(TrackingError, match="opening the store") as caught:
        MlflowTracker(uri)
    assert "\n" not in str(caught.value)


def test_a_new_store_is_made_where_plain_mlflow_looks(new_store: NewStore) -> None:
    names = {path.name for path in new_store.folder.iterdir()}
    assert names - {"mlflow.db-wal", "mlflow.db-shm"} == {"mlflow.db", "mlruns"}
    assert sorted(path.name for path in new_store.folder.parent.iterdir()) == [
        "empty.db",
        "my ü store",
    ]


def test_mlflow_is_kept_from_talking(new_store: NewStore) -> None:
    assert new_store.said == ""
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert logging.getLogger("alembic").level == logging.WARNING
