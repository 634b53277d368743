"""What a coordinator's process does for a job, whatever comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps import coordinator
from sweeps.coordinator import FinalError
from sweeps.errors import LedgerAwayError
from sweeps.executors.executor import ClusterError, ClusterLostError
from sweeps.executors.where import Where
from sweeps.lease import LeaseError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.jobs import Job, Wanted
from sweeps.ledger.ledger import Ledger
from sweeps.options import place_of
from sweeps.service.running.coordinating import AWAY, FAILED, Work, coordinate
from sweeps.service.settings import Cluster, Settings
from sweeps.store import Store
from sweeps.watcher import Ending, Summary
from tests.sweeps.service.fake_launcher import submit


def summary(ending: Ending = "finished", cause: str | None = None) -> Summary:
    return Summary("a", "a", ending, 0, 0, None, 0.0, 0, "", cause=cause)


@dataclass
class Called:
    """Stands in for the coordinator's functions: notes calls, and raises or returns `outcome`."""

    outcome: Summary | Exception = field(default_factory=summary)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def named(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Summary:
            self.calls.append((name, arguments))
            self.options = options
            if isinstance(self.outcome, Exception):
                raise self.outcome
            return self.outcome

        return call


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    called = Called()
    for name in ("resume", "retry", "extend", "conclude"):
        monkeypatch.setattr(coordinator, name, called.named(name))
    return called


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.at(tmp_path)


@pytest.fixture
def ledger(store: Store) -> Iterator[Ledger]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        yield ledger


def taken(ledger: Ledger, **order: Any) -> Job:
    """A job that a runner has launched a coordinator for."""
    seen = ledger_jobs.job_of(ledger, submit(ledger, **order))
    assert seen is not None
    assert ledger_jobs.change(ledger, seen, state="running", runner="a:1:1", launched_ms=5)
    return replace(seen, state="running", runner="a:1:1", launched_ms=5)


def work(job: Job, store: Store, **settings: Any) -> Work:
    return Work.of(job, Settings(store, **settings))


@pytest.mark.parametrize(
    ("wanted", "arguments", "call"),
    [
        ("run", {}, ("resume", ())),
        ("resume", {}, ("resume", ())),
        ("retry", {"reasons": ["crashed"]}, ("retry", (["crashed"],))),
        ("retry", {"reasons": None}, ("retry", (None,))),
        ("extend", {"trials": 5}, ("extend", (5,))),
        ("stop", {}, ("conclude", ("stopped",))),
        ("cancel", {}, ("conclude", ("cancelled",))),
    ],
)
def test_what_is_wanted_is_done(
    called: Called,
    ledger: Ledger,
    store: Store,
    wanted: Wanted,
    arguments: dict[str, Any],
    call: tuple[str, tuple[Any, ...]],
) -> None:
    job = replace(taken(ledger), wanted=wanted, arguments=arguments)
    assert coordinate(work(job, store), print) == 0
    assert called.calls == [(call[0], (job.sweep_id, *call[1]))]


def test_where_it_is_trained(called: Called, ledger: Ledger, store: Store) -> None:
    """Never in the coordinator's own process, and on no GPU that it was not given."""
    job = taken(ledger, workers=3)
    coordinate(work(job, store), print)
    assert place_of(called.options) == Where(workers=3, gpus=())  # type: ignore[arg-type]
    gpu = Work.of(replace(job, order=replace(job.order, workers=1)), Settings(store), ("1",))
    coordinate(gpu, print)
    assert place_of(called.options) == Where(workers=1, gpus=("1",))  # type: ignore[arg-type]


def test_a_cluster_trains_where_there_is_one(called: Called, ledger: Ledger, store: Store) -> None:
    coordinate(work(taken(ledger), store, cluster=Cluster("ray://head:10001")), print)
    chosen = {name: called.options.get(name) for name in ("executor", "address", "gpus")}
    assert chosen == {"executor": "ray", "address": "ray://head:10001", "gpus": None}


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (summary(), 0),
        (summary("interrupted"), 0),
        (summary("failed", "all trials failed"), 0),
        (summary("interrupted", "the cluster is gone"), AWAY),
        (LedgerAwayError("away"), AWAY),
        (ClusterError("away"), AWAY),
        (ClusterLostError("away"), AWAY),
        (LeaseError("held"), 0),
        (FinalError("stopped"), 0),
        (RuntimeError("a bug"), FAILED),
        (KeyError("a bug"), FAILED),
    ],
)
def test_how_it_ends(
    called: Called, ledger: Ledger, store: Store, outcome: Summary | Exception, code: int
) -> None:
    called.outcome = outcome
    job = taken(ledger)
    said: list[str] = []
    assert coordinate(work(job, store), said.append) == code
    assert ledger_jobs.job_of(ledger, job.sweep_id) == job
    if isinstance(outcome, Exception):
        assert str(outcome) in said[-1]


@pytest.mark.parametrize("wanted", ["run", "resume", "retry", "extend"])
def test_what_cannot_be_run_has_failed_and_says_why(
    called: Called, ledger: Ledger, store: Store, wanted: Wanted
) -> None:
    called.outcome = SpaceError("low 300 is above high 256", ("space", "width"))
    job = taken(ledger)
    if wanted != "run":
        arguments = '{"trials": 5}'
        assert ledger_jobs.change(ledger, job, wanted=wanted, arguments=arguments)
        job = replace(job, wanted=wanted, arguments={"trials": 5})
    assert coordinate(work(job, store), print) == FAILED
    left = ledger_jobs.job_of(ledger, job.sweep_id)
    assert left is not None
    row = ledger.sweep(job.sweep_id)
    if wanted in ("retry", "extend"):  # the sweep itself may be well
        assert (left.state, left.wanted, dict(left.arguments)) == ("running", "run", {})
    else:
        assert (left.state, row.state) == ("over", "failed")
        assert row.cause == "space.width: low 300 is above high 256"


def test_a_job_that_somebody_else_has_by_now_is_theirs(
    called: Called, ledger: Ledger, store: Store
) -> None:
    called.outcome = ValueError("no")
    job = taken(ledger)
    assert ledger_jobs.change(ledger, job, launched_ms=9)
    assert coordinate(work(job, store), print) == FAILED
    assert ledger.sweep(job.sweep_id).state == "queued"


def test_mlflow_is_obeyed_where_it_asks_for_tokens(
    called: Called, ledger: Ledger, store: Store
) -> None:
    def obeys(**settings: Any) -> bool:
        coordinate(work(taken(ledger), store, **settings), print)
        found: bool = called.options["obeys_mlflow"]
        return found

    assert not obeys()
    assert obeys(auth=True)
    assert not obeys(auth=True, tracking_uri="http://elsewhere:5000")
    ledger_tokens.create(ledger, "ada", "admin", None)
    assert obeys()
