from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sweeps.backends.random_search import RandomSearch
from sweeps.live.at_work_file import read_at_work
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tests.sweeps.watcher_contract import SINGLE

ADDS = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"


def noting(place: Path, **others: object) -> Sweep:
    command = [sys.executable, "-c", ADDS, str(place)]
    return read_sweep({**DOCUMENT, "notify": {"command": command, **others}})


def told(place: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in place.read_text().splitlines()]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path / "store", monkeypatch)


def test_a_command_hears_how_a_sweep_went(bench: Bench, tmp_path: Path) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({2})))
    watcher = RecordingWatcher()
    place = tmp_path / "told"
    summary = bench.run(noting(place), watcher=watcher)
    events = told(place)
    assert {event["event"] for event in events} == {"best", "failure", "end"}
    end = events[-1]
    assert (end["event"], end["state"], end["sweep"]) == ("end", "finished", summary.sweep_id)
    assert (end["done"], end["failed"]) == (9, 1)
    assert summary.best is not None
    assert end["score"] == summary.best.score
    assert watcher.summaries == [summary]
    assert len(watcher.results) == 10


def test_a_command_that_is_not_there_is_said_and_harms_nothing(bench: Bench) -> None:
    sweep = read_sweep({**DOCUMENT, "notify": {"command": "no-such-program"}})
    watcher = RecordingWatcher()
    summary = bench.run(sweep, watcher=watcher)
    assert summary.ending == "finished"
    assert [line for line in watcher.lines if line.startswith("notify")] == [
        "notify: no-such-program: there is no such program here"
    ]


def test_a_session_that_breaks_is_told_of(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a bug")

    bench.train_with(FakeTrainer())
    place = tmp_path / "told"
    sweep = noting(place, on=["end"])
    search = RandomSearch().start(sweep.space, 0)
    monkeypatch.setattr(type(search), "tell", broken)
    with pytest.raises(ValueError, match="a bug"):
        bench.run(sweep)
    (end,) = told(place)
    assert (end["state"], end["cause"]) == ("broken_off", "ValueError: a bug")


def test_resuming_tells_of_that_session(bench: Bench, tmp_path: Path) -> None:
    place = tmp_path / "told"
    summary = bench.run(noting(place, on="end"))
    bench.resume(summary.sweep_id)
    assert [event["done"] for event in told(place)] == [10, 10]


def test_what_workers_train_stands_in_a_file_while_they_do(bench: Bench) -> None:
    seen = []

    def look(_: object) -> None:
        (path,) = (bench.store.folder / "at_work").glob("*.json")
        seen.append(read_at_work(path))

    watcher = RecordingWatcher(on_result=look)
    watcher.began = lambda sweep_id, *_: write(bench, sweep_id)  # type: ignore[method-assign]
    summary = bench.run(watcher=watcher)
    assert seen[0] == [SINGLE]
    assert not bench.store.at_work(summary.sweep_id).exists()


def write(bench: Bench, sweep_id: str) -> None:
    from sweeps.live.at_work_file import AtWorkFile

    AtWorkFile(bench.store.at_work(sweep_id), print).training([SINGLE])
