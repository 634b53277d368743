"""A Ray cluster of several nodes on this machine, small enough to start in seconds."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import psutil

from sweeps.executors.environment import standing
from sweeps.executors.ray.connection import VARIABLES

STORE = 80 * 2**20
"""Bytes of a node's object store."""

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_AUTH_MODE": "disabled",  # else a token that lies in the home would be wanted
    "RAY_memory_monitor_refresh_ms": "0",  # what else runs on this machine is not to end tests
}


class NoClusterError(RuntimeError):
    """A cluster cannot be started here."""


class Simulated:
    """A head that takes no work, and nodes that are added and taken away."""

    def __init__(self) -> None:
        self._environment = ExitStack()
        self._environment.enter_context(standing(QUIET))
        try:
            with standing(VARIABLES):  # Ray reads them once in a process, which is here
                self._cluster = _started()
        except Exception as error:
            raise NoClusterError(f"no Ray cluster can be started here: {error}") from error
        self.nodes: list[Any] = []

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def add(self, cpus: int = 2, gpus: int = 0) -> Any:
        """Start a node with made-up GPUs."""
        node = self._cluster.add_node(num_cpus=cpus, num_gpus=gpus, object_store_memory=STORE)
        self.nodes.append(node)
        return node

    def lose(self, node: Any) -> None:
        """Kill a node, as when its machine fails."""
        self.nodes.remove(node)
        self._cluster.remove_node(node, allow_graceful=False)

    def workers(self) -> list[psutil.Process]:
        """Ours, on all nodes, in the order of their numbers."""
        raylets = [node.all_processes["raylet"][0].process.pid for node in self.nodes]
        children = [child for pid in raylets for child in psutil.Process(pid).children()]
        ours = [one for one in children if _title(one).startswith("ray::Served")]
        return sorted(ours, key=lambda one: one.pid)

    def lose_head(self) -> None:
        for processes in self._cluster.head_node.all_processes.values():
            for started in processes:
                started.process.kill()

    def close(self) -> None:
        """End all that was started, after a test that failed to leave as well."""
        import ray

        ray.shutdown()
        self._cluster.shutdown()
        self._environment.close()


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def _started() -> Any:
    from ray.cluster_utils import Cluster

    head = {
        "num_cpus": 0,
        "num_gpus": 0,
        "object_store_memory": STORE,
        "include_dashboard": False,
    }
    return Cluster(initialize_head=True, head_node_args=head)
