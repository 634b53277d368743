"""A published study as shipped: its sweeps, its baselines and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from search_spaces.spelling import suggestion
from sweeps.reading.strict_yaml import read_yaml
from sweeps.reading.sweep import read_sweep
from sweeps.reproduce.answers import Range
from sweeps.reproduce.estimators import Baseline
from sweeps.reproduce.readings import Reading
from sweeps.reproduce.saved import SavedModel
from sweeps.sweep import Sweep, TaskChoice

STUDIES = ("imdb", "reuters", "boston_housing", "fashion_mnist", "breast_cancer")
"""Those that one machine serves: each is a folder in `experiments` with a `published.yaml`."""


@dataclass(frozen=True)
class Figure:
    """A figure as published, its place in the source, and what of ours is held against it.

    `says` quotes the source in a few words. `published` is a number, or a word or two where the
    source has no number, and empty where it has neither. It holds when ours lies `within` so much
    of it, or above or below a bound, or between two; without any of them it is not judged.
    """

    label: str
    place: str
    ours: Reading
    says: str = ""
    published: float | str = ""
    digits: int = 4
    within: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def shown(self) -> str:
        """What was published, as text."""
        whole = isinstance(self.published, int)
        digits = 0 if whole else self.digits
        return self.published if isinstance(self.published, str) else f"{self.published:.{digits}f}"

    @property
    def needed(self) -> Range | None:
        """Where ours must lie; None for a figure that is not judged."""
        if self.within is not None and not isinstance(self.published, str):
            return Range(self.published - self.within, self.published + self.within)
        if self.above is None and self.below is None:
            return None
        return Range(self.above, self.below)


@dataclass(frozen=True)
class Experiment:
    """One sweep of a study. `seconds` is what one repeat took where it was measured."""

    name: str
    title: str
    seconds: float


@dataclass(frozen=True)
class Study:
    """A study. `source` says what it is; times are of two cores without a GPU."""

    name: str
    source: str
    experiments: tuple[Experiment, ...]
    baselines: tuple[Baseline, ...]
    saved: tuple[SavedModel, ...]
    figures: tuple[Figure, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be asked for by name, in the order in which it runs."""
        return (*(each.name for each in self.baselines), *(each.name for each in self.experiments))

    def check_names(self, names: Sequence[str]) -> None:
        """Raise LookupError, with the nearest known name, for one that is not the study's."""
        for name in names:
            if name not in self.names:
                raise LookupError(f"unknown experiment {name!r}; {suggestion(name, self.names)}")

    def sweep_of(self, experiment: Experiment, repeats: int | None = None) -> Sweep:
        """The experiment's sweep file, read, with another number of repeats if one is given."""
        folder = files("sweeps.experiments") / self.name
        file = folder / f"{experiment.name}.yaml"
        document: dict[str, Any] = read_yaml(file.read_bytes(), file.name).value
        if repeats is not None:
            document["evaluate"]["repeats"] = repeats
        return read_sweep(document, str(folder))


@lru_cache(maxsize=len(STUDIES))
def study(name: str) -> Study:
    """Read `experiments/NAME/published.yaml`."""
    file = files("sweeps.experiments") / name / "published.yaml"
    found = read_yaml(file.read_bytes(), f"{name}/{file.name}").value
    return Study(
        name=name,
        source=found["source"]["title"],
        experiments=tuple(Experiment(key, **value) for key, value in found["experiments"].items()),
        baselines=tuple(
            Baseline(name=key, **{**value, "task": _task(value["task"])})
            for key, value in found.get("baselines", {}).items()
        ),
        saved=tuple(SavedModel(key, **value) for key, value in found.get("saved", {}).items()),
        figures=tuple(
            Figure(**{**value, "ours": _reading(value["ours"])}) for value in found["figures"]
        ),
    )


def _task(value: Mapping[str, Any]) -> TaskChoice:
    return TaskChoice(value["name"], {key: one for key, one in value.items() if key != "name"})


def _reading(value: Mapping[str, Any]) -> Reading:
    less = {"less": _reading(value["less"])} if "less" in value else {}
    return Reading(**{**value, **less})
