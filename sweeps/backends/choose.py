"""The backend that the `search:` section of a sweep describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from search_spaces import Space, SpaceError
from search_spaces.values import shown
from sweeps.backends.backend import PRUNED_BATCH, Backend
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.options import Read, hint, one_of, truth, whole_number, wrong
from sweeps.backends.optuna_objective import OptunaObjective
from sweeps.backends.optuna_samplers import SAMPLERS
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.prior import Prior
from sweeps.backends.random_search import RandomSearch
from sweeps.pruning.choice import read_pruner
from sweeps.pruning.choose import KEY as PRUNER
from sweeps.pruning.choose import pruner_for
from sweeps.sweep import SearchChoice
from sweeps.trial import Config


@dataclass(frozen=True)
class Offer:
    """A backend's class, and how each of its own settings is read.

    The class is a frozen dataclass with the fields `seed_trials` and `batch`; one with a field
    `trials` is told the cap as well, one with a field `objectives` how many there are.
    """

    make: Callable[..., Backend]
    settings: Mapping[str, Read] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether the backend is told this, which no setting of its own says."""
        return name in {field.name for field in fields(self.make)}  # type: ignore[arg-type]


BACKENDS: dict[str, Offer] = {
    "grid": Offer(GridSearch, {"limit": whole_number(1, 10**12), "shuffle": truth}),
    "random": Offer(RandomSearch),
    "hyperband": Offer(
        Hyperband,
        {
            "factor": whole_number(2, 1000),
            "hyperband_iterations": whole_number(1, 1000),
            "in_turn": truth,
        },
    ),
    "optuna": Offer(
        OptunaSearch,
        {
            "sampler": one_of(SAMPLERS),
            "n_startup_trials": whole_number(1, 1_000_000),
            "multivariate": truth,
            "constant_liar": truth,
        },
    ),
}


DEFINED_AS_IT_RUNS = Offer(
    OptunaObjective,
    {**BACKENDS["optuna"].settings, PRUNER: lambda _, value: read_pruner(value)},
)
"""The only backend for an objective whose trials define their configurations in training."""


def backend_for(search: SearchChoice, space: Space, objectives: int = 1) -> Backend:
    """The backend of that name with its settings; no backend's library is imported.

    It is told how many `objectives` results have, where that makes a difference to it.

    Raises SpaceError, its path below `search`, for unknown names and settings, values that a
    setting cannot have, and seed trials that the space does not allow or that are given twice.
    Whether the backend can serve the space is asked with its `check`.
    """
    offer = BACKENDS.get(search.backend)
    if not space.params and search.backend in BACKENDS:
        if search.backend != "optuna":
            way_out = "which Optuna alone can search: write `search: {backend: optuna, trials: 50}`"
            raise wrong("backend", f"the objective defines its space as it runs, {way_out}")
        offer = DEFINED_AS_IT_RUNS
    if offer is None:
        raise wrong(
            "backend", f"{shown(search.backend)} is no backend; {hint(search.backend, BACKENDS)}"
        )
    pruner = pruner_for(search)
    own = [name for name in search.options if name != PRUNER or offer is DEFINED_AS_IT_RUNS]
    settings = {name: _setting(search.backend, offer, name, search.options[name]) for name in own}
    settings["seed_trials"] = _seed_trials(search.seed_trials, space)
    if search.batch is not None:
        settings["batch"] = search.batch
    elif pruner is not None and offer.make in (GridSearch, RandomSearch):
        settings["batch"] = PRUNED_BATCH
    if offer.wants("trials"):
        settings["trials"] = search.trials
    if offer.wants("objectives"):
        settings["objectives"] = objectives
    return offer.make(**settings)


def told_before(backend: Backend, priors: Sequence[Prior]) -> Backend:
    """The backend that knows these from its start; only those with a field `priors` can."""
    if not priors:
        return backend
    return replace(backend, priors=tuple(priors))  # type: ignore[type-var]


def _setting(backend: str, offer: Offer, name: str, value: Any) -> Any:
    read = offer.settings.get(name)
    if read is None:
        known = hint(
            name, ["trials", "batch", "seed_trials", "warm_start", PRUNER, *offer.settings]
        )
        raise wrong(name, f"{shown(name)} is no setting of {backend}; {known}")
    return read(name, value)


def _seed_trials(given: tuple[Config, ...], space: Space) -> tuple[Config, ...]:
    configs: list[Config] = []
    known: dict[str, int] = {}
    for position, values in enumerate(given):
        path = ("search", "seed_trials", position)
        try:
            config = space.check(values) if space.params else dict(values)
        except SpaceError as error:
            raise SpaceError(error.message, (*path, *error.path)) from None
        same = known.setdefault(repr(config), position)
        if same != position:
            raise SpaceError(f"the same as seed trial {same}, counted from 0", path)
        configs.append(config)
    return tuple(configs)
