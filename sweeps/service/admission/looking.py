"""Looks into the user's models for a service: in a process of their own, few at once, once each."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import OrderedDict
from concurrent.futures import Future
from copy import deepcopy
from typing import Any

from sweeps.discovery.discover import recorded_space
from sweeps.discovery.sources import sources_of
from sweeps.errors import SweepError
from sweeps.executors.secrecy import secrets_in, without
from sweeps.service.few_waiting import MOST, FewWaiting
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.safe_path import left_to_others

PATIENCE = 20.0
"""Seconds that somebody waits for an answer."""
SECONDS = 180.0
"""How long a look may take, for whoever asks again."""
AT_ONCE = 2
"""Each loads Keras and its backend: hundreds of megabytes."""
MOST_KEPT = 200

Space = dict[str, Any]


class Looks:
    """What models ask for, by the text of their modules. Called from any thread."""

    def __init__(self, patience: float = PATIENCE, at_once: int = AT_ONCE) -> None:
        self._patience = patience
        self._room = threading.Semaphore(at_once)
        self._waiting = FewWaiting("looks into their models")
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Future[Space]] = OrderedDict()

    def space_of(self, path: str, folder: str, keras: object) -> Space:
        """The space of the model `module:name`; see `discover.recorded_space`.

        Raises SweepError, and where it takes long as well: it goes on then, for the next who asks.
        ProblemError, 503, where many wait already, or there is much to look into.
        """
        found = self._look(path, folder, keras)
        try:
            if found.done():
                return deepcopy(found.result())
            with self._waiting.one_more():
                return deepcopy(found.result(self._patience))
        except TimeoutError as error:
            message = (
                f"{path} is still being looked into: submit it again in a moment, or write `space`"
            )
            raise SweepError(message, ("model",)) from error

    def _look(self, path: str, folder: str, keras: object) -> Future[Space]:
        """One that is under way or has succeeded, or a new one."""
        key = _key(path, folder, keras)
        with self._lock:
            known = self._known.get(key)
            if known is not None and not (known.done() and known.exception()):
                return known
            if sum(not one.done() for one in self._known.values()) >= MOST:
                detail = "other models are looked into already"
                raise ProblemError(503, detail, FAILED, {"Retry-After": "10"})
            found: Future[Space] = Future()
            self._known[key] = found
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        threading.Thread(
            target=self._fill, args=(found, path, folder, keras), name="sweeps-look", daemon=True
        ).start()
        return found

    def _fill(self, found: Future[Space], path: str, folder: str, keras: object) -> None:
        try:
            with self._room:
                environ = left_to_others(without(secrets_in(os.environ), os.environ))
                found.set_result(recorded_space(path, folder, keras, SECONDS, environ))
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            found.set_exception(error)


def _key(path: str, folder: str, keras: object) -> str:
    """What is recorded hangs on the texts of the module and of what it imports beside it."""
    digest = hashlib.sha256(json.dumps([path, folder, str(keras)]).encode())
    for text in sources_of(path.partition(":")[0], folder):
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()


LOOKS = Looks()
"""Those of this process."""
