from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sweeps.trainers.models.workers import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    started = Workers()
    yield started
    started.close()
