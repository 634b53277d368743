"""Different configurations that are the same network, trained in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweeps.findings.advice import Advice
from sweeps.findings.wording import named
from sweeps.found import Found
from sweeps.likeness import LAYERS_AT_MOST, READ_AT_MOST
from sweeps.recipe import Recipe
from sweeps.trial import Config


def same_models(found: Found) -> list[Advice]:
    """A line when trials with different configurations train the same.

    Of built-in networks only: what a name means to a user's model is the model's to know.
    """
    if found.sweep.subject.kind != "network":
        return []
    groups = [group for group in _by_recipe(_configs(found)) if len(group) > 1]
    if not groups:
        return []
    again = sum(len(group) - 1 for group in groups)
    first = min(groups, key=lambda group: min(group))
    told = f"trials {named(list(first))} train the same network in the same way"
    more = "" if len(groups) == 1 else f", and {again:,} trials in all repeat another"
    names = _differing(list(first.values()))
    way_out = f": {' and '.join(names)} changes nothing there, so give it a `when`" if names else ""
    return [Advice("alike", told + more + way_out)]


def _configs(found: Found) -> dict[int, Config]:
    """The different ones, by the number of the first trial that had them."""
    first: dict[tuple[object, ...], int] = {}
    for begun in found.trials:
        if begun.trial.confirms is None:
            first.setdefault(tuple(begun.trial.config.items()), begun.trial.number)
    configs = {begun.trial.number: begun.trial.config for begun in found.trials}
    return {number: configs[number] for number in list(first.values())[:READ_AT_MOST]}


def _by_recipe(configs: Mapping[int, Config]) -> list[dict[int, Config]]:
    groups: dict[Recipe, dict[int, Config]] = {}
    layers = 0
    for number, config in configs.items():
        if layers > LAYERS_AT_MOST:
            break
        try:
            recipe = Recipe.read(config)
        except ValueError:
            continue  # it is no network, and is told as a failure
        layers += len(recipe.layers)
        groups.setdefault(recipe, {})[number] = config
    return list(groups.values())


def _differing(configs: Sequence[Config]) -> list[str]:
    """Names whose values are not the same in all, in the order of the configurations."""
    names = dict.fromkeys(name for config in configs for name in config)
    missing = object()
    return [
        name for name in names if len({repr(config.get(name, missing)) for config in configs}) > 1
    ]
