"""Looks at what the workers of a sweep train, for whoever looks on."""

from __future__ import annotations

import threading

from sweeps.client.errors import RefusedError, ServiceError
from sweeps.client.remote_view import RemoteView
from sweeps.watcher import Watcher

GLANCE = 2.0
"""Seconds between two looks."""


class AtWorkLooks:
    """Asks now and then what workers train, in a thread of its own, for the watcher."""

    def __init__(self, view: RemoteView, sweep_id: str, watcher: Watcher) -> None:
        self._view = view
        self._sweep_id = sweep_id
        self._watcher = watcher
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="at work", daemon=True)

    def __enter__(self) -> AtWorkLooks:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        shown = False
        while not self._over.wait(GLANCE):
            try:
                live = self._view.at_work(self._sweep_id)
            except (RefusedError, ServiceError, LookupError):
                continue  # whoever reads the events is told of that
            if live or shown:
                self._watcher.training(live)
            shown = bool(live)
