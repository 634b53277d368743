"""Where a person finds a sweep in MLflow. A child process looks: MLflow is not imported here.

The child comes from the fork server that coordinators come from, so it has MLflow at once.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from sweeps.service.few_waiting import FewWaiting
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.running.reaping import REAPING, begin

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
        self._waiting = FewWaiting("links into MLflow")
        self._one_at_a_time = threading.Lock()

    def of(self, sweep_id: str) -> str:
        """The page of the sweep's run. Raises ProblemError: 404 without a run, 503 without MLflow.

        A run that was not found is looked for again the next time; 503 as well where many ask.
        """
        address = self._address()
        if address is None:
            raise ProblemError(503, "MLflow's pages are not up at the moment", FAILED)
        key = address, sweep_id
        if (known := self._known.get(key)) is not None:
            return known
        with self._waiting.one_more(), self._one_at_a_time:
            link = self._known.get(key) or self._find(self._uri, sweep_id, address)
            if link is None:
                raise ProblemError(404, f"sweep {sweep_id} has no run in MLflow yet", FAILED)
            self._known[key] = link
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return link


def find_in_child(
    uri: str, sweep_id: str, address: str, find: Find | None = None, patience: float = PATIENCE
) -> str | None:
    """What `find`, by default MLflow itself, finds in a process of its own.

    Raises ProblemError, 503, for a store that cannot be read, or not within so many seconds, and
    where no process can be started.
    """
    try:
        child, ours = _begun(find or _in_mlflow, uri, sweep_id, address)
    except (OSError, EOFError) as error:
        why = str(error) or type(error).__name__
        said = f"no process can be started that looks into MLflow's store: {why}"
        raise ProblemError(503, said, FAILED) from error
    try:
        if not ours.poll(patience):
            raise ProblemError(503, f"MLflow's store has not answered in {patience:g} s", FAILED)
        found: str | None = ours.recv()
    except EOFError:
        raise ProblemError(503, "MLflow's store cannot be read at the moment", FAILED) from None
    finally:
        child.kill()
        with REAPING:
            child.join()
        ours.close()
    return found


def _begun(find: Find, *asked: str) -> tuple[BaseProcess, Connection]:
    """The process that looks, and where its answer comes.

    Raises OSError, or EOFError of a fork server that ends meanwhile; nothing is left open then.
    """
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_look, args=(theirs, find, *asked), daemon=True)
    with theirs:
        try:
            begin(child)
        except BaseException:
            ours.close()
            raise
    return child, ours


def _in_mlflow(uri: str, sweep_id: str, address: str) -> str | None:
    from tracking.ui import find_sweep_link

    return find_sweep_link(uri, sweep_id, address)


def _look(answer: Connection, find: Find, uri: str, sweep_id: str, address: str) -> None:
    """Send what is found; a process that ends without has failed, and says why in the log."""
    answer.send(find(uri, sweep_id, address))
