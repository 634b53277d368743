"""The child process that looks at a Ray cluster, and says what it sees on its standard output.

`python -m sweeps.service.ray.looking HOST:6379` says a line of JSON every few seconds, and ends
when its standard input does.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TextIO

from sweeps.executors.executor import ClusterError
from sweeps.executors.ray.address import answers, found
from sweeps.service.nodes import GIGABYTE, Node

EVERY_SECONDS = 2.0
CALL_SECONDS = 5.0
LATELY_MS = 10 * 60_000
"""Nodes that went longer ago are not shown any more."""

KIND = "accelerator_type:"
"""Before the name of a GPU's kind in Ray's resources."""


def main(address: str) -> None:
    """Look until nobody reads any more."""
    threading.Thread(target=_end_with_the_service, daemon=True).start()
    said_to = _own_output()
    client = None
    while True:
        try:
            place = found(address)
            client = client or _client(place)
            said: dict[str, Any] = {
                "reachable": True,
                "nodes": _nodes(client),
                "grows": _grows(client),
            }
        except Exception as error:  # noqa: BLE001 - whatever it is, that is why nothing was seen
            client = None  # that of a head that was started anew is refused by it for ever
            said = {"reachable": False, "cause": _in_a_line(error)}
        print(json.dumps(said), file=said_to, flush=True)
        time.sleep(EVERY_SECONDS)


def _own_output() -> TextIO:
    """The standard output, on which nobody else writes from now on."""
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return own


def _client(address: str) -> Any:
    """Ray's client of a head; it joins nothing. Raises ClusterError when nobody answers."""
    if not answers(address):
        raise ClusterError(f"nobody answers at {address}, where a Ray cluster is to be")
    from ray import _raylet

    return _raylet.GcsClient(address=address)  # type: ignore[attr-defined]


def _nodes(client: Any) -> list[dict[str, Any]]:
    from ray.core.generated.autoscaler_pb2 import GetClusterResourceStateReply

    reply = GetClusterResourceStateReply()
    reply.ParseFromString(client.get_cluster_resource_state(timeout_s=CALL_SECONDS))
    free = {state.node_id: state for state in reply.cluster_resource_state.node_states}
    infos = client.get_all_node_info(timeout=CALL_SECONDS).values()
    latest = time.time() * 1000 - LATELY_MS
    seen = [one for one in infos if not one.end_time_ms or one.end_time_ms > latest]
    seen.sort(key=lambda one: (not one.is_head_node, one.start_time_ms))
    return [asdict(node_of(one, free.get(one.node_id))) for one in seen]


def _grows(client: Any) -> bool:
    """Whether an autoscaler has told the head what it may start."""
    from ray import _raylet

    kept: str = _raylet.GCS_AUTOSCALER_STATE_NAMESPACE  # type: ignore[attr-defined]
    key: str = _raylet.GCS_AUTOSCALER_CLUSTER_CONFIG_KEY  # type: ignore[attr-defined]
    return bool(client.internal_kv_exists(key.encode(), kept.encode(), timeout=CALL_SECONDS))


def node_of(info: Any, state: Any) -> Node:
    """A node from what the head keeps about it (GcsNodeInfo), and what is free on it (NodeState).

    The latter is None of one that is gone.
    """
    total: Mapping[str, float] = info.resources_total
    free: Mapping[str, float] | None = None if state is None else state.available_resources
    kinds = tuple(sorted(name.removeprefix(KIND) for name in total if name.startswith(KIND)))
    return Node(
        name=info.node_manager_hostname or info.node_name,
        alive=not info.end_time_ms and free is not None,
        cpus=total.get("CPU", 0.0),
        cpus_free=_of(free, "CPU"),
        gpus=total.get("GPU", 0.0),
        gpus_free=_of(free, "GPU"),
        gpu_kinds=kinds,
        memory_gb=round(total.get("memory", 0.0) / GIGABYTE, 1),
        memory_free_gb=None if free is None else round(free.get("memory", 0.0) / GIGABYTE, 1),
        node_id=bytes(info.node_id).hex(),
        is_head=bool(info.is_head_node),
    )


def _of(free: Mapping[str, float] | None, name: str) -> float | None:
    return None if free is None else free.get(name, 0.0)


def _in_a_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said if isinstance(error, ClusterError) else f"{type(error).__name__}: {said}"


def _end_with_the_service() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
