"""A problem whose rows come out of the cluster's object store instead of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sweeps.data_cache import DataCache
from sweeps.executors.ray.connection import imported
from sweeps.problem import Problem
from sweeps.tasks.task import Data, Kind, Rows

_FETCHED = DataCache()


@dataclass(frozen=True)
class GivenTask:
    """What there is to know about a task besides its rows, which the problem has."""

    name: str
    kind: Kind
    outputs: int
    features: tuple[str, ...]
    classes: tuple[str, ...]
    content: str

    def rows(self, split: int) -> Rows:
        """Raises ValueError: the rows of fits are all that was sent."""
        raise ValueError(f"{self.name}: split {split} was not sent to this node")

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """Raises ValueError: what was sent is scaled."""
        raise ValueError(f"{self.name}: what scales {len(parts)} parts was not sent to this node")

    def digest(self) -> str:
        """The task's own."""
        return self.content


@dataclass(frozen=True)
class Given(Problem):
    """A problem with the rows of some fits, by fold and draw: references to `Data`.

    Where the rows could not be made, the exception stands in their place.
    """

    parts: Mapping[tuple[int, int], Any] = field(default_factory=dict, compare=False)

    def data(self, fold: int, repeat: int) -> Data:
        """The rows of one fit: one copy on the node, which all of its workers read."""
        reference = self.parts[fold, self.draw_of(repeat)]
        if isinstance(reference, Exception):
            raise reference
        fetched: Data = _FETCHED.get(reference.hex(), lambda: imported().get(reference))
        return fetched


def given(problem: Problem, parts: Mapping[tuple[int, int], Any]) -> Given:
    """The problem with these rows, and without the files that they came from."""
    task = problem.task
    known = GivenTask(
        task.name, task.kind, task.outputs, task.features, task.classes, task.digest()
    )
    fields = {**vars(problem), "task": known}
    return Given(**fields, parts=parts)
