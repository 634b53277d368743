"""What a service does about its cluster, in a process of its own, without an API.

    python -m tests.sweeps.executors.ray.service_driver STORE LEDGER CODE_FOLDER HOST:PORT KIND

KIND is `here` for coordinators of this machine, `jobs` for those that are Ray jobs. It says
`cluster up N` with the number of its nodes or `cluster down` whenever that changes, and ends with
its standard input.
"""

from __future__ import annotations

import sys
import threading
from contextlib import closing
from pathlib import Path

from sweeps.ledger.ledger import Ledger
from sweeps.service.assembling import launcher_for
from sweeps.service.nodes import Machines, Nodes
from sweeps.service.running import rounds
from sweeps.service.running.runner import Runner
from sweeps.service.settings import Allowed, Cluster, Settings
from sweeps.store import Store


def say(line: str) -> None:
    print(line, flush=True)


def line_of(machines: Machines) -> str:
    assert machines.cluster is not None, "there is one"
    alive = sum(node.alive for node in machines.nodes if not node.is_here)
    return f"cluster up {alive}" if machines.cluster.reachable else "cluster down"


def main(folder: str, ledger: str, code: str, address: str, kind: str) -> None:
    settings = Settings(
        Store.at(Path(folder), ledger),
        slots=2,
        allowed=Allowed(code_folders=(Path(code),), code=("quick:*",)),
        cluster=Cluster(address, coordinators=kind == "jobs"),
        tracking_uri=f"sqlite:///{Path(folder).parent / 'mlflow.db'}",
    )
    setattr(rounds, "EXCUSED_PAUSE_MS", 2_000)  # noqa: B010 - of another module's, shortened here
    ended = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(ended,), daemon=True).start()
    with (
        closing(Ledger.open(settings.store.ledger_url)) as opened,
        closing(Nodes(settings.cluster)) as nodes,
        closing(Runner(settings, opened, launcher_for(settings, say), say)) as runner,
    ):
        runner.start()
        said = ""
        while not ended.wait(0.1):
            if (line := line_of(nodes.view())) != said:
                said = line
                say(line)


def _wait_for_the_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    main(*sys.argv[1:])
