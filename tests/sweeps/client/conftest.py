from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sweeps.quick_disk import disk_not_waited_for


@pytest.fixture(scope="module", autouse=True)
def quick_disk() -> Iterator[None]:
    with disk_not_waited_for():
        yield
