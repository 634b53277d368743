from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sweeps.executors.where import Where
from sweeps.price.calibration import NoPriceError, calibrated, price_from
from sweeps.price.figures import Disk, Price
from sweeps.reading.sweep import read_sweep

ROOT = Path(__file__).parents[3]
DOCUMENT = {
    "name": "small",
    "task": "penguins",
    "space": {"layer_count": [1, 2], "width": [16, 32, 64], "epochs": 3},
}
SWEEP = read_sweep(DOCUMENT)


PRICE = Price(
    trials=1,
    fits=2,
    epochs=3,
    seconds=4.5,
    training=1.5,
    core_seconds=6.0,
    gpu_seconds=0.5,
    memory=1e9,
    disk=Disk(1.0, 2.0, 3.0, 4.0),
    rows={"runs": 2},
    notes=("a", "b"),
    fitting=7,
)

COMPILING = """#!/bin/sh
echo run >> "$SWEEPS_CACHE_DIR/runs"
mkdir -p "$SWEEPS_CACHE_DIR/programs/this"
touch "$SWEEPS_CACHE_DIR/programs/this/one-cache"
cp "$SWEEPS_CACHE_DIR/price.json" "$4/price.json"
"""
"""A process that compiles a program unless that is kept, and has a price."""


def test_a_price_comes_back_as_it_was() -> None:
    assert price_from(json.loads(json.dumps(PRICE.to_dict()))) == PRICE


def test_what_was_compiled_in_finding_out_is_no_part_of_the_price(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SWEEPS_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "program"))
    (tmp_path / "price.json").write_text(json.dumps({"price": PRICE.to_dict()}))
    (tmp_path / "program").write_text(COMPILING)
    (tmp_path / "program").chmod(0o755)
    for runs in (2, 3):
        assert calibrated(SWEEP, Where(), new_store=True).seconds == PRICE.seconds
        assert len((tmp_path / "runs").read_text().split()) == runs


def test_a_process_that_fails_says_why_in_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "program"))
    (tmp_path / "program").write_text("#!/bin/sh\necho first >&2\necho the last >&2\nexit 1\n")
    (tmp_path / "program").chmod(0o755)
    with pytest.raises(NoPriceError, match=r"^the calibration ended early: the last$") as caught:
        calibrated(SWEEP, Where(), new_store=True)
    assert not caught.value.refused


@pytest.mark.slow
def test_a_price_is_that_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    price = calibrated(SWEEP, Where(workers=None), new_store=True, seconds=5.0)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "s.yaml").write_text(json.dumps(DOCUMENT))
    began = os.times()
    subprocess.run(command("run", "s.yaml"), check=True, capture_output=True)
    ended = os.times()
    spent = ended.children_user + ended.children_system
    spent -= began.children_user + began.children_system
    assert (price.trials, price.fits, price.epochs) == (6, 6, 18)
    rows = rows_in(tmp_path / "mlflow.db")
    # What the machine does is told every ten seconds.
    assert price.rows["metrics"] == pytest.approx(rows["metrics"], abs=6)
    assert {**price.rows, "metrics": 0} == {**rows, "metrics": 0}
    assert 0.5 < price.core_seconds / spent < 2.0
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert price.disk.total == pytest.approx(size, rel=0.25)


@pytest.mark.slow
def test_a_run_that_would_be_refused_has_no_price() -> None:
    sweep = read_sweep({**DOCUMENT, "evaluate": {"folds": 400}})
    with pytest.raises(NoPriceError, match="the rows cannot be split like this") as caught:
        calibrated(sweep, Where(), new_store=True)
    assert caught.value.refused


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_an_interruption_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "s.yaml").write_text(json.dumps(DOCUMENT))
    made = tmp_path / "made"
    made.mkdir()
    process = subprocess.Popen(
        command("plan", "s.yaml"),
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(made)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: any(made.glob("sweeps-price-*/mlflow.db*")))
    started = psutil.Process(process.pid).children(recursive=True)
    assert started
    process.send_signal(number)
    process.wait(timeout=20)
    until(lambda: not any(made.glob("sweeps-price-*")))
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "s.yaml"]


def command(*arguments: str) -> list[str]:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from sweeps.cli.app import main; "
    return [sys.executable, "-c", f"{program}main()", *arguments]


def rows_in(file: Path) -> dict[str, int]:
    database = sqlite3.connect(file)
    try:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "metrics", "params", "tags")
        }
    finally:
        database.close()


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not happened():
        assert time.monotonic() < deadline, "it has not happened"
        time.sleep(0.05)
