"""Looks into the user's models for a service: in a process of their own, few at once, once each."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import OrderedDict
from copy import deepcopy
from typing import Any

from sweeps.discovery.discover import recorded_space
from sweeps.discovery.sources import sources_of
from sweeps.errors import SweepError
from sweeps.executors.secrecy import secrets_in, without

SECONDS = 20.0
"""How long it may take: somebody waits for an answer."""
WAIT = 5.0
AT_ONCE = 2
"""Each loads Keras and its backend: hundreds of megabytes."""
MOST_KEPT = 200

BUSY = "is not looked into, since others are at the moment: submit it again, or write `space`"


class Looks:
    """What models ask for, by the text of their modules. Called from any thread."""

    def __init__(self, seconds: float = SECONDS, at_once: int = AT_ONCE) -> None:
        self._seconds = seconds
        self._room = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def space_of(self, path: str, folder: str, keras: object) -> dict[str, Any]:
        """The space of the model `module:name`; see `discover.recorded_space`.

        Raises SweepError, for want of room as well.
        """
        key = _key(path, folder, keras)
        if (known := self._kept(key)) is not None:
            return known
        if not self._room.acquire(timeout=WAIT):
            raise SweepError(f"{path} {BUSY}", ("model",))
        try:
            # Another thread may have looked while this one waited.
            known = self._kept(key)
            return known if known is not None else self._looked(key, path, folder, keras)
        finally:
            self._room.release()

    def _looked(self, key: str, path: str, folder: str, keras: object) -> dict[str, Any]:
        environ = without(secrets_in(os.environ), os.environ)
        found = recorded_space(path, folder, keras, self._seconds, environ)
        with self._lock:
            self._known[key] = deepcopy(found)
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return found

    def _kept(self, key: str) -> dict[str, Any] | None:
        with self._lock:
            return deepcopy(self._known.get(key))


def _key(path: str, folder: str, keras: object) -> str:
    """What is recorded hangs on the texts of the module and of what it imports beside it."""
    digest = hashlib.sha256(json.dumps([path, folder, str(keras)]).encode())
    for text in sources_of(path.partition(":")[0], folder):
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()


LOOKS = Looks()
"""Those of this process."""
