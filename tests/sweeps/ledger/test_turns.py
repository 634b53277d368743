"""Many threads that write to one SQLite ledger: each has its turn."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sweeps.ledger import turns as ledger_turns
from sweeps.ledger.jobs import Order, enqueue
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.turns import Turns
from sweeps.reading.sweep import read_sweep

SWEEP = read_sweep({"task": "penguins", "space": {"width": [4, 8]}})
THREADS, EACH = 12, 8


def test_nobody_waits_for_long_while_others_pass(tmp_path: Path) -> None:
    waited: list[float] = []

    def write(ledger: Ledger, thread: int) -> None:
        for number in range(EACH):
            before = time.perf_counter()
            enqueue(ledger, SWEEP, Order("me", "d", client_key=f"{thread}-{number}"))
            waited.append(time.perf_counter() - before)

    with closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger:
        began = time.perf_counter()
        threads = [threading.Thread(target=write, args=(ledger, n)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        total = time.perf_counter() - began
        assert len(ledger.sweeps()) == THREADS * EACH
    # Without turns the longest of them is nearly the whole.
    assert max(waited) < 0.5 * total


def test_a_turn_that_does_not_come_is_the_databases_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger_turns, "BUSY_MS", 20)
    turns = Turns(create_engine("sqlite://"))
    with turns.taken(), turns.taken():
        pass
    with turns.taken():
        assert turns._busy
    assert not turns._busy


def test_a_server_needs_no_turns() -> None:
    turns = Turns(create_engine("postgresql+psycopg://h/d"))
    with turns.taken():
        assert not turns._busy
