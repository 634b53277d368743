"""A queue runner in a process of its own, without an API, as tests kill and stop it.

    python -m tests.sweeps.service.runner_driver STORE CODE_FOLDER SLOTS

What it says goes to its standard output; `slots USED here IDS adopted IDS` whenever that changes.
The first SIGTERM drains, a second one hurries.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import FrameType

from sweeps.ledger.ledger import Ledger
from sweeps.service.running.launching_here import HereLauncher
from sweeps.service.running.runner import Runner
from sweeps.service.running.view import View
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store

DRAIN_SECONDS = 20.0


def say(line: str) -> None:
    print(line, flush=True)


def line_of(view: View) -> str:
    here, adopted = " ".join(sorted(view.here)), " ".join(sorted(view.adopted))
    return f"slots {view.used} here {here} adopted {adopted}"


def hurried(runner: Runner, asked: threading.Semaphore) -> None:
    asked.acquire()
    runner.hurry()


def main(folder: str, code: str, slots: str) -> None:
    allowed = Allowed(code_folders=(Path(code),), code=("quick:*",))
    uri = f"sqlite:///{Path(folder).parent / 'mlflow.db'}"
    settings = Settings(Store.at(Path(folder)), slots=int(slots), allowed=allowed, tracking_uri=uri)
    asked = threading.Semaphore(0)

    def heard(_number: int, _frame: FrameType | None) -> None:
        asked.release()

    signal.signal(signal.SIGTERM, heard)
    with closing(Ledger.open(settings.store.ledger_url)) as ledger:
        runner = Runner(settings, ledger, HereLauncher(settings), say)
        runner.start()
        said = ""
        while not asked.acquire(timeout=0.1):
            if (line := line_of(runner.view())) != said:
                said = line
                say(line)
        threading.Thread(target=hurried, args=(runner, asked), daemon=True).start()
        say(f"drained {runner.drain(DRAIN_SECONDS)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
