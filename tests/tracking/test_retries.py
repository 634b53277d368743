from __future__ import annotations

import threading

from tracking.retries import Retries


class Waited(threading.Event):
    """Keeps how long it was waited for, and waits for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        return self.is_set()


def test_pauses_grow_and_a_success_starts_them_anew() -> None:
    closing = Waited()
    retries = Retries((1.0, 2.0, 4.0), closing, Waited())
    assert all(retries.failure() for _ in range(5))
    retries.success()
    assert retries.failure()
    assert closing.seconds == [1.0, 2.0, 4.0, 4.0, 4.0, 1.0]


def test_a_store_that_was_in_trouble_before_closing_gets_one_last_try() -> None:
    closing, given_up = Waited(), Waited()
    retries = Retries((1.0,), closing, given_up)
    retries.failure()
    closing.set()
    assert not retries.failure()
    assert given_up.seconds == []


def test_a_store_that_comes_into_trouble_while_closing_gets_three_tries_in_a_row() -> None:
    closing, given_up = Waited(), Waited()
    closing.set()
    retries = Retries((9.0,), closing, given_up)
    assert [retries.failure() for _ in range(2)] == [True, True]
    retries.success()
    assert [retries.failure() for _ in range(3)] == [True, True, False]
    assert given_up.seconds == [1.0] * 4
