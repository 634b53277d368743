"""Compiled programs: made once for a bucket, a size and a device, and kept.

Between runs they are kept by JAX's compilation cache, in a folder of the user's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax

from sweeps.trainers.fused import program
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.program import Network, State

Key = tuple[Bucket, int, Any]


@dataclass
class Programs:
    """The programs of a bucket for lanes of one size on one device, compiled when first called."""

    bucket: Bucket
    _compiled: dict[str, Any] = field(default_factory=dict)
    _compiling: threading.Lock = field(default_factory=threading.Lock)

    def train_epoch(self, *arguments: Any) -> tuple[State, jax.Array, jax.Array]:
        """See `program.train_epoch`; the state given is used up."""
        function = partial(program.train_epoch, self.bucket)
        return self._call("train_epoch", function, arguments, donated=(0,))

    def judge(self, *arguments: Any) -> program.Verdict:
        """See `program.judge`."""
        return self._call("judge", partial(program.judge, self.bucket), arguments)

    def choose(self, *arguments: Any) -> Network:
        """See `program.choose`."""
        return self._call("choose", partial(program.choose, self.bucket), arguments)

    def _call(
        self,
        name: str,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        donated: tuple[int, ...] = (),
    ) -> Any:
        with self._compiling:
            if name not in self._compiled:
                jitted = jax.jit(function, donate_argnums=donated)
                self._compiled[name] = jitted.lower(*arguments).compile()
                _COUNT.append(name)
        return self._compiled[name](*arguments)


_PROGRAMS: dict[Key, Programs] = {}
_KEEPING = threading.Lock()
_COUNT: list[str] = []


def programs_for(bucket: Bucket, size: int, device: Any) -> Programs:
    """The process's programs of that bucket, for lanes of that size on that device."""
    with _KEEPING:
        return _PROGRAMS.setdefault((bucket, size, device), Programs(bucket))


def compilations() -> int:
    """How many programs this process has compiled, or taken from the cache, so far."""
    return len(_COUNT)
