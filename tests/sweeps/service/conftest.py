from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.ledger.jobs import job_of, jobs
from sweeps.store import Store
from tests.sweeps.quick_disk import disk_not_waited_for
from tests.sweeps.service.api import Service, service
from tests.sweeps.service.besieged import Besieged, besieged_in
from tests.sweeps.service.premises import Premises


@pytest.fixture(scope="module", autouse=True)
def quick_disk() -> Iterator[None]:
    with disk_not_waited_for():
        yield


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Service]:
    """A service's API in this process, with a made-up runner (see `tests.sweeps.service.api`)."""
    found = service(Store.at(tmp_path / "store"))
    with found.client:
        yield found
    found.ledger.close()


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Premises:
    return Premises.at(tmp_path_factory.mktemp("premises"))


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory, premises: Premises) -> Iterator[Besieged]:
    with besieged_in(tmp_path_factory.mktemp("besieged"), premises) as found:
        yield found


@pytest.fixture
def untouched(besieged: Besieged) -> Iterator[None]:
    """Whatever a test does, ada's sweep waits as before, and nothing else is in the queue."""
    ledger = besieged.service.ledger
    before = job_of(ledger, besieged.sweep_id)
    yield
    assert jobs(ledger, ["waiting", "held", "running", "over"]) == [before]
    assert len(ledger.sweeps()) == 1
