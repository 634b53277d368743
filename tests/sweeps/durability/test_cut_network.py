"""A coordinator and its ledger on two machines, as far as the network goes, and a wire that is cut.

By hand: `pytest -m soak tests/sweeps/durability/test_cut_network.py -s` prints the figures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sweeps.doctor.diagnosis import diagnose
from sweeps.ledger import Ledger
from sweeps.store import Store
from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.documents import SIXTY
from tests.sweeps.durability.places import Place
from tests.sweeps.durability.two_networks import (
    ADDRESSES,
    NoNetworksError,
    Wire,
    inside,
    two_networks,
)
from tests.sweeps.postgres import NoServerError, Server, running

ROOT = Path(__file__).parents[3]
DELAY_SECONDS = 0.05
CUT_SECONDS = 30.0


@contextmanager
def apart() -> Iterator[tuple[str, Wire, Server]]:
    """The network of a coordinator, the wire, and a PostgreSQL server at the wire's other end."""
    try:
        with (
            two_networks(DELAY_SECONDS) as ((left, right), wire),
            inside(right),
            running(listen_addresses=ADDRESSES[1]) as server,
        ):
            with (server.data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {ADDRESSES[0]}/32 trust\n")
            server.control("reload")
            yield left, wire, server
    except (NoNetworksError, NoServerError) as error:
        pytest.skip(str(error))


@contextmanager
def coordinator(place: Place, ledger: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """A session with made-up scores, in the network of whoever starts it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": place.uri}
    if ledger is not None:
        environment["SWEEPS_LEDGER"] = ledger
    words = [sys.executable, "-u", "-m", "tests.sweeps.driver", "run", "sweep.yaml", "made-up"]
    with subprocess.Popen(
        words, env=environment, cwd=place.folder, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str], wire: Wire, moment: int) -> list[str]:
    """All that the session says; the wire is cut when it has told of so many results."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith("finished") and len(told(lines, "finished")) == moment:
            wire.cut = True
            time.sleep(CUT_SECONDS)
            wire.cut = False
    return lines


def told(lines: list[str], what: str) -> list[str]:
    """What follows that word in the lines that begin with it."""
    return [line.removeprefix(what).strip() for line in lines if line.split(" ")[0] == what]


def scores(store: Store) -> list[tuple[int, float | None]]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        (row,) = ledger.sweeps()
        return [(result.trial.number, result.score) for result in ledger.results(row.sweep_id)]


@pytest.mark.soak
@pytest.mark.parametrize("moment", [10, 23, 37])
@pytest.mark.parametrize("backend", ["random", "optuna"])
def test_a_wire_that_is_cut_for_half_a_minute_changes_nothing(
    backend: str, moment: int, new_place: NewPlace
) -> None:
    place, alone = new_place(SIXTY[backend]), new_place(SIXTY[backend])
    with apart() as (network, wire, server):
        url = server.fresh()
        store = Store(place.folder / "store", url)
        remote = url.partition("?")[0].replace("sweeps@", f"sweeps@{ADDRESSES[1]}")
        began = time.monotonic()
        with inside(network), coordinator(place, remote) as process:
            lines = heard(process, wire, moment)
            assert process.wait(60) == 0, lines
        print(f"\n{backend}, cut after {moment} results: {time.monotonic() - began:.0f} s in all,")
        print(
            f"{wire.carried:,} packets carried, {wire.lost:,} lost", *told(lines, "said"), sep="\n"
        )
        assert wire.lost
        assert sorted(map(int, told(lines, "finished"))) == list(range(60))
        (sweep_id,) = told(lines, "began")
        diagnosis = diagnose(store, sweep_id, tracking_uri=place.uri)
        found = scores(store)
    assert diagnosis.well, diagnosis
    assert (diagnosis.unsent, diagnosis.runs) == (0, 61)
    with coordinator(alone) as process:
        process.communicate()
    assert found == scores(alone.store)
