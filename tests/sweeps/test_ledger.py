from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search_spaces import Float, Param, Space
from sweeps import lease, ledger_records
from sweeps.errors import LedgerError, LedgerVersionError
from sweeps.executors.processes import Processes
from sweeps.lease import Claim, LeaseError
from sweeps.ledger import Ledger
from sweeps.ledger_records import told
from sweeps.sweep import SearchChoice, Sweep, TaskChoice
from sweeps.trial import Failure, Part, Result, Trial

SWEEP = Sweep(
    name="widths",
    task=TaskChoice("penguins"),
    space=Space.of(Param("learning_rate", Float(0.001, 0.1))),
    search=SearchChoice("random", trials=3),
    document={"task": "penguins", "space": {"learning_rate": {"low": 0.001, "high": 0.1}}},
)


def trial(number: int) -> Trial:
    return Trial(number, {"learning_rate": 0.1 / (number + 3), "decay": "step"}, budget=5)


def scored(number: int, score: float = 0.5) -> Result:
    part = Part(0, 0, {"val_accuracy": score}, {"loss": (0.3, 0.1)}, 1.5, {"val": ((3, 1), (0, 4))})
    metrics, history = {"val_accuracy": score}, {"loss": (0.3, 0.1)}
    return Result(trial(number), score, metrics, history, 1.5, (part,), trainer="fused")


def failed(number: int) -> Result:
    return Result(trial(number), None, {}, {}, 0.0, error=Failure("diverged", "in epoch 3"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store/ledger.db"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    ledger = Ledger.open(url)
    yield ledger
    ledger.close()


@pytest.fixture
def claim(ledger: Ledger) -> Claim:
    return ledger.create(SWEEP, {"next": 0})


def end_as_if_killed(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweeps.ledger_records.surely_dead", lambda owner: owner == claim.owner)


def test_two_launches_of_one_sweep_are_two_sweeps(ledger: Ledger) -> None:
    first, second = ledger.create(SWEEP, {}), ledger.create(SWEEP, {})
    assert first.sweep_id != second.sweep_id
    assert [row.sweep_id for row in ledger.sweeps()] == [first.sweep_id, second.sweep_id]


def test_results_come_back_exactly_as_they_were(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1)], {"next": 2})
    results = [scored(0, 0.1 + 0.2), failed(1)]
    ledger.commit(claim, [(result, 1) for result in results], {"next": 2}, spent=3.5)
    assert ledger.results(claim.sweep_id) == results
    assert ledger.document(claim.sweep_id) == SWEEP.document
    assert ledger.backend_state(claim.sweep_id) == {"next": 2}


def test_what_mlflow_has_is_read_in_brief_and_the_rest_whole(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1), trial(2)], {})
    results = [scored(0, 0.5), failed(1), scored(2, 0.25)]
    ledger.commit(claim, [(result, 1) for result in results], {}, spent=0)
    ledger.shipped(claim.sweep_id, [0, 1])
    brief = [replace(result, history={}, parts=()) for result in results]
    assert ledger.briefs(claim.sweep_id) == brief
    found = [begun.result for begun in ledger.trials(claim.sweep_id)]
    assert found == [*brief[:2], results[2]]
    assert ledger.results(claim.sweep_id) == results


def test_a_listing_counts_what_became_of_the_trials(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(number) for number in range(4)], {})
    ledger.commit(claim, [(scored(0), 1), (failed(1), 1), (scored(2), 1)], {}, spent=2.0)
    ledger.shipped(claim.sweep_id, [0])
    row = ledger.sweep(claim.sweep_id[:4])
    assert (row.done, row.failed, row.running, row.unsent) == (2, 1, 1, 2)
    assert (row.state, row.spent_seconds, row.backend) == ("running", 2.0, "random")


def test_a_result_is_taken_once(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0)], {})
    ledger.commit(claim, [(scored(0, 0.5), 1)], {}, spent=0)
    with pytest.raises(LeaseError, match=r"trial 0 .* is not running as attempt 1"):
        ledger.commit(claim, [(scored(0, 0.9), 1)], {}, spent=0)
    assert ledger.results(claim.sweep_id) == [scored(0, 0.5)]


def test_a_trial_that_comes_twice_in_one_commit_is_refused(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1)], {})
    with pytest.raises(LeaseError, match=r"trial 0 .* is not running as attempt 1"):
        ledger.commit(claim, [(scored(0), 1), (scored(1), 1), (scored(0), 1)], {}, spent=0)
    assert ledger.results(claim.sweep_id) == []


def test_thousands_of_results_are_one_commit_and_of_this_sweep_alone(
    ledger: Ledger, claim: Claim
) -> None:
    numbers = range(33_000)  # more than a statement of SQLite takes values
    other = ledger.create(SWEEP, {})
    ledger.begin(other, [trial(0), trial(1)], {})
    ledger.begin(claim, [trial(number) for number in numbers], {})
    ledger.commit(claim, [(scored(number), 1) for number in numbers if number != 1], {}, spent=0)
    rows = [ledger.sweep(sweep.sweep_id) for sweep in (claim, other)]
    assert [(row.done, row.running) for row in rows] == [(32_999, 1), (0, 2)]


def test_a_refused_result_takes_its_whole_transaction_with_it(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1)], {"told": 0})
    with pytest.raises(LeaseError):
        ledger.commit(claim, [(scored(0), 1), (scored(1), 7)], {"told": 2}, spent=0)
    assert ledger.results(claim.sweep_id) == []
    assert ledger.backend_state(claim.sweep_id) == {"told": 0}


