from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.store import Store
from tests.sweeps.service.api import Service, service


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Service]:
    """A service's API in this process, with a made-up runner (see `tests.sweeps.service.api`)."""
    found = service(Store.at(tmp_path / "store"))
    with found.client:
        yield found
    found.ledger.close()
