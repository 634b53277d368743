from __future__ import annotations

from pathlib import Path

from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep_file import load_sweep
from tests.sweeps.cli.conftest import Command


def test_a_name_that_only_one_sweep_has_stands_for_its_id(
    sweeps: Command, file: str, ledger: Ledger
) -> None:
    mine = ledger.create(load_sweep(Path(file), ["name=my sweep"]), {}).sweep_id
    ids = [ledger.create(load_sweep(Path(file)), {}).sweep_id for _ in range(7)]
    assert f"my sweep {mine}\n" in sweeps("status", "my sweep").output
    done = sweeps("status", "small")
    assert done.exit_code == 2
    newest = ", ".join(ids[:1:-1])
    assert done.stderr == (f"7 sweeps are called 'small': write an id, {newest} and 2 others\n")


def test_no_part_of_a_name_stands_for_an_id(sweeps: Command, file: str, ledger: Ledger) -> None:
    ledger.create(load_sweep(Path(file), ["name=my sweep"]), {})
    done = sweeps("status", "my")
    assert done.exit_code == 2
    assert done.stderr.startswith("no sweep 'my' in this store")


def test_what_is_typed_does_nothing_to_the_terminal(
    sweeps: Command, file: str, ledger: Ledger
) -> None:
    ledger.create(load_sweep(Path(file)), {})
    for command in ("status", "logs", "pause", "stop", "resume", "sync"):
        done = sweeps(command, "\x1b[2J\n\u202e")
        assert done.exit_code == 2
        assert done.stderr.startswith("no sweep '\\x1b[2J\\n\\u202e' in this store")
        assert len(done.stderr.splitlines()) == 1
