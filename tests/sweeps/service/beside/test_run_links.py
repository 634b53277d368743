"""From a sweep to its run in MLflow."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing import forkserver
from typing import Any

import pytest

from sweeps.service.beside.run_links import RunLinks, find_in_child
from sweeps.service.few_waiting import MOST
from sweeps.service.problems import ProblemError

ADDRESS = "http://127.0.0.1:5000"


@pytest.fixture(scope="module", autouse=True)
def no_fork_server_is_left() -> Iterator[None]:
    """The next one has loaded what tests want that come later."""
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


class Finder:
    """Finds what it was told of, and counts how often it was asked."""

    def __init__(self, **links: str) -> None:
        self.links = links
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, uri: str, sweep_id: str, address: str) -> str | None:
        self.asked.append((uri, sweep_id, address))
        path = self.links.get(sweep_id)
        return None if path is None else f"{address}/{path}"


def test_a_run_is_looked_for_once() -> None:
    find = Finder(abc="#/runs/1")
    links = RunLinks("sqlite:///a.db", lambda: ADDRESS, find)
    assert [links.of("abc"), links.of("abc")] == [f"{ADDRESS}/#/runs/1"] * 2
    assert find.asked == [("sqlite:///a.db", "abc", ADDRESS)]


def test_a_run_that_is_not_there_yet_is_looked_for_again() -> None:
    find = Finder()
    links = RunLinks("sqlite:///a.db", lambda: ADDRESS, find)
    with pytest.raises(ProblemError, match="has no run in MLflow yet") as refused:
        links.of("abc")
    assert refused.value.status == 404
    find.links["abc"] = "#/runs/1"
    assert links.of("abc") == f"{ADDRESS}/#/runs/1"


def test_a_server_that_is_not_up_is_a_503() -> None:
    with pytest.raises(ProblemError) as refused:
        RunLinks("sqlite:///a.db", lambda: None, Finder()).of("abc")
    assert refused.value.status == 503


def test_a_server_that_moved_is_linked_to_where_it_is_now() -> None:
    addresses = iter([ADDRESS, "http://127.0.0.1:5001"])
    links = RunLinks("sqlite:///a.db", lambda: next(addresses), Finder(abc="#/runs/1"))
    assert [links.of("abc"), links.of("abc")] == [
        f"{ADDRESS}/#/runs/1",
        "http://127.0.0.1:5001/#/runs/1",
    ]


def test_those_who_wait_for_a_store_do_not_take_every_thread() -> None:
    """Nor does anybody wait for a link that is known."""
    gate, entered = threading.Event(), threading.Event()

    def find(uri: str, sweep_id: str, address: str) -> str | None:
        if sweep_id == "known":
            return "#/runs/1"
        entered.set()
        assert gate.wait(20)
        return None

    def look() -> int:
        with pytest.raises(ProblemError) as refused:
            links.of("abc")
        return refused.value.status

    links = RunLinks("sqlite:///a.db", lambda: ADDRESS, find)
    assert links.of("known") == "#/runs/1"
    with ThreadPoolExecutor(2 * MOST) as pool:
        looks = [pool.submit(look) for _ in range(2 * MOST)]
        assert entered.wait(20)
        refused = as_completed(looks, 20)
        assert [next(refused).result() for _ in range(MOST)] == [503] * MOST
        assert links.of("known") == "#/runs/1"
        gate.set()
    assert sorted(one.result() for one in looks) == [404] * MOST + [503] * MOST


def found(uri: str, sweep_id: str, address: str) -> str:
    return f"{address}/{uri}/{sweep_id}/{os.getpid()}"


def lost(uri: str, sweep_id: str, address: str) -> None:
    return None


def dead(uri: str, sweep_id: str, address: str) -> None:
    os._exit(3)


def stuck(uri: str, sweep_id: str, address: str) -> None:
    threading.Event().wait()


def test_another_process_looks() -> None:
    link = find_in_child("uri", "abc", ADDRESS, found)
    assert link is not None
    start, pid = link.rsplit("/", 1)
    assert start == f"{ADDRESS}/uri/abc"
    assert int(pid) != os.getpid()
    assert find_in_child("uri", "abc", ADDRESS, lost) is None


def test_a_store_that_cannot_be_read_is_a_503() -> None:
    others = multiprocessing.active_children()
    for find, patience, said in ((dead, 60, "cannot be read"), (stuck, 0.5, "not answered in 0.5")):
        with pytest.raises(ProblemError, match=said) as refused:
            find_in_child("uri", "abc", ADDRESS, find, patience)
        assert refused.value.status == 503
    assert set(multiprocessing.active_children()) <= set(others)


@pytest.mark.parametrize("error", [EOFError(), OSError(24, "Too many open files")])
def test_a_process_that_cannot_be_started_is_a_503_and_leaves_nothing_open(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = multiprocessing.get_context("forkserver")
    pipe = context.Pipe
    ends: list[Any] = []

    def noted(duplex: bool = True) -> tuple[Any, Any]:
        ends.extend(pipe(duplex))
        return ends[0], ends[1]

    def fails(process: object) -> None:
        raise error

    monkeypatch.setattr(context, "Pipe", noted)
    monkeypatch.setattr(context.Process, "start", fails)
    with pytest.raises(
        ProblemError, match=r"can be started .*: (EOFError|.*open files)"
    ) as refused:
        find_in_child("uri", "abc", ADDRESS, found)
    assert refused.value.status == 503
    assert [end.closed for end in ends] == [True, True]
