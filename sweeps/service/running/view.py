"""What a queue runner is at, as others may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """Of `slots`, `used` are taken by sweeps that run.

    `gpus` says which sweep has each GPU, None for one that is free. Sweeps `here` were launched by
    this service, `adopted` ones by one that is gone, and their coordinators live. `order` are those
    that wait, the one that begins next first. `draining` is whether nothing more is begun.
    `trouble` is why the runner cannot work at the moment.
    """

    slots: int
    used: int
    gpus: Mapping[str, str | None]
    here: tuple[str, ...]
    adopted: tuple[str, ...]
    order: tuple[str, ...] = ()
    draining: bool = False
    trouble: str | None = None
