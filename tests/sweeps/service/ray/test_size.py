"""How many slots a service has on a cluster when nobody says."""

from __future__ import annotations

import pytest

from sweeps.service.nodes import Node, Standing
from sweeps.service.ray import size
from sweeps.service.ray.size import cores_of

HEAD = Node("head", is_head=True)
NODES = (HEAD, Node("one", cpus=8.0), Node("two", cpus=4.0), Node("gone", alive=False, cpus=64.0))


class Looker:
    """Sees the cluster at the third look, or never."""

    def __init__(self, nodes: tuple[Node, ...] = (), never: bool = False) -> None:
        self._nodes = nodes
        self._never = never
        self.looks = 0
        self.closed = False

    def seen(self) -> tuple[Standing, tuple[Node, ...]]:
        self.looks += 1
        there = self.looks > 2 and not self._never
        return Standing("h:1", reachable=there), self._nodes if there else ()

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("nodes", "cores"), [(NODES, 12), ((HEAD,), None)])
def test_the_cores_of_all_nodes_that_live(
    nodes: tuple[Node, ...], cores: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size, "GLANCE_SECONDS", 0.0)
    looker = Looker(nodes)
    assert cores_of("h:1", lambda _: looker) == cores
    assert looker.closed


def test_a_cluster_that_is_not_there_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "SECONDS", 0.1)
    looker = Looker(never=True)
    assert cores_of("h:1", lambda _: looker) is None
    assert looker.closed
