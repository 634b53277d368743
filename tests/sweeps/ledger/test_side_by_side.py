"""Several processes on one ledger, and what only a server has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.errors import LedgerError
from sweeps.executors.processes import Processes
from sweeps.lease import Claim, LeaseError
from sweeps.ledger import engine as ledger_engine
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger import records as ledger_records
from sweeps.ledger.ledger import Ledger
from sweeps.trial import Failure, Result
from tests.sweeps.ledger.samples import SWEEP, scored, trial
from tests.sweeps.ledger.test_opening import meet
from tests.sweeps.postgres import Server

ROUNDS = 50


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(ledger_url)) as ledger:
        yield ledger


@pytest.fixture
def two() -> Iterator[Processes]:
    processes = Processes(2, {})
    yield processes
    processes.kill()


def claim_together(folder: Path, url: str, ids: list[str]) -> list[str]:
    """Claim sweeps at the same instants as one other process does; what it was told."""
    told = []
    with closing(Ledger.open(url)) as ledger:
        for number, sweep_id in enumerate(ids):
            meet(folder, number)
            try:
                ledger.claim(sweep_id)
                told.append("")
            except LeaseError as error:
                told.append(str(error))
    return told


def test_of_two_who_claim_a_sweep_at_once_one_has_it(
    ledger: Ledger, ledger_url: str, two: Processes, tmp_path: Path
) -> None:
    claims = [ledger.create(SWEEP, {}) for _ in range(ROUNDS)]
    for claim in claims:
        ledger.release(claim)
    ids = [claim.sweep_id for claim in claims]
    calls = [two.submit(claim_together, tmp_path, ledger_url, ids) for _ in range(2)]
    told = [call.result(timeout=120) for call in calls]
    for sweep_id, one, other in zip(ids, *told, strict=True):
        assert [one, other].count("") == 1
        assert f"sweep {sweep_id} is being run by process " in one + other


def commit_all(folder: Path, url: str, claims: list[Claim]) -> list[bool]:
    """Commit a trial of each sweep; whether it was taken."""
    taken = []
    with closing(Ledger.open(url)) as ledger:
        for number, claim in enumerate(claims):
            meet(folder, number)
            try:
                ledger.commit(claim, [(scored(0), 1)], {"told": 1}, spent=1.0)
                taken.append(True)
            except LeaseError:
                taken.append(False)
    return taken


def take_over_all(folder: Path, url: str, claims: list[Claim]) -> list[bool]:
    """Take over each sweep, taking its holder for dead; whether its trial had a result then."""
    ledger_records.surely_dead = lambda owner: True
    found = []
    with closing(Ledger.open(url)) as ledger:
        for number, claim in enumerate(claims):
            meet(folder, number)
            mine = ledger.claim(claim.sweep_id)
            ledger.take_up(mine)
            (begun,) = ledger.trials(claim.sweep_id)
            assert begun.attempt == (1 if begun.result else 2)
            found.append(begun.result is not None)
    return found


def test_a_result_is_kept_before_a_takeover_or_never(
    ledger: Ledger, ledger_url: str, two: Processes, tmp_path: Path
) -> None:
    claims = [ledger.create(SWEEP, {"told": 0}) for _ in range(ROUNDS)]
    for claim in claims:
        ledger.begin(claim, [trial(0)], {"told": 0})
    first = two.submit(commit_all, tmp_path, ledger_url, claims)
    second = two.submit(take_over_all, tmp_path, ledger_url, claims)
    taken, found = first.result(timeout=120), second.result(timeout=120)
    assert taken == found
    kept = [len(ledger.results(claim.sweep_id)) for claim in claims]
    assert kept == [int(one) for one in taken]
    states = [ledger.backend_state(claim.sweep_id) for claim in claims]
    assert states == [{"told": int(one)} for one in taken]


ODD = "\x00 \ud800 \u202e \u2028 \U0001f9ea \x1b[31m '\"; DROP TABLE trial; -- %s :name {}"


def test_text_of_any_characters_comes_back_as_it_was(ledger: Ledger) -> None:
    sweep = replace(SWEEP, document={**SWEEP.document, "note": ODD})
    claim = ledger.create(sweep, {"note": ODD})
    odd = replace(trial(0), config={"kind": ODD})
    failure = Failure("user_error", ODD, f"Traceback:\n{ODD}")
    result = Result(odd, None, {ODD: 1.0}, {ODD: (0.5,)}, 0.0, error=failure)
    ledger.begin(claim, [odd], {"note": ODD})
    ledger.commit(claim, [(result, 1)], {"note": ODD}, spent=0)
    assert ledger.results(claim.sweep_id) == [result]
    assert ledger.document(claim.sweep_id) == sweep.document
    assert ledger.backend_state(claim.sweep_id) == {"note": ODD}


def test_a_cause_of_any_characters_is_kept_on_one_line(ledger: Ledger) -> None:
    claim = ledger.create(SWEEP, {})
    ledger.end(claim, "failed", 1.0, cause=f"ValueError: {ODD}\nand more")
    cause = ledger.sweep(claim.sweep_id).cause
    assert cause is not None
    assert cause.startswith(r"ValueError: \x00 \ud800 \u202e")
    assert cause.isprintable()


def test_a_command_that_replaces_another_is_not_lost(
    ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ledger.create(SWEEP, {})
    ledger_orders.leave(ledger, claim.sweep_id, "pause")
    look = ledger.command

    def looked(sweep_id: str) -> str | None:
        seen = look(sweep_id)
        ledger_orders.leave(ledger, sweep_id, "stop")
        return seen

    monkeypatch.setattr(ledger, "command", looked)
    assert ledger_orders.taken(ledger, claim) == "stop"
    assert look(claim.sweep_id) is None


@pytest.mark.slow
def test_a_server_that_was_started_again_is_used_again(postgres: Server) -> None:
    with closing(Ledger.open(postgres.fresh())) as ledger:
        claim = ledger.create(SWEEP, {})
        with (
            pytest.raises(LedgerError, match="cannot be written") as caught,
            ledger.writing(claim) as connection,
        ):
            postgres.restart()
            ledger_orders.set_sweep(connection, claim.sweep_id, state="paused")
        assert "\n" not in str(caught.value)
        ledger.begin(claim, [trial(0)], {})
        assert ledger.sweep(claim.sweep_id).state == "running"
        postgres.restart()
        ledger.renew(claim)


@pytest.mark.slow
def test_a_holder_that_stopped_in_the_middle_of_a_write_holds_up_nobody_for_long(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = {"options": "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=300"}
    monkeypatch.setattr(ledger_engine, "SERVER_WAITS", waits)
    monkeypatch.setattr(ledger_records, "surely_dead", lambda owner: True)
    with closing(Ledger.open(postgres.fresh())) as ledger:
        claim = ledger.create(SWEEP, {})
        with pytest.raises(LedgerError, match="cannot be written"), ledger.writing(claim):
            second = ledger.claim(claim.sweep_id)
        assert second.epoch == 2
        ledger.renew(second)


@pytest.mark.slow
def test_a_row_that_another_keeps_for_long_is_said_in_one_line(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = {"options": "-c lock_timeout=200"}
    monkeypatch.setattr(ledger_engine, "SERVER_WAITS", waits)
    with closing(Ledger.open(postgres.fresh())) as ledger:
        claim = ledger.create(SWEEP, {})
        with (
            ledger.writing(claim),
            pytest.raises(LedgerError, match=r"lock timeout.*another program") as caught,
        ):
            ledger.renew(claim)
        assert "\n" not in str(caught.value)
        ledger.renew(claim)
