"""What the API answers about the service itself, as its description shows it."""

from __future__ import annotations

from typing import Literal

from sweeps.ledger.tokens import Role
from sweeps.service.models import Answered, JobInfo, Milliseconds


class AtWorkInfo(Answered):
    """What a slot trains at the moment, for longer than some seconds already.

    Of `trials` that are trained together, `first` and `last` are the lowest and the highest number.
    `value` is the objective's after the latest epoch, `best` the best of any epoch so far.
    """

    slot: str
    trials: int
    first: int
    last: int
    part: str
    epoch: int
    epochs: int
    value: float | None
    best: float | None


class WorkerInfo(AtWorkInfo):
    """The same, with the sweep that it is of."""

    sweep_id: str
    name: str


class NodeInfo(Answered):
    """A machine. Memory is in GB of 2**30 bytes; null stands for what nobody can tell."""

    name: str
    alive: bool
    cpus: float
    cpus_free: float | None
    gpus: float
    gpus_free: float | None
    gpu_kinds: list[str]
    memory_gb: float | None
    memory_free_gb: float | None
    node_id: str | None
    is_here: bool
    is_head: bool


class ClusterInfo(Answered):
    """Whether a Ray cluster can be reached, since when, and whether it starts nodes by itself."""

    address: str
    reachable: bool
    since_ms: Milliseconds | None
    cause: str | None
    grows: bool


class Workers(Answered):
    """Who trains what, and on which machines; `cluster` is null without one."""

    workers: list[WorkerInfo]
    nodes: list[NodeInfo]
    cluster: ClusterInfo | None


class QueuedInfo(JobInfo):
    """A job of the queue, with its sweep's name."""

    sweep_id: str
    name: str


class Queue(Answered):
    """How busy the service is, and what waits, the next one first.

    Of `slots`, `used` are taken. `gpus` says which sweep has each GPU, null for one that is free.
    `trouble` is why nothing is begun at the moment, null when all is well.
    """

    slots: int
    used: int
    gpus: dict[str, str | None]
    draining: bool
    trouble: str | None
    jobs: list[QueuedInfo]


class Me(Answered):
    """Whom the service takes one for; `auth` is whether it asks for tokens."""

    name: str
    role: Role
    auth: bool


class Health(Answered):
    """Whether the service is alive, or ready; `trouble` is why not."""

    status: Literal["ok", "not ready"]
    trouble: str | None
