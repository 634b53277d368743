"""Compiled programs: made once for a bucket, a size and a device, and kept.

Between runs they are kept by JAX's compilation cache, in a folder of the user's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax

from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.epochs import train_epoch
from sweeps.trainers.fused.jax_import import precise
from sweeps.trainers.fused.judging import choose, judge, predict
from sweeps.trainers.fused.structures import Network, State, Verdict

COMPILERS = 2
"""Programs of a bucket that are compiled side by side; much of it is one thread's work."""

MOST_KEPT = 64
"""Buckets whose programs a process keeps, those used last: some 10 MB each."""


@dataclass
class Programs:
    """The programs of a bucket for lanes of one size on one device, compiled when first needed.

    One that could not be compiled, for want of memory say, is tried again by the next lane; the
    error is forgotten, since it holds on to the arrays that the program was compiled for.
    """

    bucket: Bucket
    _compiling: dict[str, Future[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def train_epoch(self, *arguments: Any) -> tuple[State, jax.Array]:
        """See `epochs.train_epoch`; the state given is used up."""
        trained: tuple[State, jax.Array] = self._ready("train_epoch", arguments)(*arguments)
        return trained

    def judge(self, *arguments: Any) -> Verdict:
        """See `judging.judge`."""
        verdict: Verdict = self._ready("judge", arguments)(*arguments)
        return verdict

    def predict(self, *arguments: Any) -> jax.Array:
        """See `judging.predict`."""
        outputs: jax.Array = self._ready("predict", arguments)(*arguments)
        return outputs

    def choose(self, *arguments: Any) -> Network:
        """See `judging.choose`."""
        network: Network = self._ready("choose", arguments)(*arguments)
        return network

    def prepare(self, name: str, *arguments: Any) -> None:
        """Start compiling what will be needed with such arguments."""
        self._compiled(name, arguments)

    def finish_preparing(self) -> None:
        """Wait for what is being compiled. Raises what that raised."""
        with self._lock:
            compiling = tuple(self._compiling.values())
        for one in compiling:
            one.result()

    def _ready(self, name: str, arguments: tuple[Any, ...]) -> Any:
        return self._compiled(name, arguments).result()

    def _compiled(self, name: str, arguments: tuple[Any, ...]) -> Future[Any]:
        with self._lock:
            if name not in self._compiling:
                self._compiling[name] = _POOL.submit(self._compile, name, arguments)
            return self._compiling[name]

    def _compile(self, name: str, arguments: tuple[Any, ...]) -> Any:
        try:
            return _compile(self.bucket, name, arguments)
        except Exception:
            with self._lock:
                del self._compiling[name]
            raise


def programs_for(bucket: Bucket, size: int, device: Any) -> Programs:
    """The process's programs of that bucket, for lanes of that size on that device."""
    key = bucket, size, device
    with _KEEPING:
        programs = _PROGRAMS.pop(key, None) or Programs(bucket)
        _PROGRAMS[key] = programs  # the latest is last
        if len(_PROGRAMS) > MOST_KEPT:
            del _PROGRAMS[next(iter(_PROGRAMS))]
        return programs


def compilations() -> int:
    """How many programs this process has compiled, or taken from the cache, so far."""
    return len(_COMPILED)


def _compile(bucket: Bucket, name: str, arguments: tuple[Any, ...]) -> Any:
    function, used_up = _FUNCTIONS[name]
    with precise(bucket.precision):
        jitted = jax.jit(partial(function, bucket), donate_argnums=used_up)
        compiled = jitted.lower(*arguments).compile()
    _COMPILED.append(name)
    return compiled


_FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    "train_epoch": (train_epoch, (0,)),
    "judge": (judge, ()),
    "predict": (predict, ()),
    "choose": (choose, ()),
}
_PROGRAMS: dict[tuple[Bucket, int, Any], Programs] = {}
_KEEPING = threading.Lock()
_COMPILED: list[str] = []
_POOL = ThreadPoolExecutor(COMPILERS, "sweeps-compile")
