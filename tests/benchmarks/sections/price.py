"""Prices of shipped sweeps beside what their runs took."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweeps import experiments
from tests.benchmarks.bench import Bench, SkippedError
from tests.benchmarks.child import Spent, measure, timed
from tests.benchmarks.figures import Section, Table, Target
from tests.benchmarks.sections.posts import keras_home
from tests.benchmarks.table import number

FILES = Path(experiments.__file__).parent
OTHERS = ("breast_cancer/logistic_regression.yaml", "boston_housing/linear_regression.yaml")
"""Besides all of the penguins'; `--full` takes every sweep that is shipped."""

MOST = 1.25
"""By how much a price may be off, as a factor either way."""

COMMAND = "import sys; from sweeps.cli.app import main; main()"
TABLES = ("runs", "metrics", "params", "tags")


@dataclass(frozen=True)
class Beside:
    """One figure: what was said, and what it was."""

    said: float
    was: float

    @property
    def ratio(self) -> float:
        """Above 1 where too much was said."""
        return self.said / self.was if self.was else 1.0

    @property
    def off(self) -> float:
        """The factor by which it is off, whichever way."""
        return max(self.ratio, 1 / self.ratio) if self.ratio > 0 else float("inf")


Row = Mapping[str, Beside]

SHOWN: Mapping[str, Callable[[float], str]] = {
    "s": number,
    "core-s": number,
    "MB": number,
    "disk MB": number,
    "rows": lambda value: f"{value:,.0f}",
}


def section(bench: Bench) -> Section:
    """Each sweep's price, then its run, in folders of their own with one compile cache."""
    bench.need("jax", "mlflow", "palmerpenguins")
    rows, loads = {}, {}
    for name, home in _wanted(bench):
        rows[name] = _beside(bench, name, home)
        loads[name] = os.getloadavg()[0]
    table = Table(
        "Prices: said / was = ratio, then the load after it",
        ("", *SHOWN, "load"),
        [(name, *_cells(row), f"{loads[name]:.1f}") for name, row in rows.items()],
        ["each was priced in about ten seconds beyond its start, then run with --no-memo"],
    )
    return Section("price", "measured", [table], _targets(list(rows.values())))


def _wanted(bench: Bench) -> Iterator[tuple[str, Path | None]]:
    """Sweep files by their names, and where Keras finds data; those without data are left out."""
    try:
        home = keras_home(bench)
    except SkippedError:
        home = None
    files = sorted(path.relative_to(FILES).as_posix() for path in FILES.glob("*/*.yaml"))
    for name in files:
        taken = bench.options.full or name.startswith("penguins/") or name in OTHERS
        offline = name.startswith(("penguins/", "breast_cancer/"))
        if taken and not name.endswith("published.yaml") and (offline or home is not None):
            yield name, home


def _beside(bench: Bench, name: str, home: Path | None) -> Row:
    env = {"SWEEPS_CACHE_DIR": str(bench.cache("price"))}
    if home is not None:
        env["KERAS_HOME"] = str(home)
    file = str(FILES / name)
    module = "tests.benchmarks.ours.pricing"
    found = measure(f"price of {name}", module, [file], bench.fresh("priced"), **env)
    said = found.figures["price"]
    folder = bench.fresh("run")
    run = [sys.executable, "-c", COMMAND, "run", file, "--no-memo"]
    return _row(said, timed(run, folder, env), folder)


def _row(said: Mapping[str, Any], spent: Spent, folder: Path) -> Row:
    disk = sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and path.name != "log.txt"
    )
    # Checkpoints are gone by now.
    kept = said["disk"]["total"] - said["disk"]["checkpoints"]
    return {
        "s": Beside(said["seconds"], spent.seconds),
        "core-s": Beside(said["core_seconds"], spent.cpu_seconds),
        "MB": Beside(said["memory"] / 1e6, spent.megabytes),
        "disk MB": Beside(kept / 1e6, disk / 1e6),
        "rows": Beside(sum(said["rows"].values()), _rows_in(folder / "mlflow.db")),
    }


def _rows_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        counts = (
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES
        )
        return sum(counts)


def _cells(row: Row) -> list[str]:
    return [
        f"{shown(row[name].said)} / {shown(row[name].was)} = {row[name].ratio:.2f}"
        for name, shown in SHOWN.items()
    ]


def _targets(rows: Sequence[Row]) -> list[Target]:
    """The worst of each figure."""
    return [
        Target(
            f"price of {name}, the worst", max(row[name].off for row in rows), MOST, "times", True
        )
        for name in SHOWN
        if rows
    ]
