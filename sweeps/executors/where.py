"""Where fits are trained: in this process, in workers, on GPUs of this machine, on a Ray cluster.

Nothing of it stands in a sweep file: the same sweep runs anywhere, and goes on anywhere else.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import takewhile
from typing import TYPE_CHECKING, Literal, TypedDict

from sweeps import cores

if TYPE_CHECKING:
    from sweeps.executors.executor import Slots
    from sweeps.trainers.trainer import Trainer

Executor = Literal["processes", "ray"]
EXECUTORS: tuple[Executor, ...] = ("processes", "ray")
NO_GPU = "none"
HIDDEN = "-1"
"""Hides, for CUDA, itself and what is named after it."""


class Placed(TypedDict, total=False):
    """Where fits are trained, apart from the executor: see `Where`.

    `gpus` are numbers or names ([0, 1], "0,1"), "none" for none at all. Where `workers` are left
    out, this process trains, or as many as GPUs or the cluster hold.
    """

    workers: int | None
    gpus: Sequence[int | str] | str | None
    gpu_share: float | None
    address: str | None
    shared_by: int | None


class Chosen(Placed, total=False):
    """The same with the executor: None for processes of this machine."""

    executor: Executor | None


WHERE = sorted(Chosen.__optional_keys__)


@dataclass(frozen=True)
class Where:
    """Where fits are trained.

    `workers` are processes of their own: 0 trains in this one, None means as many as suit the
    trainer and the machine, or as the GPUs or the cluster hold. `gpus` are this machine's, named as
    CUDA_VISIBLE_DEVICES names them: each worker sees one of them and no other; () hides all, None
    leaves to the trainer what it takes. `gpu_share` is the part of a GPU that a worker has (None: a
    whole one; on Ray, none). With the executor "ray", calls run on the cluster at `address` (None:
    where the environment says, else one of this machine's own); where that is `shared_by` so many
    workers, those of other sweeps among them, each takes a part that leaves room for all.

    Raises ValueError for what cannot be.
    """

    workers: int | None = 0
    gpus: tuple[str, ...] | None = None
    gpu_share: float | None = None
    executor: Executor = "processes"
    address: str | None = None
    shared_by: int | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 0:
            raise ValueError(f"workers: {self.workers} is less than 0")
        if self.executor not in EXECUTORS:
            raise ValueError(f"executor: {self.executor!r} is neither {' nor '.join(EXECUTORS)}")
        if self.gpu_share is not None and not 0.0 < self.gpu_share <= 1.0:
            raise ValueError(f"gpu_share: {self.gpu_share:g} is no part of a GPU: above 0, up to 1")
        if self.executor == "ray":
            self._check_for_ray()
        else:
            self._check_for_here()

    def _check_for_ray(self) -> None:
        if find_spec("ray") is None:
            raise ValueError("executor: Ray is not installed: pip install 'keras-sweeps[ray]'")
        if self.workers == 0:
            raise ValueError("workers: 0 trains in this process, not on Ray: leave one of them out")
        if self.gpus is not None:
            raise ValueError("gpus: Ray chooses them: say `gpu_share`, the part of one for a call")

    def _check_for_here(self) -> None:
        if self.address is not None:
            raise ValueError(f"address: {self.address} is of a Ray cluster: say `executor` ray too")
        if not self.gpus:
            if self.gpu_share is not None:
                raise ValueError(
                    f"gpu_share: {self.gpu_share:g} of which GPU? Name them with `gpus`"
                )
            return
        _check_names(self.gpus)
        if self.workers == 0:
            raise ValueError("workers: 0 trains in this process, which has no GPU to itself")
        most = len(self.gpus) * self.per_gpu
        if self.workers is not None and self.workers > most:
            room = f"{len(self.gpus)} x {self.per_gpu}"
            raise ValueError(f"workers: {self.workers} is more than the GPUs have room for, {room}")

    @classmethod
    def of(cls, placed: Placed, executor: Executor = "processes") -> Where:
        """What was chosen, with what follows for what was not."""
        gpus = _names(placed.get("gpus"))
        return cls(
            workers=placed.get("workers", None if gpus or executor == "ray" else 0),
            gpus=gpus,
            gpu_share=placed.get("gpu_share"),
            executor=executor,
            address=placed.get("address"),
            shared_by=placed.get("shared_by"),
        )

    @property
    def per_gpu(self) -> int:
        """How many workers a GPU has room for."""
        return math.floor(1 / (self.gpu_share or 1.0) + 1e-9)

    def count(self, trainer: Trainer) -> int:
        """How many workers there are on this machine."""
        if self.workers is not None:
            return self.workers
        return len(self.gpus) * self.per_gpu if self.gpus else trainer.processes(cores.usable())


HERE = Where()


def _names(given: Sequence[int | str] | str | None) -> tuple[str, ...] | None:
    """GPUs by their names: from "0,1", [0, 1], or "none"."""
    if given is None:
        return None
    names = given.split(",") if isinstance(given, str) else given
    named = tuple(str(name).strip() for name in names)
    return () if named == (NO_GPU,) else named


def _check_names(gpus: Sequence[str]) -> None:
    """Each once, and none that this process was not given."""
    for gpu in gpus:
        if not gpu or gpus.count(gpu) > 1:
            raise ValueError(f"gpus: {gpu!r} is named twice" if gpu else "gpus: a name is empty")
    mine = os.environ.get("CUDA_VISIBLE_DEVICES")
    if mine is None:
        return
    given = list(takewhile(lambda name: name != HIDDEN, map(str.strip, mine.split(","))))
    for gpu in gpus:
        if not any(_same(gpu, name) for name in given):
            hint = ": name them as it does" if any(given) else ", which hides all"
            raise ValueError(f"gpus: {gpu} is none of CUDA_VISIBLE_DEVICES={mine}{hint}")


def _same(one: str, other: str) -> bool:
    """Whether both name one GPU: the same number, or a UUID that either may shorten."""
    if one.startswith(("GPU-", "MIG-")) and other.startswith(("GPU-", "MIG-")):
        return one.startswith(other) or other.startswith(one)
    return one == other


def slots_for(where: Where, trainer: Trainer, tell: Callable[[str], None]) -> Slots:
    """An executor there, for that trainer; `tell` gets what a person should read about it.

    Raises ValueError for a GPU that is not there.
    """
    from sweeps.executors import gpus
    from sweeps.executors.executor import executor_for
    from sweeps.executors.inline import Inline
    from sweeps.executors.placement import hidden, places_for

    if where.executor == "ray":
        return _on_ray(where, trainer, tell)
    gpus.check(where.gpus or ())
    count = where.count(trainer)
    if not count:
        return Inline(trainer.environment, hidden(where.gpus))
    return executor_for(places_for(count, where.gpus, where.gpu_share or 1.0), trainer.environment)


def _on_ray(where: Where, trainer: Trainer, tell: Callable[[str], None]) -> Slots:
    from sweeps.executors.ray_cluster import RayCluster

    return RayCluster(
        address=where.address,
        workers=where.workers,
        gpu_share=where.gpu_share,
        environment=trainer.environment,
        processes=trainer.processes,
        tell=tell,
        shared_by=where.shared_by,
    )
