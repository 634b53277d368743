"""The machines of a service, as the API shows them."""

from __future__ import annotations

from sweeps.service.nodes import Node, Nodes, Standing
from sweeps.service.settings import Cluster

LOST = Standing("10.0.0.1:6379", reachable=False, since_ms=7, cause="nobody answers")


class Looker:
    """Has seen a node, and its cluster lost."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.closed = False

    def seen(self) -> tuple[Standing, tuple[Node, ...]]:
        return LOST, (Node("gpu-1", alive=False, cpus=8.0, gpus=2.0, gpu_kinds=("H100",)),)

    def close(self) -> None:
        self.closed = True


def test_without_a_cluster_there_is_this_machine() -> None:
    machines = Nodes().view()
    (here,) = machines.nodes
    assert machines.cluster is None
    assert (here.is_here, here.alive) == (True, True)
    assert here.cpus >= 1
    assert here.cpus_free is not None
    assert 0 <= here.cpus_free <= here.cpus
    assert here.memory_gb is not None
    assert here.memory_free_gb is not None
    assert 0 < here.memory_free_gb <= here.memory_gb


def test_nodes_of_a_cluster_follow_this_machine() -> None:
    made: list[Looker] = []

    def look_at(address: str) -> Looker:
        made.append(Looker(address))
        return made[-1]

    nodes = Nodes(Cluster("10.0.0.1:6379"), look_at)
    machines = nodes.view()
    assert [node.is_here for node in machines.nodes] == [True, False]
    assert machines.nodes[1].gpu_kinds == ("H100",)
    assert machines.cluster == LOST
    nodes.close()
    assert [(one.address, one.closed) for one in made] == [("10.0.0.1:6379", True)]
