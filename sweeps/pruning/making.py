"""The pruners themselves: Optuna's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sweeps.pruning.choice import Kind, PrunerChoice

if TYPE_CHECKING:
    from optuna.pruners import BasePruner


def pruner_of(choice: PrunerChoice | None) -> BasePruner:
    """Optuna's pruner of that kind; None never prunes.

    Settings that are unsaid are Optuna's own, and where it has none a quarter of the trials and a
    patience of three steps. Optuna warns that some are experimental; the caller silences that.
    """
    from optuna import pruners

    if choice is None:
        return pruners.NopPruner()
    made: Mapping[Kind, Callable[..., BasePruner]] = {
        "median": pruners.MedianPruner,
        "percentile": pruners.PercentilePruner,
        "successive_halving": pruners.SuccessiveHalvingPruner,
        "hyperband": pruners.HyperbandPruner,
        "patient": pruners.PatientPruner,
        "threshold": pruners.ThresholdPruner,
        "wilcoxon": pruners.WilcoxonPruner,
    }
    return made[choice.kind](**_given(choice))


def _given(choice: PrunerChoice) -> dict[str, Any]:
    given: dict[str, Any] = dict(choice.settings)
    if choice.kind == "percentile":
        given.setdefault("percentile", 25.0)
    if choice.kind == "patient":
        given.setdefault("patience", 3)
        wrapped = choice.wrapped
        given["wrapped_pruner"] = None if wrapped is None else pruner_of(wrapped)
    return given
