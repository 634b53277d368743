"""Sweeps that a service runs, looked on at from the command line."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sweeps.cli.app import app
from sweeps.client import events, looking_on
from sweeps.trainers.trainer import Trainer
from tests.sweeps.cli.test_front_lines import TWO, Sized
from tests.sweeps.client.running import Running, running
from tests.sweeps.client.stock import trained_with
from tests.sweeps.fakes import FakeTrainer

SMALL = """\
name: small
task: penguins
search: {backend: random, trials: 4}
space: {width: {low: 1, high: 500}, epochs: 2}
"""
TIME = re.compile(r"\d+ s\b")


@pytest.fixture
def trainer() -> Iterator[Callable[[Trainer], None]]:
    with trained_with(FakeTrainer(failing=frozenset({2}))) as change:
        yield change


@pytest.fixture
def served(tmp_path: Path, trainer: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SMALL)
    with running(tmp_path / "store") as found:
        monkeypatch.setenv("SWEEPS_SERVER", found.url)
        yield found


def sweeps(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="sweeps")


def stands() -> dict[str, object]:
    found: dict[str, object] = json.loads(sweeps("status", "--json").stdout)
    return found


def test_a_sweep_is_submitted_and_followed_to_its_end(served: Running) -> None:
    done = sweeps("submit", "s.yaml", "--follow")
    assert done.exit_code == 0, done.output
    sweep_id = stands()["sweep_id"]
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"small {sweep_id}: queued; it ")
    assert f"small {sweep_id}: 4 trials" in lines
    assert "MLflow is away for a moment" in lines
    assert lines.count("trial 2 failed, diverged: loss became nan") == 1
    [ending] = [line for line in lines if "finished" in line]
    assert TIME.sub("0 s", ending) == f"small {sweep_id}: finished, 4 trials (1 failed), 0 s"
    assert [line for line in lines if line.startswith("best: trial ")] != []
    assert f"what failed: sweeps logs {sweep_id}" in lines
    assert [line for line in lines if "4/4 trials" in line] != []
    assert [line for line in lines if "5/4" in line] == []


@pytest.mark.slow
def test_what_a_follower_sees_is_what_a_run_shows(served: Running, tmp_path: Path) -> None:
    followed = sweeps("submit", "s.yaml", "--follow").stdout
    ran = sweeps("run", "s.yaml", "--store", str(tmp_path / "mine"), "--workers", "0").stdout
    assert _same(followed, drop=("queued; ", "MLflow")) == _same(ran, drop=("MLflow",))


def _same(said: str, drop: tuple[str, ...]) -> list[str]:
    """Without ids, times and what only a service, or only this machine's MLflow, has to say."""
    found = re.search(r"small (\w{6,})", said)
    assert found is not None, said
    plain = said.replace(found[1], "ID")
    plain = re.sub(r" --store \S+| --server \S+", "", plain)
    plain = re.sub(r", [\d.]+ trials/\w+|, \d+ s left|\d+ s\b", "", plain)
    return [line for line in plain.splitlines() if not any(word in line for word in drop)]


@pytest.mark.slow
def test_several_objectives_are_followed(served: Running, trainer: Callable[..., None]) -> None:
    Path("two.yaml").write_text(TWO)
    trainer(Sized())
    said = sweeps("submit", "two.yaml", "--follow").stdout
    assert "3/3 trials, 2 on the front" in said
    assert "front: 2 trials that no other one beats: sweeps best " in said


def test_going_on_is_followed(served: Running, trainer: Callable[..., None]) -> None:
    sweeps("submit", "s.yaml", "--follow")
    trainer(FakeTrainer())
    sweep_id = stands()["sweep_id"]
    again = sweeps("retry", "--failed")
    assert again.exit_code == 0, again.output
    assert f"small {sweep_id}: 4 trials, 3 done before\n" in again.stdout
    assert f"small {sweep_id}: finished, 4 trials, " in again.stdout
    longer = sweeps("extend", "--trials", "3")
    assert longer.exit_code == 0, longer.output
    assert longer.stdout.splitlines()[0] == f"small {sweep_id}: 4 + 3 = 7 trials"
    assert f"small {sweep_id}: 7 trials, 4 done before\n" in longer.stdout
    assert "7/7 trials" in longer.stdout
    resumed = sweeps("resume")
    assert (resumed.exit_code, "finished, 7 trials" in resumed.stdout) == (0, True)


