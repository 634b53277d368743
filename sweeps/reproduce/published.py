"""The study's figures and conclusions, from the one file that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from sweeps.reading.strict_yaml import read_yaml
from sweeps.trial import Value


@dataclass(frozen=True)
class PublishedRun:
    """One trained model. `where` picks its configuration out of the experiment's."""

    label: str
    experiment: str
    place: str
    figures: Mapping[str, float]
    where: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedSearch:
    """A search: the mean accuracy over folds of each candidate, best first.

    `settings` are those of the best candidate, as printed.
    """

    label: str
    experiments: tuple[str, ...]
    place: str
    best: float
    settings: Mapping[str, Value]
    parameters: int
    means: tuple[float, ...]


@dataclass(frozen=True)
class Conclusion:
    """What the study concludes from one of its experiments, in our words."""

    experiment: str
    place: str
    text: str


@dataclass(frozen=True)
class Published:
    """Everything we hold ours against."""

    runs: tuple[PublishedRun, ...]
    searches: tuple[PublishedSearch, ...]
    conclusions: tuple[Conclusion, ...]

    def runs_of(self, experiment: str) -> list[PublishedRun]:
        """The published runs of one experiment."""
        return [run for run in self.runs if run.experiment == experiment]


@lru_cache(maxsize=1)
def published() -> Published:
    """Read `experiments/published.yaml`."""
    file = files("sweeps.experiments") / "published.yaml"
    found = read_yaml(file.read_bytes(), file.name).value
    return Published(
        runs=tuple(PublishedRun(**run) for run in found["runs"]),
        searches=tuple(
            PublishedSearch(
                **{
                    **search,
                    "experiments": tuple(search["experiments"]),
                    "means": tuple(search["means"]),
                }
            )
            for search in found["searches"]
        ),
        conclusions=tuple(Conclusion(**conclusion) for conclusion in found["conclusions"]),
    )
