from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweeps import cores


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that may run on four cores and was given no share of them."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 2, 5, 7}, raising=False)
    monkeypatch.delenv(cores.THREADS, raising=False)
    monkeypatch.setattr(cores, "QUOTA", Path("/nowhere"))


def test_only_cores_that_the_process_may_use_are_counted(four: None) -> None:
    assert cores.usable() == 4


def test_where_nobody_says_which_cores_all_of_the_machine_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(cores, "QUOTA", Path("/nowhere"))
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


@pytest.mark.parametrize(
    ("quota", "count"), [("max 100000", 4), ("150000 100000", 2), ("50000 100000", 1), ("", 4)]
)
def test_a_container_has_its_share_of_the_cores(
    four: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quota: str, count: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(cores, "QUOTA", tmp_path / "cpu.max")
    assert cores.usable() == count


@pytest.mark.parametrize("given", ["abc", "0", "-1", ""])
def test_a_share_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(cores.THREADS, given)
    with pytest.raises(ValueError, match=f"{cores.THREADS}: '{given}' is not a number of threads"):
        cores.threads()
