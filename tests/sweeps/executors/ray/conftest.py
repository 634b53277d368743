from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sweeps.executors.ray.simulated import NoClusterError, Simulated


@pytest.fixture(scope="package")
def cluster() -> Iterator[Simulated]:
    """Two nodes of two cores and a GPU each; whoever takes one away puts one back."""
    pytest.importorskip("ray")
    try:
        started = Simulated()
    except NoClusterError as error:
        pytest.skip(str(error))
    for _ in range(2):
        started.add(cpus=2, gpus=1)
    yield started
    started.close()
