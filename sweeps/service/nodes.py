"""The machines that a service trains on: this one, and the nodes of its cluster."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from sweeps import cores
from sweeps.clock import now_ms
from sweeps.executors import gpus
from sweeps.service.settings import Cluster

GIGABYTE = 2**30


@dataclass(frozen=True)
class Node:
    """A machine. Memory is in GB of 2**30 bytes; None stands for what nobody can tell.

    `cpus_free` and `gpus_free` of a cluster's node are those that Ray has promised to nobody; of
    this machine, cores that were idle in the last minute. `gpu_kinds` names each kind once.
    `is_here` is this machine, where the service runs; `is_head` a cluster's head.
    """

    name: str
    alive: bool = True
    cpus: float = 0.0
    cpus_free: float | None = None
    gpus: float = 0.0
    gpus_free: float | None = None
    gpu_kinds: tuple[str, ...] = ()
    memory_gb: float | None = None
    memory_free_gb: float | None = None
    node_id: str | None = None
    is_here: bool = False
    is_head: bool = False


@dataclass(frozen=True)
class Standing:
    """Whether a cluster can be reached, and since when that is so; `cause` is why it cannot.

    Before the first look `since_ms` is None, and nobody knows. Milliseconds since 1970. `grows` is
    whether somebody starts nodes for it when they are wanted.
    """

    address: str
    reachable: bool
    since_ms: int | None = None
    cause: str | None = None
    grows: bool = False


@dataclass(frozen=True)
class Machines:
    """Machines as they were at a moment, this one first. Without a cluster, it is None."""

    nodes: tuple[Node, ...]
    at_ms: int
    cluster: Standing | None = None


class Looker(Protocol):
    """Keeps looking at a cluster."""

    def seen(self) -> tuple[Standing, tuple[Node, ...]]:
        """What was seen last, at once; the nodes are those of when it could be reached last."""

    def close(self) -> None:
        """Look no more."""


class Nodes:
    """The machines of a service. `look_at` gives who looks at a cluster."""

    def __init__(
        self, cluster: Cluster | None = None, look_at: Callable[[str], Looker] | None = None
    ) -> None:
        self._looker = (look_at or _on_ray)(cluster.address) if cluster is not None else None

    def view(self) -> Machines:
        """At once: the cluster is looked at every few seconds by somebody else."""
        if self._looker is None:
            return Machines((this_machine(),), now_ms())
        standing, nodes = self._looker.seen()
        return Machines((this_machine(), *nodes), now_ms(), standing)

    def close(self) -> None:
        """Look at nothing more."""
        if self._looker is not None:
            self._looker.close()


def this_machine() -> Node:
    """What this process may use of its machine."""
    import psutil

    count = cores.usable()
    kinds = _gpus_here()
    memory = psutil.virtual_memory()
    return Node(
        name=socket.gethostname(),
        cpus=count,
        cpus_free=round(max(0.0, count - os.getloadavg()[0]), 1),
        gpus=len(kinds),
        gpu_kinds=tuple(dict.fromkeys(kinds)),
        memory_gb=round(memory.total / GIGABYTE, 1),
        memory_free_gb=round(memory.available / GIGABYTE, 1),
        is_here=True,
    )


@cache
def _gpus_here() -> tuple[str, ...]:
    """Their models. They do not change while a process lives, and asking may take seconds."""
    return tuple(gpu.model for gpu in gpus.seen())


def _on_ray(address: str) -> Looker:
    from sweeps.service.ray.looker import RayLooker

    return RayLooker(address)
