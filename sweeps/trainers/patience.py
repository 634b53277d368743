"""When a fit stops early: the rule of Keras's `EarlyStopping`, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sweeps.recipe import EarlyStopping


@dataclass
class Patience:
    """How long the monitored value has not improved. Smaller is better, but for accuracy."""

    settings: EarlyStopping
    best: float | None = None
    waited: int = 0
    stopped: bool = False

    def improved(self, value: float) -> bool:
        """Take in the next epoch's value; true when its weights are the best so far."""
        if self.best is None or self._beats(value, self.best):
            self.best, self.waited = value, 0
            return True
        self.waited += 1
        self.stopped = self.waited >= self.settings.patience
        return False

    def state(self) -> dict[str, Any]:
        """What `restore` needs, in JSON types."""
        state = asdict(self)
        del state["settings"]
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.best, self.waited, self.stopped = state["best"], state["waited"], state["stopped"]

    def _beats(self, value: float, best: float) -> bool:
        if self.settings.monitor == "accuracy":
            return value - self.settings.min_delta > best
        return value + self.settings.min_delta < best
