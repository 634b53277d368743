"""The MLflow server beside a service: started in the background, and again when it dies.

Nobody waits for it. Coordinators write to its database themselves, so trials are logged whether it
is up or not; it is for looking.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from sweeps.service.settings import Settings
from tracking.new_database import remove_abandoned
from tracking.store_uri import database_file, is_server
from tracking.tracker import TrackingError
from tracking.ui import HOST, answers, end_group, free_port, started_ui, ui_command, ui_environment

WAITS = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before it is started again; the last holds for all that follow."""

WELL_AFTER = 120.0
"""A server that lived so long had no trouble starting: the waits begin anew."""

LAST_PORT = 65535

_LOOK = 0.5
_ASKS_NOW = "is to ask for tokens from now on"
_MAKE = "import sys; from pathlib import Path; from tracking.new_database import create_whole; " + (
    "create_whole(Path(sys.argv[1]))"
)


@dataclass(frozen=True)
class Words:
    """What a server is told besides: who may look, and how it speaks."""

    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class MlflowBeside:
    """Keeps an MLflow server on the service's own store, until closed.

    A service whose trials go to a server already, or that wants none, has none beside it. `access`
    gives what it is told of who may look; as soon as the service `asks` for tokens, it does too.
    """

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        asks: Callable[[], bool] = bool,
        access: Callable[[bool], Words] = lambda _: Words(),
    ) -> None:
        self._settings = settings
        self._uri = settings.trials_at
        self._asks = asks
        self._access = access
        self._guarded = False
        self._say = say
        self._host = settings.host if settings.tls else HOST
        self._over = threading.Event()
        self._up = False
        self._port: int | None = None
        self._thread = threading.Thread(target=self._keep, name="mlflow-beside", daemon=True)

    @property
    def address(self) -> str | None:
        """Where a person finds trials now, for links; None while nothing answers there."""
        if is_server(self._uri):
            return self._uri
        return self._at(self._name) if self._up else None

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self._settings.folder / "logs" / "mlflow.log"

    def start(self) -> None:
        """Begin, unless there is nothing to be started. Raises TrackingError for a taken port."""
        if is_server(self._uri) or not self._settings.mlflow:
            return
        self._end_left_over()
        self._port = self._found_port(self._settings.mlflow_port)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def close(self) -> None:
        """End the server, all of its processes."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def _name(self) -> str:
        """What clients call its host: of one that listens everywhere, what the operator says."""
        names = self._settings.hosts if self._host in ("0.0.0.0", "::") else ()
        return names[0] if names else self._host

    def _at(self, host: str) -> str:
        scheme = "https" if self._settings.tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self._port}"

    @property
    def _mark(self) -> Path:
        """A file with the server's process, so that a killed service's is found again."""
        return self._settings.folder / "mlflow.json"

    def _keep(self) -> None:
        tries = 0
        while not self._over.is_set():
            since = time.monotonic()
            why = self._made() or self._served()
            self._up = False
            if self._over.is_set():
                return
            if why == _ASKS_NOW:
                continue
            tries = 0 if time.monotonic() - since > WELL_AFTER else tries + 1
            pause = WAITS[min(tries, len(WAITS)) - 1]
            self._say(f"MLflow's server {why}; it is started again in {pause:g} s, see {self.log}")
            self._over.wait(pause)

    def _made(self) -> str:
        """Make a new SQLite store, whole; what went wrong, in a few words.

        Coordinators may make it as well, which is why the server must not: it would do so in place.
        """
        file = database_file(self._uri)
        if file is None:
            return ""
        remove_abandoned(file)
        if file.exists():
            return ""
        # -P: a file of the working folder called `random.py` must not become Python's own.
        command = [sys.executable, "-P", "-c", _MAKE, str(file)]
        with self.log.open("ab") as output:
            maker = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            while maker.poll() is None and not self._over.wait(_LOOK):
                pass
            maker.terminate()
            code = maker.wait()
        return "" if code == 0 else f"has no store: making {file} ended with {code}"

    def _served(self) -> str:
        """Serve until the server ends, or we do; how it ended, in a few words."""
        self._guarded = self._asks()
        words = self._access(self._guarded)
        command = [*ui_command(self._chosen_port(), self._host), *self._tls(), *words.arguments]
        environment = ui_environment(self._uri, words.environment)
        with self.log.open("wb") as output:
            try:
                server = self._started(command, environment, output)
            except OSError as error:
                return f"cannot be started: {error}"
            try:
                code = self._until_over(server)
            finally:
                end_group(server.pid)
                server.wait()
                self._mark.unlink(missing_ok=True)
        return _ASKS_NOW if code is None else f"ended with {code}"

    def _tls(self) -> list[str]:
        """It speaks as the service does, since the same tokens are given to it."""
        tls = self._settings.tls
        if tls is None:
            return []
        files = ["--ssl-certfile", str(tls.certificate), "--ssl-keyfile", str(tls.key)]
        return ["--uvicorn-opts", shlex.join(files)]

    def _started(
        self, command: list[str], environment: Mapping[str, str], output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        server = started_ui(self._uri, command, environment, output)
        born = psutil.Process(server.pid).create_time()
        self._mark.write_text(json.dumps({"pid": server.pid, "born": born}))
        return server

    def _chosen_port(self) -> int:
        """The one of the start, where links lead to; another when that was taken meanwhile."""
        assert self._port is not None
        with suppress(TrackingError):
            return free_port(self._port, self._host)
        if self._settings.mlflow_port is None:
            self._port = self._found_port(None)
        return self._port

    def _found_port(self, wanted: int | None) -> int:
        """Rather the one after the service's: links that people keep still lead there later."""
        return free_port(wanted, self._host, min(self._settings.port + 1, LAST_PORT))

    def _until_over(self, server: subprocess.Popen[bytes]) -> int | None:
        """Wait for the server's end, or ours: its exit code.

        None as soon as it should ask for tokens, and does not.
        """
        while not self._over.wait(_LOOK):
            code = server.poll()
            if code is not None:
                return code
            if not self._up and answers(self._at(self._host)):
                self._up = True
                self._say(f"MLflow: {self._at(self._name)}")
            if not self._guarded and self._asks():
                return None
        return 0

    def _end_left_over(self) -> None:
        """End the server of a service that was killed, if this is still that process."""
        try:
            known = json.loads(self._mark.read_text())
            there = psutil.Process(known["pid"]).create_time() == known["born"]
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return
        if there and os.getpgid(known["pid"]) == known["pid"]:
            end_group(known["pid"])
