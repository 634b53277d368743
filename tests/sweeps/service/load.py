"""Many clients at once: they submit sweeps, others ask how those stand, and nothing may be lost.

    python -m tests.sweeps.service.load --sweeps 200 --trials 50 --clients 16 [--kills 3]

Each client has a token and a connection of its own. A submission that got no answer is sent again
with its key until it has one, as a careful client does. What was answered is timed, each answer for
itself; a service that is away answers nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sweeps.ledger.ledger import Ledger
from tests.sweeps.service.load_clients import Clients, Heard
from tests.sweeps.service.load_figures import Figures
from tests.sweeps.service.served import Place, Serving, end, started, until

Say = Callable[[str], None]


@dataclass(frozen=True)
class Load:
    """So many sweeps of so many trials, by so many clients; so many kills of the service.

    With the first kill its coordinators die, too.
    """

    sweeps: int
    trials: int
    clients: int
    kills: int = 0
    flags: Sequence[str] = ("--no-mlflow",)
    within: float = 3600.0


def bear(place: Place, load: Load, say: Say = print) -> Figures:
    """Put a service under the load, and check what came of it."""
    clients = Clients(place, load.sweeps, load.trials, load.clients)
    service = started(place, *load.flags)
    try:
        clients.address = service.ready().address
        begun = time.perf_counter()
        with (
            clients.at_work() as submitting,
            closing(Ledger.open(place.store.ledger_url)) as ledger,
        ):
            service = _with_kills(place, service, ledger, load, say)
            for thread in submitting:
                thread.join(load.within)
            _wait_for_all(place, service, ledger, load)
            total = time.perf_counter() - begun
        say(f"all over after {total:.1f} s; every sweep is looked at now")
        machine_load = os.getloadavg()
        service.send(15)
        code = service.over()
    finally:
        end(place)
    wrong = checked(place, clients.heard, load)
    if code != 0:
        wrong.append(f"the service ended with {code}: {service.said[-500:]}")
    return Figures(
        submit=clients.heard.seconds["submit"],
        status=clients.heard.seconds["status"],
        submitted=clients.heard.last_submitted - begun,
        total=total,
        trials=load.sweeps * load.trials,
        others=dict(clients.heard.others),
        wrong=wrong,
        machine_load=machine_load,
    )


def _with_kills(place: Place, service: Serving, ledger: Ledger, load: Load, say: Say) -> Serving:
    """Kill the service at even parts of the sweeps, and start it again at the same port."""
    port = int(service.address.rpartition(":")[2])
    for kill in range(load.kills):
        goal = load.sweeps * (2 * kill + 1) // (2 * load.kills + 1)
        _wait_for(place, service, ledger, goal, load)
        say(f"kill {kill + 1} at {ended(ledger)} sweeps that are over")
        service.kill(coordinators=kill == 0)
        service = started(place, *load.flags, port=port).ready()
    return service


def ended(ledger: Ledger) -> int:
    """How many sweeps are over."""
    return sum(row.state == "finished" for row in ledger.sweeps())


def _wait_for_all(place: Place, service: Serving, ledger: Ledger, load: Load) -> None:
    _wait_for(place, service, ledger, load.sweeps, load)


def _wait_for(place: Place, service: Serving, ledger: Ledger, goal: int, load: Load) -> None:
    def there() -> bool:
        assert not service.ended, f"the service has ended: {service.trouble()}"
        return ended(ledger) >= goal

    until(there, f"{goal} sweeps that are over", service.trouble, load.within, every=0.5)


def checked(place: Place, heard: Heard, load: Load) -> list[str]:
    """What is wrong of what the ledger and MLflow hold afterwards."""
    from sweeps.doctor.diagnosis import diagnose

    wrong: list[str] = []
    names = Counter(heard.sweeps.values())
    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        rows = ledger.sweeps()
    if len(heard.sweeps) != load.sweeps:
        wrong.append(f"{load.sweeps - len(heard.sweeps)} submissions were never answered")
    if {row.sweep_id for row in rows} != set(names) or len(rows) != load.sweeps:
        wrong.append(f"{len(rows)} sweeps are in the ledger, {len(names)} were submitted")
    for row in rows:
        found = diagnose(place.store, row.sweep_id, tracking_uri=place.uri)
        wrong += [f"{row.sweep_id}: {one.line}" for one in found.violations]
        if found.unreachable is not None:
            wrong.append(f"{row.sweep_id}: {found.unreachable}")
        seen = (found.state, found.trials, found.runs, found.unsent, found.end_sent)
        if seen != ("finished", load.trials, load.trials + 1, 0, True):
            wrong.append(f"{row.sweep_id}: (state, trials, runs, unsent, end sent) is {seen}")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A service under load.")
    parser.add_argument("--sweeps", type=int, default=200)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--slots", type=int, default=0, help="as many as cores when left out")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    flags = ["--no-mlflow"] + (["--slots", str(given.slots)] if given.slots else [])
    load = Load(given.sweeps, given.trials, given.clients, given.kills, flags)
    with tempfile.TemporaryDirectory(prefix="sweeps-load-") as folder:
        figures = bear(
            Place.made(Path(folder) / "place"), load, lambda line: print(line, flush=True)
        )
    print("\n".join(figures.lines), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps(vars(figures), default=list))
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
