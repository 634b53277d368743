"""What a coordinator asks of a service's cluster for its job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sweeps import coordinator
from sweeps.executors import secrecy
from sweeps.executors.executor import ClusterError
from sweeps.ledger.jobs import Job, Order
from sweeps.service.running import coordinating
from sweeps.service.running.coordinating import AWAY, Work, coordinate
from sweeps.service.settings import Cluster, Settings
from sweeps.store import Store
from sweeps.watcher import Ending, Summary

LOST = "the head of the Ray cluster at h:1 is gone; what was done is kept"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of sessions, none of which is run."""
    found: list[dict[str, Any]] = []

    def resume(sweep_id: str, **options: Any) -> Summary:
        found.append(options)
        return ended("finished", sweep_id)

    monkeypatch.setattr(coordinator, "resume", resume)
    monkeypatch.setattr(coordinating, "_check_still_allowed", lambda work: None)
    monkeypatch.setattr(secrecy, "hide", lambda names: None)
    return found


def ended(ending: Ending, sweep_id: str = "abcdef", cause: str | None = None) -> Summary:
    return Summary(sweep_id, "name", ending, 0, 0, None, 1.0, 0, "", cause=cause)


def work(tmp_path: Path, **order: Any) -> Work:
    settings = Settings(Store.at(tmp_path), slots=8, cluster=Cluster("h:1"), auth=True)
    return Work.of(Job("abcdef", Order("anna", "d", **order), 1), settings)


@pytest.mark.parametrize(
    ("order", "workers", "share"),
    [
        ({}, 1, None),
        ({"workers": 3}, 3, None),
        ({"workers": 2, "gpus": 2}, 2, 1.0),
        ({"workers": 4, "gpus": 2, "gpu_share": 0.5}, 4, 0.5),
    ],
)
def test_workers_are_on_the_cluster_with_their_share_of_its_gpus(
    tmp_path: Path,
    asked: list[dict[str, Any]],
    order: dict[str, Any],
    workers: int,
    share: float | None,
) -> None:
    said: list[str] = []
    assert coordinate(work(tmp_path, **order), said.append) == 0
    (options,) = asked
    assert (options["executor"], options["address"], options["shared_by"]) == ("ray", "h:1", 8)
    assert (options["workers"], options["gpu_share"]) == (workers, share)
    assert "gpus" not in options


def test_a_cluster_that_is_away_or_lost_is_tried_again(
    tmp_path: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(sweep_id: str, **options: Any) -> Summary:
        raise ClusterError("address: nobody answers at h:1, where a Ray cluster is to be")

    said: list[str] = []
    monkeypatch.setattr(coordinator, "resume", nobody)
    assert coordinate(work(tmp_path), said.append) == AWAY
    assert said == ["address: nobody answers at h:1, where a Ray cluster is to be"]
    lost = ended("interrupted", cause=LOST)
    monkeypatch.setattr(coordinator, "resume", lambda *_, **__: lost)
    assert coordinate(work(tmp_path), said.append) == AWAY
    monkeypatch.setattr(coordinator, "resume", lambda *_, **__: ended("interrupted"))
    assert coordinate(work(tmp_path), said.append) == 0, "somebody interrupted it"
