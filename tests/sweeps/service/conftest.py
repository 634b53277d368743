from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.store import Store
from tests.sweeps.quick_disk import disk_not_waited_for
from tests.sweeps.service.api import Service, service


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
