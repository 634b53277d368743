from __future__ import annotations

from collections.abc import Iterator

import pytest

from sweeps.executors.ray_cluster import RayCluster
from tests.sweeps.executors.contract import ExecutorContract
from tests.sweeps.executors.ray.simulated import Simulated

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def joined(cluster: Simulated) -> Iterator[RayCluster]:
    """One for many tests: its workers take seconds to start."""
    environment = {"SWEEPS_TEST_VARIABLE": "here"}
    executor = RayCluster(cluster.address, workers=2, gpu_share=None, environment=environment)
    yield executor
    executor.shutdown()


class TestRayCluster(ExecutorContract):
    @pytest.fixture
    def executor(self, joined: RayCluster) -> RayCluster:
        return joined
