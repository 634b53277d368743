"""What calls of a sweep have in common: put into the cluster once, fetched once by each node."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweeps.executors.executor import ClusterLostError
from sweeps.executors.ray import code
from sweeps.executors.ray.given import given
from sweeps.executors.ray.luggage import pack_among
from sweeps.executors.ray.parcel import Parcel
from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.tasks.no_rows import NoRows
from sweeps.trainers.trainer import Pack
from sweeps.user_code.user_code import NOWHERE

MOST_PARTS = 64
"""Rows of so many folds and draws are kept in the cluster; those asked for last."""


class Sending:
    """Puts the rows of fits and the modules of users into the cluster's object store.

    `put` does so with one object, and gives a reference to it.
    """

    def __init__(self, put: Callable[[Any], Any]) -> None:
        self._put = put
        self._modules: dict[str, Any] = {}
        self._parts: OrderedDict[tuple[Problem, int, int], Any] = OrderedDict()

    def prepared(self, parcel: Parcel) -> tuple[Parcel, Any]:
        """The call as it is sent, and a reference to its user's modules (None without any)."""
        problem = next((one for one in parcel.args if isinstance(one, Problem)), None)
        if problem is None:
            return parcel, None
        modules = self._modules_in(problem.folder) if _calls_for_code(problem) else None
        pack = pack_among(parcel.args)
        if pack is None or isinstance(problem.task, NoRows):
            return parcel, modules
        sent = given(problem, self._parts_for(problem, pack))
        args = tuple(sent if one is problem else one for one in parcel.args)
        return replace(parcel, args=args), modules

    def forget(self) -> None:
        """Let the cluster free what was put there."""
        self._modules.clear()
        self._parts.clear()

    def _modules_in(self, folder: str) -> Any:
        if folder not in self._modules:
            self._modules[folder] = self._put(code.packed(Path(folder)))
        return self._modules[folder]

    def _parts_for(self, problem: Problem, pack: Pack) -> Mapping[tuple[int, int], Any]:
        wanted = sorted({(fit.fold, problem.draw_of(fit.repeat)) for fit in pack.fits})
        return {(fold, draw): self._part(problem, fold, draw) for fold, draw in wanted}

    def _part(self, problem: Problem, fold: int, draw: int) -> Any:
        """A reference to rows, or what making them raised: the fit is to meet it, not the sweep."""
        key = (problem, fold, draw)
        if key not in self._parts:
            try:
                self._parts[key] = self._put(problem.data(fold, draw))
            except ClusterLostError:
                raise
            except Exception as error:  # noqa: BLE001 - raised where the fit asks for its rows
                return error
        self._parts.move_to_end(key)
        while len(self._parts) > MOST_PARTS:
            self._parts.popitem(last=False)
        return self._parts[key]


def _calls_for_code(problem: Problem) -> bool:
    """Whether fits import modules of the user's that nodes may lack."""
    figures = (problem.objective.measure, *problem.evaluate.metrics)
    own = isinstance(problem.subject, OwnCode) or any(":" in figure for figure in figures)
    return own and problem.folder not in ("", NOWHERE)
