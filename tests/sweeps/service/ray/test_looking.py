"""What the child makes of what a head tells. Ray itself is not needed for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sweeps.service.ray.looking import node_of

GIGABYTE = 2**30


def info(**told: Any) -> Any:
    known = {
        "node_id": b"\x01\xff",
        "node_manager_hostname": "gpu-1",
        "node_name": "10.0.0.7",
        "resources_total": {
            "CPU": 16.0,
            "GPU": 2.0,
            "memory": 64.0 * GIGABYTE,
            "accelerator_type:H100": 1.0,
        },
        "end_time_ms": 0,
        "is_head_node": False,
    }
    return SimpleNamespace(**{**known, **told})


def state(**free: float) -> Any:
    return SimpleNamespace(available_resources=free)


def test_a_node_and_what_is_free_on_it() -> None:
    node = node_of(info(), state(CPU=3.0, memory=32.0 * GIGABYTE))
    assert (node.name, node.node_id, node.alive) == ("gpu-1", "01ff", True)
    assert (node.cpus, node.cpus_free, node.gpus, node.gpus_free) == (16.0, 3.0, 2.0, 0.0)
    assert (node.gpu_kinds, node.memory_gb, node.memory_free_gb) == (("H100",), 64.0, 32.0)
    assert not node.is_here


def test_a_node_that_is_gone_has_nothing_free() -> None:
    node = node_of(info(end_time_ms=5, node_manager_hostname=""), None)
    assert (node.name, node.alive, node.cpus_free, node.gpus_free) == (
        "10.0.0.7",
        False,
        None,
        None,
    )
