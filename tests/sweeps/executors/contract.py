"""What every executor must do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sweeps.executors.executor import Slots


def double(number: int) -> int:
    return 2 * number


def fail(message: str) -> None:
    raise ValueError(message)


def variable(name: str) -> str | None:
    return os.environ.get(name)


class ExecutorContract:
    """Subclasses give `executor`, made with the environment {"SWEEPS_TEST_VARIABLE": "here"}."""

    @pytest.fixture
    def executor(self) -> Iterator[Slots]:
        raise NotImplementedError

    def test_it_returns_what_the_call_returns(self, executor: Slots) -> None:
        futures = [executor.submit(double, number) for number in range(5)]
        assert [future.result() for future in futures] == [0, 2, 4, 6, 8]

    def test_what_the_call_raises_comes_out_of_its_future_alone(self, executor: Slots) -> None:
        broken, whole = executor.submit(fail, "no such width"), executor.submit(double, 1)
        with pytest.raises((ValueError, RuntimeError), match="no such width"):
            broken.result()
        assert whole.result() == 2

    def test_the_environment_stands_where_calls_run(self, executor: Slots) -> None:
        assert executor.submit(variable, "SWEEPS_TEST_VARIABLE").result() == "here"

    def test_it_knows_its_slots(self, executor: Slots) -> None:
        assert executor.slots >= 1

    def test_it_says_how_many_calls_to_hand_over_beyond_its_slots(self, executor: Slots) -> None:
        calls = executor.slots + executor.ahead
        assert executor.ahead >= 0
        futures = [executor.submit(double, number) for number in range(calls)]
        assert [future.result() for future in futures] == [2 * number for number in range(calls)]
