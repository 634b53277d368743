"""A sweep as a whole: healthy ones of every backend, and those that are not at an end."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from sweeps import coordinator
from sweeps.doctor.diagnosis import Diagnosis, diagnose
from sweeps.doctor.violation import Fault, Mend, mendable, together
from sweeps.ledger.ledger import Ledger
from sweeps.store import Store
from sweeps.trial import Result
from tests.sweeps.bench import RANDOM, Bench
from tests.sweeps.doctor.patients import TRIALS, Patient
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher

Admit = Callable[[str], Patient]


@pytest.mark.parametrize("backend", sorted(TRIALS))
def test_a_healthy_sweep_breaks_no_rule(admit: Admit, backend: str) -> None:
    patient = admit(backend)
    seen = patient.seen()
    assert seen == Diagnosis(
        sweep_id=patient.sweep_id,
        name=f"penguins-{backend}",
        state="finished",
        trials=TRIALS[backend],
        runs=TRIALS[backend] + 1,
        unsent=0,
        end_sent=True,
        holder=None,
        violations=(),
    )
    assert seen.well
    assert seen.mend == Mend()


def test_a_sweep_may_be_named_by_the_beginning_of_its_id(patient: Patient) -> None:
    seen = diagnose(patient.store, patient.sweep_id[:3], tracking_uri=patient.uri)
    assert seen.sweep_id == patient.sweep_id
    with pytest.raises(LookupError, match="no sweep 'nowhere'"):
        diagnose(patient.store, "nowhere", tracking_uri=patient.uri)
    elsewhere = Store.at(patient.folder / "elsewhere")
    with pytest.raises(LookupError, match=r"no sweeps in .*/elsewhere yet"):
        diagnose(elsewhere, patient.sweep_id, tracking_uri=patient.uri)
    assert not elsewhere.folder.exists()


def test_runs_of_older_versions_have_no_attempt(patient: Patient) -> None:
    patient.in_mlflow("DELETE FROM tags WHERE key = 'sweeps.attempt'")
    assert patient.seen().well


def test_what_waits_to_be_sent_breaks_no_rule(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET shipped = 0 WHERE number IN (3, 4)")
    patient.in_ledger("UPDATE sweep SET end_shipped = 0")
    patient.in_mlflow(
        "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", patient.run_of(3)
    )
    patient.in_mlflow("UPDATE runs SET status = 'RUNNING' WHERE run_uuid = ?", patient.parent())
    seen = patient.seen()
    assert (seen.well, seen.unsent, seen.end_sent) == (True, 2, False)


def test_a_store_that_is_away_is_told_and_the_ledger_looked_at(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET attempt = 0 WHERE number = 3")
    seen = diagnose(patient.store, patient.sweep_id, tracking_uri="http://127.0.0.1:9")
    assert seen.unreachable is not None
    assert "http://127.0.0.1:9 cannot be reached" in seen.unreachable
    assert [violation.rule for violation in seen.violations] == ["attempts"]
    assert (seen.runs, seen.well) == (None, False)


def test_looking_makes_no_store(patient: Patient) -> None:
    elsewhere = patient.folder / "elsewhere.db"
    seen = diagnose(patient.store, patient.sweep_id, tracking_uri=f"sqlite:///{elsewhere}")
    assert not elsewhere.exists()
    assert [violation.line for violation in seen.violations] == [
        "MLflow: no run, though it was sent: trials 0, 1, 2, 3, 4 and 5 more",
        "MLflow: no run of the sweep itself",
    ]


def test_a_sweep_is_looked_at_while_it_runs(bench: Bench, patient: Patient) -> None:
    """Between two results, with what is sent still on its way."""
    seen: list[Diagnosis] = []

    def look(_: object) -> None:
        (latest,) = _newest(bench)
        seen.append(diagnose(bench.store, latest, tracking_uri=patient.uri))

    watcher = RecordingWatcher(on_result=look)
    coordinator.run(RANDOM, store=bench.store, tracking_uri=patient.uri, watcher=watcher)
    assert [one.violations for one in seen] == [()] * 10
    assert {one.state for one in seen} == {"running"}
    assert all(one.holder for one in seen)


def _newest(bench: Bench) -> list[str]:
    with closing(Ledger.open(bench.store.ledger_url)) as ledger:
        return [row.sweep_id for row in ledger.sweeps()]


def test_an_interrupted_sweep_breaks_no_rule_and_neither_does_a_stopped_one(
    bench: Bench, patient: Patient
) -> None:
    def interrupt(result: Result) -> None:
        if result.trial.number == 4:
            signal.raise_signal(signal.SIGTERM)

    where: dict[str, Any] = {"store": bench.store, "tracking_uri": patient.uri}
    watcher = RecordingWatcher(on_result=interrupt)
    sweep_id = coordinator.run(RANDOM, watcher=watcher, **where).sweep_id
    seen = diagnose(bench.store, sweep_id, tracking_uri=patient.uri)
    assert (seen.state, seen.trials, seen.runs, seen.violations) == ("interrupted", 8, 6, ())
    coordinator.conclude(sweep_id, "stopped", **where)
    seen = diagnose(bench.store, sweep_id, tracking_uri=patient.uri)
    assert (seen.state, seen.trials, seen.runs, seen.violations) == ("stopped", 8, 6, ())


def test_a_trial_that_was_tried_again_breaks_no_rule(bench: Bench, patient: Patient) -> None:
    where: dict[str, Any] = {"store": patient.store, "tracking_uri": patient.uri}
    bench.train_with(FakeTrainer())
    coordinator.retry(patient.sweep_id, **where)
    seen = patient.seen()
    assert (seen.state, seen.trials, seen.runs, seen.violations) == ("finished", 10, 11, ())
    coordinator.extend(patient.sweep_id, 3, **where)
    seen = patient.seen()
    assert (seen.state, seen.trials, seen.runs, seen.violations) == ("finished", 13, 14, ())


def test_alike_faults_are_one_line_with_the_first_few_trials() -> None:
    faults = [Fault("runs", "gone", n, Mend(resend=(n,)), "MLflow") for n in range(7, 0, -1)]
    (one,) = together(faults)
    assert one.line == "MLflow: gone: trials 1, 2, 3, 4, 5 and 2 more"
    assert one.mend == Mend(resend=(1, 2, 3, 4, 5, 6, 7))


def test_what_rests_on_a_wrong_ledger_is_not_mended() -> None:
    again = Mend(("r3",), (3,))
    faults = [
        Fault("status", "s", 3, again, "MLflow"),
        Fault("status", "s", 4, Mend(("r4",), (4,)), "MLflow"),
        Fault("best", "b", None, Mend(end=True), "MLflow"),
    ]
    assert mendable(faults) == faults
    wrong = Fault("scores", "x", 3)
    left = [fault.mend for fault in mendable([wrong, *faults])]
    assert left == [None, None, Mend(("r4",), (4,)), None]
