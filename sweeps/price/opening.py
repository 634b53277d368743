"""MLflow's store of a rehearsal, opened beside training."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracking.trying import Opened


class Opening:
    """MLflow's store, opened on a thread while packs are trained, as in a run."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened: Opened | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open, name="sweeps-price-mlflow", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        try:
            from tracking.trying import opened

            self._opened = opened(self._file)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error

    def wait(self) -> Opened:
        """The store. Raises what went wrong."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._opened is not None, "the thread has ended, and without an error"
        return self._opened
