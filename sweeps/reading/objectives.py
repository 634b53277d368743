"""From a plain list to several objectives, and what cannot be done with more than one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.metrics.catalog import METRICS, names_of
from sweeps.metrics.keras_names import keras_class
from sweeps.reading.evaluation import MEASURED_ANYWAY, SPLITS, read_objective
from sweeps.sweep import Evaluate, Objective, SubjectKind, Sweep

PLACE = ("objective",)
MOST = 4
EXAMPLE = "[val_accuracy, {metric: parameters, goal: minimize}]"


def read_objectives(
    value: Any, kind: SubjectKind, measured: tuple[str, ...]
) -> tuple[Objective, ...]:
    """One objective, or the two to four of a list, in its order.

    Counts of the network (`parameters`, `epochs`) are none by themselves, but may stand beside
    others. All figures that are measured on rows are measured on the same ones.
    """
    if not isinstance(value, list):
        return (read_objective(value, kind, measured),)
    if not 2 <= len(value) <= MOST:
        message = f"{len(value)} in a list: 2 to {MOST} objectives are searched together"
        raise SweepError(f"{message}, as in {EXAMPLE}", PLACE)
    found = [
        read_objective(one, kind, measured, (*PLACE, position))
        for position, one in enumerate(value)
    ]
    _check_names(found)
    _check_rows(found, kind)
    return tuple(found)


def _check_names(objectives: list[Objective]) -> None:
    for position, one in enumerate(objectives):
        if one.metric in [earlier.metric for earlier in objectives[:position]]:
            raise SweepError(f"{one.metric} is given twice", (*PLACE, position))


def _check_rows(objectives: list[Objective], kind: SubjectKind) -> None:
    """The first objective says which rows are kept aside from training, so it must know."""
    on_rows = [one for one in objectives if one.metric.startswith(tuple(f"{s}_" for s in SPLITS))]
    if not on_rows and kind != "function":
        raise SweepError(f"nothing in it says how good a model is: write {EXAMPLE}", PLACE)
    for position, one in enumerate(objectives):
        if one in on_rows and one.split != on_rows[0].split:
            message = (
                f"{one.metric} is measured on other rows than {on_rows[0].metric}: "
                f"write {on_rows[0].split}_{one.measure}"
            )
            raise SweepError(message, (*PLACE, position))
    if on_rows and objectives[0] not in on_rows:
        message = f"the first one says which rows are kept aside: put {on_rows[0].metric} first"
        raise SweepError(message, (*PLACE, 0))


def measuring(evaluate: Evaluate, further: tuple[Objective, ...], kind: SubjectKind) -> Evaluate:
    """The evaluation with what the further objectives need beside what is measured anyway."""
    metrics = evaluate.metrics
    anyway = MEASURED_ANYWAY if kind == "network" else ["loss"]
    for one in further if kind != "function" else ():
        known = one.measure in METRICS or keras_class(one.measure) is not None
        if known and one.measure not in anyway and one.measure not in names_of(metrics):
            metrics = (*metrics, one.measure)
    return replace(evaluate, metrics=metrics)


def check_several(sweep: Sweep) -> None:
    """Raise SweepError for what one score must decide, where there are several."""
    if not sweep.further:
        return
    search = sweep.search
    if search.backend == "hyperband":
        message = "hyperband promotes trials by one score: search with `optuna` or `random`"
        raise SweepError(f"{message}, or keep one objective", ("search", "backend"))
    if "pruner" in search.options:
        message = "one score decides which trials are ended early: leave it out"
        raise SweepError(f"{message}, or keep one objective", ("search", "pruner"), about_key=True)
    sampler = search.options.get("sampler")
    if sampler == "cmaes":
        message = f"{shown(sampler)} improves one score: write `sampler: tpe` or `nsgaii`"
        raise SweepError(f"{message}, or keep one objective", ("search", "sampler"))
    if sweep.evaluate.confirm_top:
        message = "trials are confirmed in the order of one score: leave it out"
        path = ("evaluate", "confirm_top")
        raise SweepError(f"{message}, or keep one objective", path, about_key=True)
