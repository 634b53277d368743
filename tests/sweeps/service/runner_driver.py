"""A queue runner in a process of its own, without an API, as tests kill it.

    python -m tests.sweeps.service.runner_driver STORE CODE_FOLDER SLOTS

What it says goes to its standard output; `slots USED here IDS adopted IDS` whenever that changes.
"""

from __future__ import annotations

import sys
import threading
from contextlib import closing
from pathlib import Path

from sweeps.ledger.ledger import Ledger
from sweeps.service.running.launching_here import HereLauncher
from sweeps.service.running.runner import Runner
from sweeps.service.running.view import View
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store


def say(line: str) -> None:
    print(line, flush=True)


def line_of(view: View) -> str:
    here, adopted = " ".join(sorted(view.here)), " ".join(sorted(view.adopted))
    return f"slots {view.used} here {here} adopted {adopted}"


def main(folder: str, code: str, slots: str) -> None:
    allowed = Allowed(code_folders=(Path(code),), code=("quick:*",))
    uri = f"sqlite:///{Path(folder).parent / 'mlflow.db'}"
    settings = Settings(Store.at(Path(folder)), slots=int(slots), allowed=allowed, tracking_uri=uri)
    with closing(Ledger.open(settings.store.ledger_url)) as ledger:
        runner = Runner(settings, ledger, HereLauncher(settings), say)
        runner.start()
        said, pause = "", threading.Event()
        while not pause.wait(0.1):
            if (line := line_of(runner.view())) != said:
                said = line
                say(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
