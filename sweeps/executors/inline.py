"""The reference executor: every call runs here and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType
from typing import Concatenate, ParamSpec, TypeVar

from sweeps.executors.environment import replaced, standing
from sweeps.executors.executor import Say, Terms
from sweeps.executors.placement import Shared

P = ParamSpec("P")
T = TypeVar("T")

HERE = "here"
NOWHERE: Mapping[str, str] = MappingProxyType({})


class Inline(Executor):
    """Runs a call in the calling thread before `submit` returns.

    The environment's variables stand in this process until the shutdown, except where the user has
    set them; so do those of `place`, in any case. What packages read of them when they are first
    used stays in force after that.
    """

    slots = 1
    shared: Shared | None = None
    ahead = 0  # a call is over when `submit` returns: its result is to be kept at once

    def __init__(self, environment: Mapping[str, str], place: Mapping[str, str] = NOWHERE) -> None:
        self._standing = ExitStack()
        self._standing.enter_context(standing(environment))
        self._standing.enter_context(replaced(place))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call. KeyboardInterrupt passes through: it is meant for this process."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever the call raised
            future.set_exception(error)
        return future

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Run the call, however long it takes: nothing here could end it but the whole process."""
        say = _unheard if terms.hear is None else partial(terms.hear, HERE)
        return self.submit(partial(fn, say), *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Take the variables away again."""
        self._standing.close()

    def kill(self) -> None:
        """Nothing runs between calls."""


def _unheard(_said: object) -> None:
    """What nobody listens to."""
