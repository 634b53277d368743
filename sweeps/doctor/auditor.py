"""The tracking store as a doctor needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tracking.records import RunFacts
from tracking.store_uri import database_file, resolve


class Auditor(Protocol):
    """Lists a sweep's runs, and deletes some. Raises TrackingError when the store is away."""

    def audit(self, sweep_id: str) -> list[RunFacts]:
        """Every run that carries the sweep's tag, doubles included."""

    def remove(self, run_ids: Sequence[str]) -> None:
        """Delete runs."""

    def close(self) -> None:
        """Let go of the store."""


class Nothing:
    """A store that was never written to: looking does not make it."""

    def audit(self, sweep_id: str) -> list[RunFacts]:  # noqa: ARG002 - see Auditor
        """No runs."""
        return []

    def remove(self, run_ids: Sequence[str]) -> None:
        """Nothing is there to delete."""

    def close(self) -> None:
        """Nothing is open."""


def mlflow_auditor(uri: str | None) -> Auditor:
    """The MLflow store at `uri` (None: where MLflow logs by default). Imports mlflow.

    Raises TrackingError when it cannot be opened.
    """
    file = database_file(resolve(uri))
    if file is not None and not file.exists():
        return Nothing()
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(uri)
