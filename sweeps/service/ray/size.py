"""How large a cluster is, for a service that is about to start."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing

from sweeps.service.nodes import Looker
from sweeps.service.ray.looker import RayLooker

SECONDS = 8.0
"""A cluster that cannot be seen by then is not waited for."""

GLANCE_SECONDS = 0.05


def cores_of(address: str, look_at: Callable[[str], Looker] = RayLooker) -> int | None:
    """The cores of all its nodes together; None where it has none, or cannot be reached."""
    until = time.monotonic() + SECONDS
    with closing(look_at(address)) as looker:
        while time.monotonic() < until:
            standing, nodes = looker.seen()
            if standing.reachable:
                return math.floor(sum(node.cpus for node in nodes if node.alive)) or None
            time.sleep(GLANCE_SECONDS)
    return None