def test_a_held_sweep_cannot_be_claimed_by_another(ledger: Ledger, claim: Claim) -> None:
    with pytest.raises(LeaseError, match=rf"{claim.sweep_id} is being run by process \d+"):
        ledger.claim(claim.sweep_id)


def test_a_dead_holder_loses_the_sweep_and_can_write_no_more(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.begin(claim, [trial(0)], {})
    end_as_if_killed(claim, monkeypatch)
    second = ledger.claim(claim.sweep_id)
    for write in (
        lambda: ledger.begin(claim, [trial(1)], {}),
        lambda: ledger.commit(claim, [(scored(0), 1)], {}, spent=0),
        lambda: ledger.renew(claim),
        lambda: ledger.end(claim, "finished", 0.0),
    ):
        with pytest.raises(LeaseError, match="taken over"):
            write()
    assert [begun.attempt for begun in ledger.trials(claim.sweep_id)] == [2]
    ledger.commit(second, [(scored(0), 2)], {}, spent=0)
    assert ledger.results(claim.sweep_id) == [scored(0)]


def test_a_lease_that_ran_out_is_free(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = ledger_records.wall_ms() + lease.LEASE_MS + 1
    monkeypatch.setattr(ledger_records, "wall_ms", lambda: later)
    assert ledger.claim(claim.sweep_id).epoch == claim.epoch + 1


def test_a_sweep_whose_holder_is_gone_is_shown_as_crashed(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger.sweep(claim.sweep_id).state == "running"
    end_as_if_killed(claim, monkeypatch)
    assert ledger.sweep(claim.sweep_id).state == "crashed"


def test_an_ended_sweep_is_free(ledger: Ledger, claim: Claim) -> None:
    ledger.end(claim, "interrupted", 12.5)
    with pytest.raises(LeaseError):
        ledger.claim(claim.sweep_id)
    ledger.release(claim)
    row = ledger.sweep(claim.sweep_id)
    assert (row.state, row.spent_seconds) == ("interrupted", 12.5)
    assert ledger.claim(claim.sweep_id).epoch == 2


def test_results_behind_a_gap_are_not_told_yet(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(number) for number in range(4)], {})
    ledger.commit(claim, [(scored(0), 1), (scored(2), 1)], {}, spent=0)
    results, waiting = told(ledger.trials(claim.sweep_id))
    assert [result.trial.number for result in results] == [0]
    assert [waited.number for waited in waiting] == [1, 2, 3]


def test_an_unknown_id_names_the_nearest(ledger: Ledger, claim: Claim) -> None:
    wrong = claim.sweep_id[:-1] + "0"
    with pytest.raises(LookupError, match=f"no sweep '{wrong}'.*{claim.sweep_id}"):
        ledger.sweep(wrong)


def test_a_removed_sweep_is_gone(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0)], {})
    ledger.end(claim, "finished", 0.0)
    ledger.release(claim)
    ledger.remove(claim.sweep_id)
    assert ledger.sweeps() == []
    assert ledger.trials(claim.sweep_id) == []


def test_a_running_sweep_is_not_removed(ledger: Ledger, claim: Claim) -> None:
    with pytest.raises(LeaseError):
        ledger.remove(claim.sweep_id)
    assert len(ledger.sweeps()) == 1


def test_nan_is_refused_rather_than_stored(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0)], {})
    with pytest.raises(ValueError, match="JSON"):
        ledger.commit(claim, [(scored(0, float("nan")), 1)], {}, spent=0)


def open_together(folder: Path, rounds: int) -> list[str]:
    """Open new ledgers at the same instants as one other process does; what went wrong."""
    wrong = []
    for number in range(rounds):
        place = folder / str(number)
        place.mkdir(exist_ok=True)
        (place / f"ready-{os.getpid()}").touch()
        while len(list(place.glob("ready-*"))) < 2:
            os.sched_yield()
        try:
            Ledger.open(f"sqlite:///{place}/ledger.db").close()
        except LedgerError as error:
            wrong.append(str(error))
    return wrong


def test_two_processes_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    processes = Processes(2, {})
    try:
        opening = [processes.submit(open_together, tmp_path, 40) for _ in range(2)]
        assert [future.result(timeout=60) for future in opening] == [[], []]
    finally:
        processes.kill()


@pytest.mark.parametrize("what", ["a folder", "no database"])
def test_what_cannot_be_a_ledger_is_said_in_one_line(tmp_path: Path, what: str) -> None:
    path = tmp_path / "ledger.db"
    if what == "a folder":
        path.mkdir()
    else:
        path.write_text("this is no database, and longer than the header of one would be" * 20)
    with pytest.raises(LedgerError, match=f"the ledger {path} cannot be opened: ") as caught:
        Ledger.open(f"sqlite:///{path}")
    assert "\n" not in str(caught.value)


def test_a_store_below_a_file_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="file/store"):
        Ledger.open(f"sqlite:///{tmp_path}/file/store/ledger.db")


def test_a_ledger_of_another_version_is_refused(url: str, ledger: Ledger) -> None:
    ledger.close()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE ledger SET version = 99")
    database.close()
    with pytest.raises(LedgerVersionError, match="layout 99"):
        Ledger.open(url)


def test_a_process_that_lives_is_not_dead_and_one_reborn_is() -> None:
    owner = lease.this_owner()
    host, pid, started = owner.rsplit(":", 2)
    assert not lease.surely_dead(owner)
    assert lease.surely_dead(f"{host}:{pid}:{int(started) - 1}")
    assert lease.surely_dead(f"{host}:{2**22 + 1}:{started}"), "above the largest process number"
    assert not lease.surely_dead(f"elsewhere-{host}:{pid}:1")
