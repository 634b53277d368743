from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.service.running.session_log import log_file
from sweeps.store import Store
from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_listing import ran as ran


def test_rm_forgets_a_sweep_and_its_files(sweeps: Command, ran: str) -> None:
    store = Store.at()
    kept = (store.checkpoints(ran), store.reports(ran), store.drawn(ran))
    for folder in kept:
        folder.mkdir(parents=True, exist_ok=True)
    log = log_file(store, ran)
    log.parent.mkdir(parents=True)
    log.write_text("said\n")
    done = sweeps("rm", ran, "--yes")
    assert done.exit_code == 0
    assert done.output == f"{ran} small: 3 trials\nforgot 1 sweep\n"
    assert not any(place.exists() for place in (*kept, log))
    assert sweeps("ls").output.startswith("no sweeps in ")


def test_rm_asks(sweeps: Command, ran: str) -> None:
    asked = sweeps("rm", ran[:4], input="n\n")
    assert asked.exit_code == 1
    assert f"forget {ran}?" in asked.output
    assert ran in sweeps("ls").output
    assert sweeps("rm", ran, input="y\n").exit_code == 0
    assert ran not in sweeps("ls").output


@pytest.mark.parametrize("typed", [1, 5, None])
def test_rm_without_asking_wants_whole_ids(sweeps: Command, ran: str, typed: int | None) -> None:
    done = sweeps("rm", ran[:typed] if typed else "latest", "-y")
    assert done.exit_code == 2
    assert f"is not a whole id: with --yes write {ran}, or leave --yes out" in done.stderr
    assert ran in sweeps("ls").output


def test_rm_removes_all_or_nothing_of_what_was_typed(sweeps: Command, ran: str) -> None:
    assert sweeps("rm", ran, "zzzzzz", "--yes").exit_code == 2
    assert ran in sweeps("ls").output
    assert Path(".sweeps").exists()