def test_what_waits_can_be_held_let_go_and_ended(served: Running) -> None:
    served.runner.gate.clear()
    first = sweeps("submit", "s.yaml")
    assert first.exit_code == 0
    sweep_id = str(stands()["sweep_id"])
    assert first.stdout.splitlines() == [
        f"small {sweep_id}: queued; it begins next",
        f"how it stands: sweeps status {sweep_id}",
        f"to look on: sweeps watch {sweep_id}",
    ]
    second = sweeps("submit", "s.yaml", "--priority", "-3")
    assert "waits to begin, 1 before it" in second.stdout
    assert "  queue      2nd to begin, priority -3, 1 slot\n" in sweeps("status").stdout
    refused = sweeps("extend", sweep_id, "--trials", "2")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "waits in the queue already" in refused.stderr
    held = sweeps("pause", sweep_id)
    assert held.stdout == (
        f"small {sweep_id}: held in the queue; to let it begin: sweeps resume {sweep_id}\n"
    )
    assert "  queue      held until it is resumed, 1 slot\n" in sweeps("status", sweep_id).stdout
    ended = sweeps("stop", "latest")
    assert ended.exit_code == 0
    assert "is queued, and nobody runs it: stopped, 4 of 4 trials will never run" in ended.stdout
    served.runner.gate.set()
    resumed = sweeps("resume", sweep_id)
    assert (resumed.exit_code, "finished, 4 trials" in resumed.stdout) == (0, True)


@pytest.mark.slow
def test_one_key_stands_for_one_submission(served: Running) -> None:
    ids = {
        sweeps("submit", "s.yaml", "--key", "mine", "--follow").stdout.split(":")[0]
        for _ in range(2)
    }
    assert len(ids) == 1
    other = sweeps("submit", "s.yaml", "--key", "mine", "--priority", "-1")
    assert other.exit_code == 2
    assert "the key 'mine' was used before" in other.stderr


@pytest.mark.slow
def test_a_sweep_that_fails_as_a_whole_is_told_so(
    served: Running, trainer: Callable[..., None]
) -> None:
    trainer(FakeTrainer(failing=frozenset(range(9))))
    done = sweeps("submit", "s.yaml", "--follow")
    assert done.exit_code == 1
    assert "finished, 4 trials (4 failed)" in done.stdout
    assert "no trial has a score" in done.stdout


@pytest.mark.slow
def test_a_sweep_that_nobody_runs_is_stopped_by_the_service(served: Running) -> None:
    ledger = served.service.ledger
    sweep_id = served.service.ended([], "interrupted")
    done = sweeps("stop", sweep_id)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"widths {sweep_id} is interrupted, and nobody runs it: stopped, ")
    assert lines[1].startswith(f"widths {sweep_id}: stopped for good, 0 trials, ")
    assert ledger.sweep(sweep_id).state == "stopped"


def test_ctrl_c_leaves_the_sweep_running(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    served.runner.gate.clear()

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(looking_on._Looker, "take", pressed)
    done = sweeps("submit", "s.yaml", "--follow")
    assert done.exit_code == 130
    last = done.stdout.splitlines()[-1]
    sweep_id = last.split()[1]
    assert last == (
        f"small {sweep_id} goes on at the service; to look: sweeps watch {sweep_id}; "
        f"to end it: sweeps stop {sweep_id}"
    )
    assert stands()["state"] == "queued"


def test_a_stream_that_breaks_off_is_taken_up(
    served: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streams that end after every event: still each trial is told of once."""
    whole = events.parsed
    opened = threading.Semaphore(0)

    def only_one(lines: object, url: str) -> Iterator[events.Event]:
        opened.release()
        seen = 0
        for event in whole(lines, url):  # type: ignore[arg-type]
            seen += event.kind != "sweep"
            yield event
            if seen == 1:
                return

    monkeypatch.setattr(events, "parsed", only_one)
    monkeypatch.setattr(events, "FIRST_PAUSE", 0.01)
    done = sweeps("submit", "s.yaml", "--follow")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("trial 2 failed, ") == 1
    assert "4/4 trials" in done.stdout
    assert opened.acquire(timeout=0)
