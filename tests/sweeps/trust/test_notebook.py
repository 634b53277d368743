from __future__ import annotations

from pathlib import Path

import pytest

import sweeps
from sweeps.reading.sweep import read_sweep
from tests.sweeps.bench import DOCUMENT, RANDOM, Bench

CONFIRMED = read_sweep({**DOCUMENT, "evaluate": {"confirm_top": 2, "repeats": 3}})


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path / "store", monkeypatch)


def test_the_confirmed_configurations_as_a_table(bench: Bench, tmp_path: Path) -> None:
    ran = bench.run(CONFIRMED).sweep_id
    table = sweeps.confirmed(ran[:4], store=tmp_path / "store")
    assert len(table) == 2
    assert table["score"].is_monotonic_decreasing
    assert table["recommended"].sum() == 1
    assert (table["low"] <= table["high"]).all()
    assert {"trial", "search_score", "in_tie_set", "params.width"} <= set(table.columns)
    trust = table.attrs["trust"]
    assert trust.recommended == table.loc[table["recommended"], "trial"].item()
    assert table.attrs["sweep"] == ran


def test_without_a_confirmation_the_table_is_empty(bench: Bench, tmp_path: Path) -> None:
    bench.run(RANDOM)
    table = sweeps.confirmed(store=tmp_path / "store")
    assert table.empty
    assert table.attrs["trust"].winner_score > 0


def test_a_sweep_that_is_not_there(bench: Bench, tmp_path: Path) -> None:
    bench.run(RANDOM)
    with pytest.raises(LookupError, match="no sweep 'nothing'"):
        sweeps.confirmed("nothing", store=tmp_path / "store")
