"""Where a person finds a sweep in MLflow. A child process looks: MLflow is not imported here.

The child comes from the fork server that coordinators come from, so it has MLflow at once.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.connection import Connection

from sweeps.service.problems import FAILED, ProblemError

PATIENCE = 25.0
"""Seconds for one look; a store that takes longer is away."""

MOST = 10_000
"""Links that are kept: the run of a sweep stays the same one."""

Find = Callable[[str, str, str], str | None]
"""From a store's address, a sweep's id and the address of MLflow's pages to the link, or none."""


class RunLinks:
    """Links into MLflow. `address` says where its pages are now. For any thread."""

    def __init__(
        self, uri: str, address: Callable[[], str | None], find: Find | None = None
    ) -> None:
        self._uri = uri
        self._address = address
        self._find = find or find_in_child
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def of(self, sweep_id: str) -> str:
        """The page of the sweep's run. Raises ProblemError: 404 without a run, 503 without MLflow.

        A run that was not found is looked for again the next time.
        """
        address = self._address()
        if address is None:
            raise ProblemError(503, "MLflow's pages are not up at the moment", FAILED)
        key = address, sweep_id
        with self._one_at_a_time:
            link = self._known.get(key) or self._find(self._uri, sweep_id, address)
            if link is None:
                raise ProblemError(404, f"sweep {sweep_id} has no run in MLflow yet", FAILED)
            self._known[key] = link
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return link


def find_in_child(uri: str, sweep_id: str, address: str) -> str | None:
    """`tracking.ui.find_sweep_link` in a process of its own. Raises ProblemError, 503."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_look, args=(theirs, uri, sweep_id, address), daemon=True)
    child.start()
    theirs.close()
    try:
        found: str | ProblemError | None = ours.recv() if ours.poll(PATIENCE) else _away()
    except EOFError:
        found = _away()
    finally:
        child.kill()
        child.join()
        ours.close()
    if isinstance(found, ProblemError):
        raise found
    return found


def _away() -> ProblemError:
    return ProblemError(503, "MLflow's store cannot be read at the moment", FAILED)


def _look(answer: Connection, uri: str, sweep_id: str, address: str) -> None:
    from tracking.tracker import TrackingError
    from tracking.ui import find_sweep_link

    try:
        answer.send(find_sweep_link(uri, sweep_id, address))
    except TrackingError:
        answer.send(_away())
