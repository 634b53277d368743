from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sweeps.clock import wall_ms
from sweeps.ledger.ledger import Ledger
from sweeps.service.running import rounds
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.running.looks import Clock, Service


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(ledger_url)) as ledger:
        yield ledger


@pytest.fixture
def service(ledger: Ledger, tmp_path: Path) -> Service:
    return Service(ledger, Settings(Store.at(tmp_path), slots=2, gpus=("0", "1")))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(wall_ms())
    monkeypatch.setattr(rounds, "wall_ms", clock)
    return clock
