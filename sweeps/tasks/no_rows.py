"""No task at all: a function of the user's that brings whatever it needs itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.reading.section import Section
from sweeps.tasks.task import Kind, Rows


@dataclass(frozen=True)
class NoRows:
    """A task without rows, so that a sweep of a function has somewhere to be logged."""

    name: str

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> NoRows:  # noqa: ARG003
        """Named after the function that is tuned."""
        return cls(Section.of(options, ("task",)).only(("name",)).text("name", "none"))

    @property
    def kind(self) -> Kind:
        """A number is what a function returns."""
        return "regression"

    @property
    def outputs(self) -> int:
        """One number."""
        return 1

    @property
    def features(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def classes(self) -> tuple[str, ...]:
        """None."""
        return ()

    def rows(self, split: int) -> Rows:  # noqa: ARG002
        """Raises ValueError that says how to come by rows."""
        raise ValueError(
            f"{self.name} has no task, so there are no rows: "
            "add one to the sweep, such as `task: {csv: data.csv, target: price}`"
        )

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """The parts as they are."""
        return parts

    def digest(self) -> str:
        """Always the same."""
        return "none"
