"""A coordinator here, its ledger or its workers there, and a wire that is cut.

By hand: `pytest -m soak tests/sweeps/durability/test_cut_network.py -s` prints the figures.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from sweeps.doctor.diagnosis import diagnose
from sweeps.ledger.ledger import Ledger
from sweeps.store import Store
from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.documents import SIXTY
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.two_networks import (
    ADDRESSES,
    NoNetworksError,
    Wire,
    inside,
    two_networks,
)
from tests.sweeps.executors.ray.simulated import QUIET, STORE
from tests.sweeps.executors.ray.test_ray_sweeps import CODE, SWEEP
from tests.sweeps.postgres import NoServerError, Server, running

ROOT = Path(__file__).parents[3]
DELAY_SECONDS = 0.05
CUT_SECONDS = 30.0
RAY = str(Path(sys.executable).parent / "ray")
PORT = 6399
HEAD = f"{ADDRESSES[0]}:{PORT}"
MADE_UP = ("-m", "tests.sweeps.driver", "run", "sweep.yaml", "made-up")
COMMAND = (
    *("-c", "from sweeps.cli.app import main; main()"),
    *("run", "sweep.yaml", "--store", "store"),
)


@contextmanager
def ledger_apart() -> Iterator[tuple[str, Wire, Server]]:
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
def coordinator(
    place: Place, *words: str, ledger: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A session in the network of whoever starts it."""
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": place.uri}
    if ledger is not None:
        environment["SWEEPS_LEDGER"] = ledger
    with subprocess.Popen(
        [sys.executable, "-u", *words],
        env=environment,
        cwd=place.folder,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class Ray:
    """A cluster of a head in this network, which takes no work, and one node in another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def head(self) -> None:
        self._start("--head", f"--port={PORT}", "--num-cpus=0", at=ADDRESSES[0])
        asking = [RAY, "status", "--address", HEAD]
        until = time.monotonic() + 120
        while subprocess.run(asking, capture_output=True, check=False).returncode:
            assert time.monotonic() < until, "Ray's head does not answer"

    def node(self) -> None:
        self._start(f"--address={HEAD}", "--num-cpus=1", at=ADDRESSES[1])

    def close(self) -> None:
        """End the node and the head with all that they have started; they need not be asked."""
        for process in self._started[::-1]:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()

    def _start(self, *words: str, at: str) -> None:
        options = (f"--node-ip-address={at}", f"--object-store-memory={STORE}", "--block")
        with (self._folder / f"ray-{at}.log").open("wb") as log:
            process = subprocess.Popen(
                [RAY, "start", *words, *options],
                env={**os.environ, **QUIET, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._started.append(process)


@contextmanager
def ray_apart(folder: Path) -> Iterator[tuple[str, Wire]]:
    """The network of a coordinator and Ray's head, and the wire to its node."""
    pytest.importorskip("ray")
    try:
        with two_networks(DELAY_SECONDS) as ((left, right), wire):
            cluster = Ray(folder)
            try:
                with inside(left):
                    cluster.head()
                with inside(right):
                    cluster.node()
                yield left, wire
            finally:
                cluster.close()
    except NoNetworksError as error:
        pytest.skip(str(error))


def heard(
    process: subprocess.Popen[str], wire: Wire, results_in: Callable[[list[str]], int], moment: int
) -> list[str]:
    """All that the session says; the wire is cut when it has told of so many results."""
    assert process.stdout is not None
    lines: list[str] = []
    was_cut = False
    for line in process.stdout:
        lines.append(line.rstrip())
        if not was_cut and results_in(lines) >= moment:
            was_cut = wire.cut = True
            time.sleep(CUT_SECONDS)
            wire.cut = False
    return lines


def told(lines: list[str], what: str) -> list[str]:
    """What follows that word in the lines that begin with it."""
    return [line.removeprefix(what).strip() for line in lines if line.split(" ")[0] == what]


def counted(lines: list[str]) -> int:
    """How many results the last line of progress tells of."""
    found = re.match(r"(\d+)/60 trials", lines[-1])
    return int(found[1]) if found else 0


def scores(store: Store) -> list[tuple[int, float | None]]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        (row,) = ledger.sweeps()
        return [(result.trial.number, result.score) for result in ledger.results(row.sweep_id)]


@pytest.mark.soak
@pytest.mark.parametrize("moment", [10, 23, 37])
@pytest.mark.parametrize("backend", ["random", "optuna"])
def test_a_ledger_that_cannot_be_reached_for_half_a_minute(
    backend: str, moment: int, new_place: NewPlace
) -> None:
    place, alone = new_place(SIXTY[backend]), new_place(SIXTY[backend])
    with ledger_apart() as (network, wire, server):
        url = server.fresh()
        store = Store(place.folder / "store", url)
        remote = url.partition("?")[0].replace("sweeps@", f"sweeps@{ADDRESSES[1]}")
        began = time.monotonic()
        with inside(network), coordinator(place, *MADE_UP, ledger=remote) as process:
            lines = heard(process, wire, lambda lines: len(told(lines, "finished")), moment)
            assert process.wait(60) == 0, lines
        print(f"\n{backend}, cut after {moment} results: {time.monotonic() - began:.0f} s in all,")
        print(f"{wire.carried:,} packets carried, {wire.lost:,} lost")
        print(*told(lines, "said"), sep="\n")
        assert wire.lost
        assert sorted(map(int, told(lines, "finished"))) == list(range(60))
        (sweep_id,) = told(lines, "began")
        diagnosis = diagnose(store, sweep_id, tracking_uri=place.uri)
        found = scores(store)
    assert diagnosis.well, diagnosis
    assert (diagnosis.unsent, diagnosis.runs) == (0, 61)
    with coordinator(alone, *MADE_UP) as process:
        process.communicate()
    assert found == scores(alone.store)


@pytest.mark.soak
def test_a_worker_that_cannot_be_reached_for_half_a_minute(new_place: NewPlace) -> None:
    places = new_place(SWEEP), new_place(SWEEP)
    for place in places:
        (place.folder / "written.py").write_text(CODE)
        (place.folder / "beside.py").write_text("SECONDS = 0.1\n")
    place, alone = places
    with ray_apart(place.folder) as (network, wire):
        began = time.monotonic()
        # Ray's node may join later than the coordinator, which is told to expect a worker there.
        on_ray = ("--executor", "ray", "--address", HEAD, "--workers", "1")
        with inside(network), coordinator(place, *COMMAND, *on_ray) as process:
            lines = heard(process, wire, counted, 10)
            assert process.wait(60) == 0, lines
        print(f"\na Ray worker: {time.monotonic() - began:.0f} s in all,")
        print(f"{wire.carried:,} packets carried, {wire.lost:,} lost", *lines, sep="\n")
        assert wire.lost
    with coordinator(alone, *COMMAND, "--workers", "0") as process:
        process.communicate()
    check_whole(place, alone)
