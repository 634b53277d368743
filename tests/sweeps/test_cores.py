from __future__ import annotations

import os

import pytest

from sweeps import cores


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that may run on four cores and was given no share of them."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 2, 5, 7}, raising=False)
    monkeypatch.delenv(cores.THREADS, raising=False)


def test_only_cores_that_the_process_may_use_are_counted(four: None) -> None:
    assert cores.usable() == 4


def test_where_nobody_says_which_cores_all_of_the_machine_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores.usable() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores.usable() == 1


def test_a_process_without_a_share_takes_all_cores(four: None) -> None:
    assert cores.threads() == 4


@pytest.mark.parametrize(("processes", "each"), [(1, 4), (2, 2), (3, 1), (4, 1), (9, 1)])
def test_processes_share_the_cores_and_each_gets_one_at_least(
    four: None, monkeypatch: pytest.MonkeyPatch, processes: int, each: int
) -> None:
    for name, value in cores.share(processes).items():
        monkeypatch.setenv(name, value)
    assert cores.threads() == each
