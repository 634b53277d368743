"""Sweeps that have ended while MLflow lacks something of them: a service sends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sweeps import coordinator
from sweeps.clock import wall_ms
from sweeps.ledger.jobs import Order, put_again
from sweeps.ledger.ledger import Ledger
from sweeps.service.running import rounds
from sweeps.service.running.coordinating import DELIVERY_SECONDS, Work, coordinate
from sweeps.service.running.standing import MOST_TRIES
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.fake_launcher import Coordinated, submit
from tests.sweeps.service.running.test_rounds import Clock, Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger:
        yield Service(ledger, Settings(Store.at(tmp_path), slots=1))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(wall_ms())
    monkeypatch.setattr(rounds, "wall_ms", clock)
    return clock


def ended_untold(service: Service, state: str = "finished") -> str:
    """A sweep whose coordinator was killed when it was done but for what it owed to MLflow."""
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    at_work.brings()
    at_work.ends(state, told=False)
    service.last.alive = False
    return sweep_id


@pytest.mark.parametrize("state", ["finished", "failed", "out_of_time", "stopped", "cancelled"])
def test_whatever_has_ended_is_delivered_at_once_and_without_a_slot(
    service: Service, state: str
) -> None:
    sweep_id = ended_untold(service, state)
    assert service.look().used == 0
    assert service.job(sweep_id).wanted == "deliver"
    assert service.launcher.ids == [sweep_id, sweep_id]
    claim = service.ledger.claim(sweep_id)
    service.ledger.end_shipped(claim)
    service.ledger.release(claim)
    service.last.alive = False
    service.look()
    assert service.state(sweep_id) == ("over", state)
    assert service.said == []


def test_after_some_tries_it_is_left_to_others(service: Service, clock: Clock) -> None:
    sweep_id = ended_untold(service)
    for _ in range(4 * MOST_TRIES):
        service.look()
        clock.now_ms += 70_000
        service.last.alive = False
    assert service.state(sweep_id) == ("over", "finished")
    assert len(service.launcher.launched) == 1 + MOST_TRIES
    assert service.said == [
        f"MLflow still lacks something of sweep {sweep_id}, which has ended: "
        f"`sweeps sync {sweep_id}` sends it"
    ]


def test_a_wish_takes_the_place_of_a_delivery_that_waits(service: Service, clock: Clock) -> None:
    sweep_id = ended_untold(service)
    for _ in range(2):
        service.look()
        service.last.alive = False
    service.look()
    assert (service.job(sweep_id).state, service.job(sweep_id).wanted) == ("waiting", "deliver")
    again = put_again(service.ledger, sweep_id, Order("ada", "d"), "extend", {"trials": 3})
    assert again is not None
    assert service.job(sweep_id).wanted == "extend"


def test_a_delivery_trains_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, object]] = []

    def sync(sweep_id: str, *, seconds: float, **around: object) -> int:
        called.append((sweep_id, seconds))
        return 0

    monkeypatch.setattr(coordinator, "sync", sync)
    sweep_id = ended_untold(service)
    service.look()
    work = Work.of(service.job(sweep_id), service.settings)
    assert coordinate(work, lambda line: None) == 0
    assert called == [(sweep_id, DELIVERY_SECONDS)]
