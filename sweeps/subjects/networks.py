"""The networks that the search-space modules describe: what is tuned unless the user says else."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.recipe import Recipe
from sweeps.subjects.subject import Spec
from sweeps.trial import Config


@dataclass(frozen=True)
class Networks:
    """Dense networks, each read as a `Recipe`."""

    def read(self, config: Config) -> Spec:
        """See `Subject.read`."""
        recipe = Recipe.read(config)
        return Spec(recipe.identity(), recipe.epochs)
