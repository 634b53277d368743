"""Jobs that would wait for ever, told when they are submitted."""

from __future__ import annotations

import math

from sweeps.ledger.jobs import Order
from sweeps.service.nodes import Machines
from sweeps.service.settings import Settings


def too_large(order: Order, settings: Settings, machines: Machines) -> str | None:
    """Why a job with this order can never begin here, in a line; None for one that can.

    A cluster counts as it is now, unless it starts nodes by itself or cannot be reached.
    """
    if order.workers > settings.slots:
        return f"workers {order.workers:,} is more than the service's {_slots(settings.slots)}"
    if order.gpu_share is not None and not order.gpus:
        return f"gpu_share {order.gpu_share:g} is of GPUs: say how many, as gpus"
    if not order.gpus:
        return None
    per_gpu = math.floor(1 / (order.gpu_share or 1.0) + 1e-9)
    if order.workers > order.gpus * per_gpu:
        return (
            f"workers {order.workers:,} is more than {_gpus(order.gpus)} have room for, at "
            f"{per_gpu:,} on each: ask for more gpus, or a smaller gpu_share"
        )
    return _without_gpus(order, settings, machines)


def _without_gpus(order: Order, settings: Settings, machines: Machines) -> str | None:
    cluster = machines.cluster
    if settings.cluster is None:
        there, whose = len(settings.gpus), "the service's"
    elif cluster is None or not cluster.reachable or cluster.grows:
        return None
    else:
        nodes = [node for node in machines.nodes if node.alive and not node.is_here]
        there, whose = math.floor(sum(node.gpus for node in nodes)), "the Ray cluster's"
    return f"gpus {order.gpus:,} is more than {whose} {there:,}" if order.gpus > there else None


def _slots(count: int) -> str:
    return "1 slot" if count == 1 else f"{count:,} slots"


def _gpus(count: int) -> str:
    return "1 GPU" if count == 1 else f"{count:,} GPUs"
