from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.cli.app import COMMANDS
from sweeps.ledger.ledger import Ledger
from sweeps.store import VARIABLE
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

TrainWith = Callable[[FakeTrainer], None]
SERVED = ["submit", "workers"]
STORED = [
    name
    for name, of in COMMANDS.items()
    if "store" in inspect.signature(of).parameters and name not in SERVED
]


def test_the_commands_that_open_a_store_are_known() -> None:
    others = {"init", "validate", "plan", "predict", "template", *SERVED}
    assert set(COMMANDS) - set(STORED) <= others


@pytest.mark.parametrize("name", SERVED)
def test_what_asks_a_service_alone_offers_no_store(sweeps: Command, file: str, name: str) -> None:
    told = " ".join(sweeps(name, "--help").output.split())
    assert "--server URL" in told
    assert "--token-file FILE" in told
    assert "--store" not in told
    assert "--ledger" not in told
    done = sweeps(name, *([file] if name == "submit" else []), "--store", "kept")
    assert done.exit_code == 2
    assert "which service? name it with --server or SWEEPS_SERVER" in done.stderr


@pytest.mark.parametrize("name", STORED)
def test_every_command_that_opens_a_store_takes_a_ledger(sweeps: Command, name: str) -> None:
    told = " ".join(sweeps(name, "--help", env={"COLUMNS": "200"}).output.split())
    assert "--ledger URL The ledger's database, as in postgresql://USER@HOST/DATABASE;" in told
    assert "--store FOLDER" in told


def test_a_sweep_lives_in_the_ledger_that_is_named(
    sweeps: Command, file: str, here: Path, trainer: TrainWith
) -> None:
    there = ("--ledger", "sqlite:///elsewhere/all.db")
    done = sweeps("run", file, *there)
    assert (done.exit_code, "finished, 3 trials" in done.output) == (0, True)
    assert (here / "elsewhere/all.db").exists()
    assert not (here / ".sweeps/ledger.db").exists()
    assert json.loads(sweeps("status", "--json", *there).output)["done"] == 3
    assert sweeps("best", *there).exit_code == 0
    assert "small" in sweeps("ls", *there).output
    assert sweeps("resume", *there).exit_code == 0
    assert sweeps("status").exit_code == 2
    again = sweeps("retry", "--failed", *there)
    assert (again.exit_code, "no trial failed" in again.output) == (2, True)


def test_the_variable_does_what_the_option_does(
    sweeps: Command, file: str, here: Path, trainer: TrainWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"sqlite:///{here}/all.db")
    assert sweeps("run", file, "--store", "kept").exit_code == 0
    assert "3 done" in sweeps("status", "--store", "anywhere").output
    monkeypatch.delenv(VARIABLE)
    assert "no sweeps in" in sweeps("status", "--store", "kept").output


@pytest.mark.parametrize("words", [("ls",), ("status",), ("run", "s.yaml"), ("doctor", "latest")])
def test_a_server_that_is_not_there_is_one_line_without_the_password(
    sweeps: Command, file: str, trainer: TrainWith, words: tuple[str, ...]
) -> None:
    url = "postgresql://ann:secret@127.0.0.1:1/sweeps"
    done = sweeps(*words, "--ledger", url)
    last = done.output.splitlines()[-1]
    assert done.exit_code == 1
    assert last.startswith("the ledger postgresql://ann:***@127.0.0.1:1/sweeps cannot be opened: ")
    assert "is the server running" in last
    assert "secret" not in done.output


def test_the_options_come_back_in_the_commands_that_are_offered(
    sweeps: Command, file: str, here: Path, trainer: TrainWith
) -> None:
    trainer(FakeTrainer(failing=frozenset({0})))
    there = ("--ledger", "sqlite:///all.db", "--store", "kept")
    done = sweeps("run", file, *there)
    assert "what failed: sweeps logs" in done.output
    assert "--store kept --ledger sqlite:///all.db" in done.output


def test_a_ledger_of_its_own_kind_is_looked_at_by_the_doctor(
    sweeps: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sweeps.cli import store_check
    from sweeps.store import Store

    url = f"sqlite:///{here}/far/all.db"
    found = store_check.store(Store.at(None, url))
    assert found.trouble is None
    assert found.said == f"none at {url} yet, the first run makes it"
    Ledger.open(url).close()
    found = store_check.store(Store.at(None, url))
    assert (found.said, found.trouble) == (f"{url}, 0 sweeps", None)
    assert found.facts["ledger"] == url


def test_the_doctor_says_what_is_wrong_with_a_server(here: Path) -> None:
    from sweeps.cli import store_check
    from sweeps.store import Store

    found = store_check.store(Store.at(None, "postgresql://ann:secret@127.0.0.1:1/sweeps"))
    assert found.trouble is not None
    assert "is the server running" in found.trouble
    assert "secret" not in f"{found}"


def test_a_ledgers_address_may_stand_for_the_folder(sweeps: Command, here: Path) -> None:
    url = "postgresql://ann:secret@127.0.0.1:1/sweeps"
    for command in ("status", "sync"):
        done = sweeps(command, "--store", url)
        assert done.exit_code == 1
        assert done.stderr.startswith("the ledger postgresql://ann:***@127.0.0.1:1/sweeps cannot ")
    assert list(here.iterdir()) == []


ASKED = (
    *("ls", "status", "watch", "logs", "pause", "resume", "stop", "cancel", "retry", "extend"),
    *("best", "report", "submit", "workers"),
)


@pytest.mark.parametrize("name", STORED)
def test_commands_that_ask_a_service_say_so(sweeps: Command, name: str) -> None:
    told = sweeps(name, "--help", env={"COLUMNS": "200"}).output
    assert ("--server URL" in told, "--token-file FILE" in told) == ((name in ASKED),) * 2
