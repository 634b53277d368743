"""Which trials would train what an earlier one trains already, and which cannot be trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sweeps.recipe import Recipe
from sweeps.trial import Config

READ_AT_MOST = 5_000
LAYERS_AT_MOST = 20_000
"""Configurations that are read as recipes, and hidden layers in them: well under a second."""


@dataclass(frozen=True)
class Likeness:
    """Counts over the trials whose configurations are known beforehand.

    `duplicates` equal the configuration of an earlier one, among `compared` trials. `alike` ones
    have another configuration but the same network and fit (a ratio where there is one layer), and
    `unusable` ones cannot be trained, the first for `reason`: among the first `read` trials.
    `complete` tells that all trials of the sweep were compared and read.
    """

    compared: int
    duplicates: int
    read: int
    alike: int
    unusable: int
    reason: str | None
    complete: bool


def likeness(configs: Sequence[Config], complete: bool, *, networks: bool = True) -> Likeness:
    """Compare configurations, each with its names in the space's order.

    `complete` says that these are all of the sweep's. Only those of the built-in `networks` can be
    read: what a name means to a user's model is the model's to know.
    """
    different = {tuple(config.items()): config for config in configs}
    readable = islice(different.values(), READ_AT_MOST if networks else 0)
    recipes, reasons = _recipes(readable)
    read = len(recipes) + len(reasons)
    return Likeness(
        compared=len(configs),
        duplicates=len(configs) - len(different),
        read=read,
        alike=len(recipes) - len(set(recipes)),
        unusable=len(reasons),
        reason=reasons[0] if reasons else None,
        complete=complete and (not networks or read == len(different)),
    )


def _recipes(configs: Iterable[Config]) -> tuple[list[Recipe], list[str]]:
    recipes: list[Recipe] = []
    reasons: list[str] = []
    layers = 0
    for config in configs:
        if layers > LAYERS_AT_MOST:
            break
        try:
            recipes.append(Recipe.read(config))
            layers += len(recipes[-1].layers)
        except ValueError as error:
            reasons.append(str(error))
    return recipes, reasons
