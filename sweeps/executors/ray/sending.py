"""What calls of a sweep have in common: put into the cluster once, fetched once by each node."""

from __future__ import annotations

from typing import Any

from sweeps.executors.ray.parcel import Parcel


class Sending:
    """Puts the rows of fits and the modules of users into the cluster's object store."""

    def __init__(self) -> None:
        self._modules: dict[str, Any] = {}
        self._parts: dict[Any, Any] = {}

    def prepared(self, parcel: Parcel) -> tuple[Parcel, Any]:
        """The call as it is sent, and a reference to its user's modules (None without any)."""
        return parcel, None

    def forget(self) -> None:
        """Let the cluster free what was put there."""
        self._modules.clear()
        self._parts.clear()
