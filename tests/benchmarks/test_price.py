from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.benchmarks.child import Spent
from tests.benchmarks.sections import price
from tests.benchmarks.sections.price import Beside

SAID = {
    "seconds": 12.0,
    "core_seconds": 9.0,
    "memory": 500e6,
    "disk": {"total": 0.003e6, "checkpoints": 0.002e6},
    "rows": {"runs": 2, "metrics": 3, "params": 4, "tags": 5},
}


def test_a_figure_is_off_either_way() -> None:
    assert Beside(12.0, 10.0).ratio == pytest.approx(1.2)
    assert Beside(12.0, 10.0).off == pytest.approx(1.2)
    assert Beside(8.0, 10.0).off == pytest.approx(1.25)
    assert Beside(0.0, 10.0).off == float("inf")


def test_what_was_said_stands_beside_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(b"x" * 10_000)
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        for table in price.TABLES:
            database.execute(f"CREATE TABLE {table} (value INTEGER)")
            database.executemany(f"INSERT INTO {table} VALUES (?)", [(1,), (2,)])
        database.commit()
    row = price._row(SAID, Spent(10.0, 9.0, 400.0), tmp_path)
    size = (tmp_path / "mlflow.db").stat().st_size
    assert row["s"] == Beside(12.0, 10.0)
    assert row["MB"] == Beside(500.0, 400.0)
    assert row["rows"] == Beside(14.0, 8.0)
    assert row["disk MB"].said == pytest.approx(0.001)
    assert row["disk MB"].was == pytest.approx(size / 1e6)
    worst = {target.text: target for target in price._targets([row, {**row, "s": Beside(5, 10)}])}
    assert worst["price of s, the worst"].reached == pytest.approx(2.0)
    assert not worst["price of s, the worst"].met
    assert worst["price of core-s, the worst"].met
