"""Joining one cluster after another in one process."""

from __future__ import annotations

import threading

import pytest

from sweeps.executors.executor import ClusterError
from sweeps.executors.ray.connection import SHUTTING_DOWN, await_leaving, in_time


def test_who_has_left_may_join_again() -> None:
    in_time(lambda: None, 20.0, SHUTTING_DOWN)
    await_leaving(0.0)


def test_a_cluster_that_is_half_left_is_waited_for_and_then_named() -> None:
    gone = threading.Event()
    in_time(gone.wait, 0.0, SHUTTING_DOWN)
    with pytest.raises(ClusterError, match=r"still leaving .* after 0 s more: go on in a new proc"):
        await_leaving(0.0)
    threading.Timer(0.05, gone.set).start()
    await_leaving(20.0)
