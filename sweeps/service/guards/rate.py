"""How often one client may ask: a token bucket each, for no more clients than fit."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import Scope

from sweeps.service.problems import ProblemError
from sweeps.service.settings import Limits

CLIENTS = 10_000
"""How many buckets are kept; whoever was away the longest starts with a full one again."""


class Rates:
    """The buckets of a service. One event loop uses them; `clock` gives seconds."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, client: str) -> None:
        """Count a request of this client. Raises ProblemError, 429, when it has to wait."""
        now, rate = self._clock(), self._limits.requests
        left, since = self._left.pop(client, (float(self._limits.burst), now))
        left = min(self._limits.burst, left + (now - since) * rate)
        enough = left >= 1.0
        self._left[client] = left - 1.0 if enough else left, now
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        if not enough:
            wait = math.ceil((1.0 - left) / rate)
            raise ProblemError(
                429,
                f"too many requests at once: {rate:g} in a second are answered",
                exit_code=1,
                headers={"Retry-After": str(wait)},
            )


def address_of(scope: Scope) -> str:
    """Where a request comes from; of IPv6, where one machine has very many, the network."""
    host = unmapped((scope.get("client") or ("nowhere", 0))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def unmapped(host: str) -> str:
    """The address as IPv4 where it is that: who listens at `::` sees all of IPv4 in one network."""
    try:
        mapped = ipaddress.IPv6Address(host).ipv4_mapped
    except ValueError:
        return host
    return host if mapped is None else str(mapped)
