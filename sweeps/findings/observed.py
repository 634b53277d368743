"""What trials say about their parameters: configurations, and how good each turned out to be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from search_spaces import Choice, Float, Int, Space
from search_spaces.domains import Domain
from search_spaces.errors import SpaceError
from sweeps.found import Found
from sweeps.sweep import Objective
from sweeps.trial import Config, Result, Value

BAD = ("diverged", "pruned")
"""Reasons that are the configuration's own doing: there is no score, but it was a bad one."""


@dataclass(frozen=True)
class Observed:
    """Trials that say something. `values` are smaller for better ones, inf for the worst.

    `domains` are those of the parameters that vary; a configuration lacks those that are inactive.
    """

    domains: Mapping[str, Domain]
    results: tuple[Result, ...]
    values: tuple[float, ...]

    @property
    def configs(self) -> list[Config]:
        """Those of the trials, in their order."""
        return [result.trial.config for result in self.results]

    @property
    def scored(self) -> int:
        """How many of the trials have a figure."""
        return sum(isfinite(value) for value in self.values)


def observed(found: Found, objective: Objective | None = None) -> Observed:
    """What the search's trials say about an objective, by default the sweep's first.

    Of trials that went on with one another only the last counts. Trials that failed for reasons
    which are no configuration's doing are left out.
    """
    wanted = objective or found.sweep.objective
    continued = {result.trial.parent for result in found.results}
    judged = [
        (result, value)
        for result in found.results
        if result.trial.number not in continued
        and (value := _value(result, wanted, first=wanted == found.sweep.objective)) is not None
    ]
    results = tuple(result for result, _ in judged)
    return Observed(domains_of(found.sweep.space, results), results, tuple(v for _, v in judged))


def domains_of(space: Space, results: Sequence[Result]) -> dict[str, Domain]:
    """The domains of what varies: the space's, or what a function asked for as it ran."""
    if space.params:
        varying = ((param.name, param.domain) for param in space.varying)
        return {name: one for name, one in varying if isinstance(one, Float | Int | Choice)}
    return _asked_for(results)


def _value(result: Result, objective: Objective, *, first: bool) -> float | None:
    if result.error is not None:
        return inf if result.error.reason in BAD else None
    figure = result.score if first else result.metrics.get(objective.metric)
    return None if figure is None or not isfinite(figure) else objective.minimised(figure)


def _asked_for(results: Iterable[Result]) -> dict[str, Domain]:
    """Optuna's distributions as domains; those that were not the same in all trials are not."""
    texts: dict[str, set[str]] = {}
    for result in results:
        if result.defined is not None:
            for name, text in result.defined.distributions.items():
                texts.setdefault(name, set()).add(text)
    read = {name: _domain(*same) for name, same in texts.items() if len(same) == 1}
    return {name: one for name, one in read.items() if one is not None and one.count != 1}


def _domain(text: str) -> Domain | None:
    """None for choices that are no plain values."""
    described = json.loads(text)
    its: Mapping[str, Value] = described["attributes"]
    try:
        match described["name"]:
            case "CategoricalDistribution":
                return Choice(described["attributes"]["choices"])
            case "IntDistribution":
                return Int(its["low"], its["high"], bool(its["log"]), its["step"])  # type: ignore[arg-type]
            case _:
                return Float(its["low"], its["high"], bool(its["log"]), its["step"])  # type: ignore[arg-type]
    except SpaceError:
        return None
