"""One session of one sweep in a process of its own, as tests break it off.

    python -m tests.sweeps.driver run sweep.yaml [made-up]
    python -m tests.sweeps.driver resume SWEEP [made-up]
    python -m tests.sweeps.driver sync SWEEP [made-up]

The store is the folder `store` of the working folder, MLflow's address comes from
MLFLOW_TRACKING_URI. The last line is `peak MEGABYTES`, the most that the process held at once.
`Order` says what else may be different from a user's session.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sweeps import coordinator, lease, parts
from sweeps.lease import LeaseError
from sweeps.live import at_work, live
from sweeps.reading.sweep_file import load_sweep
from sweeps.store import Store
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary
from tests.sweeps.made_up import MadeUp
from tests.sweeps.tiny_task import TinyTask
from tracking import outbox

SAID = "said.txt"


class Teller:
    """Prints `began ID`, `finished NUMBER` after each commit, and `ended ENDING` at the end."""

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        print("began", sweep_id, flush=True)

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        print("finished", result.trial.number, flush=True)

    def training(self, live: Sequence[AtWork]) -> None:
        pass

    def said(self, line: str) -> None:
        print("said", line, flush=True)

    def ended(self, summary: Summary) -> None:
        print("ended", summary.ending, summary.unsent, flush=True)


@dataclass(frozen=True)
class Order:
    """What a session is to do, in which folder.

    `arguments` are those of a user above or, with `cli`, those of the `sweeps` command.
    With `made_up`, the trainer makes scores up, and a fit takes so many seconds. With `watched`,
    MLflow is shown trials under way however short they are.
    """

    folder: Path
    arguments: tuple[str, ...]
    workers: int = 0
    cli: bool = False
    made_up: float | None = None
    lease_ms: int | None = None
    watched: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


def session(order: Order) -> None:
    """A forked process's life: as if it had been started from a terminal of its own."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    heard = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(heard, stream)
    carry_out(order)


def carry_out(order: Order) -> None:
    """Run the session here. Exits with 1 for a sweep that somebody else holds."""
    if order.lease_ms is not None:
        lease.LEASE_MS = order.lease_ms
    if order.watched:
        vars(live).update(QUIET_SECONDS=0.0)
        at_work.PAUSE_SECONDS = outbox.SECONDS_BETWEEN_LIVE = 0.0
    if order.made_up is not None:
        trainer = MadeUp(order.made_up)
        vars(parts).update(trainer_for=lambda *_: trainer, task_for=lambda *_: TinyTask())
    if order.cli:
        from sweeps.cli import app

        app.main(list(order.arguments))
    try:
        run(*order.arguments, workers=order.workers)
    except LeaseError as error:
        print("lost", error, flush=True)
        raise SystemExit(1) from error


def run(action: str, what: str, *, workers: int) -> None:
    store = Store.at(Path("store"))
    if action == "run":
        coordinator.run(load_sweep(Path(what)), store=store, workers=workers, watcher=Teller())
    elif action == "sync":
        print("unsent", coordinator.sync(what, store=store, watcher=Teller()))
    else:
        coordinator.resume(what, store=store, workers=workers, watcher=Teller())


def _peak() -> int:
    """Megabytes; what `getrusage` says begins with the size of the process that started it."""
    found = re.search(r"^VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) // 1024


if __name__ == "__main__":
    action, what, *made_up = sys.argv[1:]
    carry_out(Order(Path.cwd(), (action, what), made_up=0.0 if made_up else None))
    print("peak", _peak(), flush=True)
