"""A sweep is sent to a real MLflow server through a network that fails in every way there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.tracking.conftest import NewStore
from tests.tracking.deliveries import Delivery, check_store, records
from tests.tracking.faulty_proxy import FaultyProxy, Mode
from tracking.ui import serving_ui

pytestmark = pytest.mark.slow

REQUEST_TIMEOUT = 1
TRIALS = 24


@dataclass
class Served:
    """A store, the server on it, and the proxy before the server."""

    database: str
    proxy: FaultyProxy
    sweeps: int = 0

    def delivery(self, trials: int = TRIALS) -> Delivery:
        self.sweeps += 1
        sweep_id = f"{self.sweeps:06x}"
        return Delivery(self.proxy.address, sweep_id, records(sweep_id, trials))

    def check(self, delivery: Delivery) -> None:
        check_store(self.database, delivery.sweep_id, delivery.trials)


@pytest.fixture(scope="module")
def _served(new_store: NewStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("served") / "mlflow.db"
    shutil.copy(new_store.folder.parent / "empty.db", path)
    with (
        serving_ui(f"sqlite:///{path}") as upstream,
        FaultyProxy(upstream) as proxy,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", str(REQUEST_TIMEOUT))
        yield Served(f"sqlite:///{path}", proxy)


@pytest.fixture
def served(_served: Served) -> Served:
    _served.proxy.turn("pass")
    return _served


AWAY: list[Mode] = ["refuse", "error", "hang", "drop", "commit_and_fail", "late"]


@pytest.mark.parametrize("mode", AWAY)
def test_away_at_the_start(mode: Mode, served: Served) -> None:
    served.proxy.turn(mode, REQUEST_TIMEOUT + 1)
    sent = served.delivery().all()
    sent.trouble_comes()
    served.proxy.turn("pass")
    assert sent.ended.wait(60)
    assert sent.close() == 0
    served.check(sent)


@pytest.mark.parametrize("mode", AWAY)
def test_away_in_the_middle(mode: Mode, served: Served) -> None:
    sent = served.delivery()
    sent.begin()
    sent.put(0, TRIALS // 2)
    sent.arrived(8)
    served.proxy.turn(mode, REQUEST_TIMEOUT + 1)
    sent.put(TRIALS // 2)
    sent.end()
    sent.trouble_comes()
    served.proxy.turn("pass")
    assert sent.ended.wait(60)
    assert sent.close() == 0
    served.check(sent)


@pytest.mark.parametrize("mode", AWAY)
def test_away_at_the_end(mode: Mode, served: Served) -> None:
    sent = served.delivery()
    sent.begin()
    sent.put()
    sent.arrived(TRIALS)
    served.proxy.turn(mode, REQUEST_TIMEOUT + 1)
    sent.end()
    assert sent.close() == 0
    assert not sent.ended.is_set()
    served.proxy.turn("pass")
    later = sent.rest().all()
    assert later.ended.wait(60)
    assert later.close() == 0
    served.check(sent)


@pytest.mark.parametrize("mode", ["refuse", "error", "hang"])
def test_away_the_whole_time(mode: Mode, served: Served) -> None:
    served.proxy.turn(mode)
    sent = served.delivery().all()
    assert sent.close() == TRIALS
    served.proxy.turn("pass")
    later = sent.rest().all()
    assert later.ended.wait(60)
    assert later.close() == 0
    served.check(sent)


def test_answers_come_slowly(served: Served) -> None:
    served.proxy.turn("slow", 0.4)
    sent = served.delivery().all()
    unsent = sent.close()
    served.proxy.turn("pass")
    later = sent.rest().all()
    assert len(later.trials) == unsent
    assert later.ended.wait(60)
    assert later.close() == 0
    served.check(sent)


FAULTS: dict[Mode, float] = {
    "error": 0.06,
    "drop": 0.06,
    "commit_and_fail": 0.06,
    "slow": 0.03,
    "late": 0.02,
}


@pytest.mark.parametrize("seed", range(3))
def test_every_request_may_fail_in_any_way(seed: int, served: Served) -> None:
    served.proxy.turn_at_random(seed, FAULTS, seconds=REQUEST_TIMEOUT + 0.2)
    sent = served.delivery(40).all()
    sent.ended.wait(6)
    sent.close(2.0)
    if not sent.ended.is_set():
        served.proxy.turn("pass")
        later = sent.rest().all()
        assert later.ended.wait(60)
        assert later.close() == 0
    served.check(sent)


EXITING = """
import sys
from tests.tracking.deliveries import Delivery, records
sent = Delivery(sys.argv[1], sys.argv[2], records(sys.argv[2], 50)).all()
sent.trouble_comes() if sys.argv[3] == "True" else sent.shipper._opened.wait()
print(sent.shipper.close(2.0), flush=True)
"""


@pytest.mark.parametrize("mode", ["refuse", "hang"])
def test_the_process_ends_soon_when_the_server_is_away(mode: Mode, served: Served) -> None:
    served.proxy.turn(mode)
    with subprocess.Popen(
        [sys.executable, "-c", EXITING, served.proxy.address, f"exit-{mode}", str(mode != "hang")],
        env={**os.environ, "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "50\n"
        before = time.monotonic()
        assert process.wait(60) == 0
        assert time.monotonic() - before < 5
