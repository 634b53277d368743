"""Where a Ray cluster is, and whether anybody is there."""

from __future__ import annotations

import os
import re
import socket
from importlib.util import find_spec
from pathlib import Path

from sweeps.executors.executor import ClusterError

KNOCK_SECONDS = 2.0
AUTO, LOCAL = "auto", "local"
_WHOLE = re.compile(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+):[0-9]{1,5}")


def answers(address: str) -> bool:
    """Whether anybody listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS):
            return True
    except (OSError, ValueError, OverflowError):
        return False


def unfit(address: str) -> str | None:
    """Why no service could train at such an address, whoever is there; None for one that will do.

    "auto" is this machine's own cluster.
    """
    if find_spec("ray") is None:
        return "Ray is not installed: pip install 'keras-sweeps[ray]'"
    if "://" in address:
        return f"{address} is not the head's own address: say that, HOST:6379"
    if address != AUTO and not _WHOLE.fullmatch(address):
        return f"{address!r} is not HOST:PORT, as in 10.0.0.1:6379, or auto"
    return None


def resolved(address: str | None) -> str | None:
    """What Ray is to be given for an address, so that it does not wait for who is not there.

    Raises ClusterError where nobody answers, and for a Ray client's address.
    """
    named = address or os.environ.get("RAY_ADDRESS", "")
    if "://" in named:
        raise ClusterError(f"address: {named} is a Ray client's: say the head's own, HOST:6379")
    if ":" in named and not answers(named):
        raise ClusterError(f"address: nobody answers at {named}, where a Ray cluster is to be")
    if named not in ("", AUTO):
        return named
    last = _last_started()
    if last is None or answers(last):
        return address
    if named == AUTO:
        raise ClusterError(
            f"address: the Ray cluster that was started here last, at {last}, is gone"
        )
    return LOCAL


def found(address: str) -> str:
    """The HOST:PORT of a head, also of "auto": this machine's cluster.

    Raises ClusterError where none was started here.
    """
    if address != AUTO:
        return address
    last = _last_started()
    if last is None:
        raise ClusterError("address: no Ray cluster was started on this machine")
    return last


def _last_started() -> str | None:
    """What Ray takes for this machine's cluster; nothing tells it when that has crashed."""
    noted = Path(os.environ.get("RAY_TMPDIR", "/tmp"), "ray", "ray_current_cluster")
    try:
        return noted.read_text().strip() or None
    except OSError:
        return None
