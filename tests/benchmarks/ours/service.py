"""A service under load: python -m tests.benchmarks.ours.service SWEEPS TRIALS CLIENTS KILLS."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.benchmarks.child import report
from tests.sweeps.service.load import Load, bear
from tests.sweeps.service.load_figures import quantile
from tests.sweeps.service.served import Place


def main(sweeps: str, trials: str, clients: str, kills: str) -> None:
    load = Load(int(sweeps), int(trials), int(clients), int(kills))
    started = time.time()
    found = bear(Place.made(Path.cwd() / "place"), load)
    milliseconds = {
        f"{what} {name}": 1000 * quantile(seconds, part)
        for what, seconds in (("submit", found.submit), ("status", found.status))
        for name, part in (("p50", 0.5), ("p99", 0.99), ("longest", 1.0))
    }
    report(
        fits=found.trials,
        seconds=found.total,
        started=started,
        milliseconds=milliseconds,
        answers={"submit": len(found.submit), "status": len(found.status)},
        submitted=found.submitted,
        others=found.others,
        wrong=found.wrong,
        machine_load=list(found.machine_load),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
