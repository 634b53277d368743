"""Looking at a cluster through a child process that may die, hang, or see nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from sweeps.service.nodes import Node
from sweeps.service.ray import looker
from sweeps.service.ray.looker import RayLooker
from tests.sweeps.service.ray.waiting import until

NODE = Node("gpu-1", cpus=8.0, cpus_free=3.0, gpus=1.0, gpus_free=1.0, gpu_kinds=("H100",))
SEEN = {"reachable": True, "nodes": [asdict(NODE)], "grows": False}
LOST = {"reachable": False, "cause": "nobody answers at h:1"}

Look = Callable[..., RayLooker]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Starts lookers whose child says these lines, and then does as it is told."""
    monkeypatch.setattr(looker, "AGAIN_SECONDS", 0.01)
    made: list[RayLooker] = []

    def start(*said: object, then: str = "sys.stdin.read()") -> RayLooker:
        lines = "\n".join(json.dumps(one) for one in said)
        program = f"import sys\nprint({lines!r}, flush=True)\n{then}"
        made.append(RayLooker("h:1", child(program)))
        return made[-1]

    yield start
    for one in made:
        one.close()


def child(program: str) -> Sequence[str]:
    return (sys.executable, "-I", "-S", "-c", program)


def reachable(one: RayLooker) -> bool:
    return one.seen()[0].reachable


def children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "-I" in one.cmdline()]


def test_before_the_first_look_nobody_knows(look: Look) -> None:
    standing, nodes = look(then="sys.stdin.read()").seen()
    assert (standing.reachable, standing.since_ms, nodes) == (False, None, ())


def test_what_is_seen_and_since_when_it_can_be_reached(look: Look) -> None:
    one = look(SEEN, SEEN)
    until(lambda: reachable(one))
    standing, nodes = one.seen()
    assert nodes == (NODE,)
    assert standing.cause is None
    assert standing.since_ms is not None


def test_of_a_cluster_that_is_lost_the_nodes_are_remembered_as_gone(look: Look) -> None:
    one = look(SEEN, LOST, {**LOST, "cause": "the second cause"})
    until(lambda: one.seen()[0].cause == "the second cause")
    standing, (node,) = one.seen()
    assert (standing.reachable, node.alive, node.name) == (False, False, "gpu-1")
    assert (node.cpus_free, node.gpus_free) == (None, None)
    assert standing.since_ms is not None


def test_a_child_that_dies_is_started_again(look: Look, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    again = (
        "import pathlib, os\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "if not mark.exists():\n"
        "    mark.touch()\n"
        "    os._exit(7)\n"
        f"print({json.dumps(SEEN)!r}, flush=True)\n"
        "sys.stdin.read()"
    )
    one = look(LOST, then=again)
    until(lambda: reachable(one))
    assert mark.exists()


def test_a_child_that_says_nothing_any_more_is_ended(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looker, "SILENT_SECONDS", 0.3)
    one = look(SEEN)
    until(lambda: reachable(one))
    (first,) = children()
    until(lambda: not first.is_running())
    until(lambda: "is started again" in (one.seen()[0].cause or ""))


def test_nobody_is_left_after_the_end(look: Look) -> None:
    one = look(SEEN)
    until(lambda: reachable(one))
    (looking,) = children()
    one.close()
    assert not looking.is_running()
