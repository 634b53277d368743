from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from sweeps import lease
from sweeps.errors import LedgerError
from sweeps.lease import Heartbeat, LeaseError, Term
from sweeps.ledger.ledger import Ledger
from tests.sweeps.ledger.samples import SWEEP, trial


class Steady:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Steady:
    steady = Steady()
    monkeypatch.setattr(lease, "time", SimpleNamespace(monotonic=steady.monotonic))
    return steady


def test_a_process_that_lives_is_not_dead_and_one_reborn_is() -> None:
    owner = lease.this_owner()
    host, pid, started = owner.rsplit(":", 2)
    assert not lease.surely_dead(owner)
    assert lease.surely_dead(f"{host}:{pid}:{int(started) - 1}")
    assert lease.surely_dead(f"{host}:{2**22 + 1}:{started}"), "above the largest process number"
    assert not lease.surely_dead(f"elsewhere-{host}:{pid}:1")


def test_an_owner_is_told_as_a_process_on_a_host_that_may_have_any_name() -> None:
    assert lease.place_of("fe80::1:host:17:99") == "process 17 on fe80::1:host"


def test_a_holder_that_did_not_run_for_longer_than_a_lease_was_held_up_for_good(
    steady: Steady,
) -> None:
    term = Term()
    steady.seconds += 29
    term.awake()
    assert term.held_up is None
    steady.seconds += 31
    term.awake()
    steady.seconds += 1
    term.awake()
    assert term.held_up == 31


def test_who_waits_for_the_database_in_steps_was_not_held_up(steady: Steady) -> None:
    term = Term()
    for _ in range(4):
        steady.seconds += 20
        term.awake()
    assert term.held_up is None


def test_a_ledger_that_was_away_for_longer_than_a_lease_costs_nobody_the_sweep(
    ledger_url: str, steady: Steady, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(ledger_url)
    claim = ledger.create(SWEEP, {})
    for _ in range(5):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(ledger), "changing", _away)
            with pytest.raises(LedgerError):
                ledger.renew(claim)
        steady.seconds += 25
    ledger.begin(claim, [trial(0)], {})
    assert len(ledger.trials(claim.sweep_id)) == 1
    ledger.close()


def _away(ledger: Ledger) -> object:
    raise LedgerError("the ledger cannot be written: database is locked")


def test_a_holder_that_was_stopped_past_its_lease_writes_nothing_more(
    ledger_url: str, steady: Steady
) -> None:
    ledger = Ledger.open(ledger_url)
    claim = ledger.create(SWEEP, {"told": 0})
    ledger.begin(claim, [trial(0)], {"told": 1})
    steady.seconds += 31
    for write in (
        lambda: ledger.begin(claim, [trial(1)], {"told": 2}),
        lambda: ledger.renew(claim),
        lambda: ledger.shipped(claim, [0]),
        lambda: ledger.end_shipped(claim),
        lambda: ledger.release(claim),
    ):
        with pytest.raises(LeaseError, match=r"was held up for 31 s.*`sweeps resume` goes on"):
            write()
    assert ledger.backend_state(claim.sweep_id) == {"told": 1}
    assert not any(begun.shipped for begun in ledger.trials(claim.sweep_id))
    ledger.close()


def test_a_heartbeat_says_what_is_wrong_and_ends_with_the_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease, "LEASE_MS", 3)
    errors = iter([LedgerError("locked"), None, LeaseError("taken over")])
    said: list[str] = []
    lost: list[LeaseError] = []
    over = threading.Event()

    def renew() -> None:
        error = next(errors)
        if error is not None:
            raise error

    def end(error: LeaseError) -> None:
        lost.append(error)
        over.set()

    heartbeat = Heartbeat(renew, said.append, end)
    assert over.wait(30)
    heartbeat.close()
    assert said == ["the ledger could not be reached: locked"]
    assert [str(error) for error in lost] == ["taken over"]
    assert next(errors, "none left") == "none left"
