"""How many workers a cluster has room for, and how much of a node each of them takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sweeps.executors.placement import Shared

Node = Mapping[str, float]
"""What a node has, as Ray counts it: `CPU`, `GPU` and more."""

ROUNDING = 1e-9


class NoRoomError(ValueError):
    """No node of the cluster can take a worker; the message says what they lack."""


@dataclass(frozen=True)
class Room:
    """So many workers; each takes `cpus` and `gpus` of a node, which holds `per_node` at most."""

    workers: int
    cpus: int
    gpus: float
    per_node: int

    @property
    def shared(self) -> Shared | None:
        """What workers share: GPUs, or without any a node's memory."""
        if self.gpus:
            return "gpus" if self.gpus < 1.0 else None
        return "memory" if self.per_node > 1 else None

    @property
    def of_one(self) -> str:
        """What a worker takes, in words."""
        cores = "1 core" if self.cpus == 1 else f"{self.cpus} cores"
        return f"{cores} and {self.gpus:g} of a GPU" if self.gpus else cores


def unused_gpus(nodes: Sequence[Node]) -> str | None:
    """What to say where workers without a share of a GPU leave some unused; None without any."""
    gpus = sum(node.get("GPU", 0) for node in nodes)
    if not gpus:
        return None
    some = "a GPU" if gpus == 1 else f"{gpus:g} GPUs"
    return (
        f"the Ray cluster has {some}, and trials see none: say which part of one each of them is "
        "to have, as in --gpu-share 1"
    )


def room_for(
    nodes: Sequence[Node],
    workers: int | None,
    gpu_share: float | None,
    processes: Callable[[int], int],
    shared_by: int | None = None,
) -> Room:
    """The room on these nodes, for as many workers as are wanted or (None) as it holds.

    `gpu_share` is the part of a GPU that each needs, None for none; `processes` says how many
    workers make the most of so many cores. Where the cluster is `shared_by` so many workers, those
    of other sweeps among them, each takes as much as all of those can have. More workers than
    there is room for wait until the cluster has grown. Raises NoRoomError where nothing fits and no
    number was given.
    """
    if gpu_share is not None:
        return _with_gpus(nodes, workers, gpu_share, shared_by)
    cores = [int(node.get("CPU", 0)) for node in nodes if node.get("CPU", 0) >= 1]
    if not cores and workers is None:
        raise NoRoomError(
            "no node of the Ray cluster has a CPU for workers: start nodes, or say how many "
            "workers there will be room for, as in --workers 8"
        )
    cpus = _each(cores, shared_by or workers, processes)
    counts = [count // cpus for count in cores]
    return Room(workers or sum(counts), cpus, 0.0, max(counts, default=1))


def _each(cores: Sequence[int], workers: int | None, processes: Callable[[int], int]) -> int:
    """Cores of a worker: as many as all of them can have."""
    if workers is None:
        return min(max(1, count // max(1, processes(count))) for count in cores)
    for cpus in range(max(cores, default=1), 1, -1):
        if sum(count // cpus for count in cores) >= workers:
            return cpus
    return 1


def _with_gpus(
    nodes: Sequence[Node], workers: int | None, share: float, shared_by: int | None
) -> Room:
    having = [node for node in nodes if node.get("GPU", 0) >= 1]
    if not having and workers is None:
        raise NoRoomError(
            f"no node of the Ray cluster has a GPU to take {share:g} of: start nodes, or say how "
            "many workers there will be room for, as in --workers 8"
        )
    per_gpu = int(1 / share + ROUNDING)
    counts = [int(node["GPU"]) * per_gpu for node in having]
    cores = [int(node.get("CPU", 0)) // n for node, n in zip(having, counts, strict=True)]
    if shared_by is not None:
        cores.append(_each([int(node.get("CPU", 0)) for node in nodes], shared_by, lambda _: 1))
    return Room(workers or sum(counts), min(cores, default=1), share, max(counts, default=per_gpu))
