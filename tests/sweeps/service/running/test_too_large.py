"""What can never begin is refused when it is submitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sweeps.ledger.jobs import Order
from sweeps.service.nodes import Machines, Node, Standing
from sweeps.service.running.too_large import too_large
from sweeps.service.settings import Cluster, Settings
from sweeps.store import Store

HERE = Node("here", is_here=True, gpus=8)
SEEN = Standing("h:1", reachable=True, since_ms=1)


def settings(**chosen: Any) -> Settings:
    return Settings(Store.at(Path("never")), slots=4, **chosen)


def order(**asked: Any) -> Order:
    return Order("anna", "digest", **asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"workers": 4}, None),
        ({"workers": 5}, "workers 5 is more than the service's 4 slots"),
        ({"gpus": 2, "workers": 2}, None),
        ({"gpus": 3}, "gpus 3 is more than the service's 2"),
        ({"gpu_share": 0.5}, "gpu_share 0.5 is of GPUs: say how many, as gpus"),
        ({"gpus": 1, "gpu_share": 0.5, "workers": 2}, None),
        (
            {"gpus": 1, "workers": 2},
            "workers 2 is more than 1 GPU have room for, at 1 on each: ask for more gpus, or a "
            "smaller gpu_share",
        ),
    ],
)
def test_on_this_machine(asked: dict[str, Any], expected: str | None) -> None:
    own = settings(gpus=("0", "1"))
    assert too_large(order(**asked), own, Machines((HERE,), 0)) == expected


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (SEEN, "gpus 4 is more than the Ray cluster's 3"),
        (Standing("h:1", reachable=True, grows=True), None),
        (Standing("h:1", reachable=False), None),
    ],
)
def test_a_cluster_counts_as_it_is_unless_it_grows_or_cannot_be_seen(
    standing: Standing, expected: str | None
) -> None:
    nodes = (HERE, Node("one", gpus=1.0), Node("two", gpus=2.0), Node("dead", alive=False, gpus=9))
    machines = Machines(nodes, 0, standing)
    on_ray = settings(cluster=Cluster("h:1"))
    assert too_large(order(gpus=4), on_ray, machines) == expected
    assert too_large(order(gpus=3), on_ray, machines) is None
    assert too_large(order(workers=5), on_ray, machines) is not None
