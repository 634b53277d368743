"""What every executor must do."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from sweeps.executors.executor import Say, Slots, Terms
from sweeps.executors.raised import raised_by


def double(number: int) -> int:
    return 2 * number


def fail(message: str) -> None:
    raise ValueError(message)


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def error_of(future: Future[None]) -> BaseException:
    error = future.exception()
    assert error is not None
    return error


def doubled_aloud(say: Say, number: int) -> int:
    say(f"doubling {number}")
    say({"doubled": 2 * number})
    return 2 * number


def fail_aloud(say: Say, message: str) -> None:
    say("about to fail")
    raise ValueError(message)


def silently(_say: Say, fn: Callable[..., Any], *args: Any) -> Any:
    """A call on terms that has nothing to say."""
    return fn(*args)


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

    def test_what_a_call_raised_is_told_alike_wherever_it_ran(self, executor: Slots) -> None:
        raised = raised_by(error_of(executor.submit(fail, "no such width")))
        assert (raised.kind, raised.message) == ("ValueError", "no such width")
        assert str(raised) == "ValueError: no such width"
        assert "in fail" in raised.trace
        assert (raised.is_os_error, raised.errno) == (False, None)

    def test_an_os_error_keeps_its_number(self, executor: Slots) -> None:
        raised = raised_by(error_of(executor.submit(fill_the_disk)))
        assert (raised.is_os_error, raised.errno) == (True, errno.ENOSPC)
        assert (raised.kind, raised.message) == ("OSError", "[Errno 28] No space left on device")

    @pytest.mark.parametrize("seconds", [None, 600.0, 1e12])
    def test_a_call_within_its_time_is_as_any_other(
        self, executor: Slots, seconds: float | None
    ) -> None:
        terms = Terms(seconds)
        assert executor.submit_on(terms, doubled_aloud, 3).result() == 6
        with pytest.raises((ValueError, RuntimeError), match="no such width"):
            executor.submit_on(terms, fail_aloud, message="no such width").result()

    def test_what_a_call_says_is_heard_in_order_before_it_is_done(self, executor: Slots) -> None:
        heard: list[tuple[str, object]] = []
        terms = Terms(hear=lambda where, said: heard.append((where, said)))
        assert executor.submit_on(terms, doubled_aloud, 3).result() == 6
        assert [said for _, said in heard] == ["doubling 3", {"doubled": 6}]
        assert len({where for where, _ in heard}) == 1

    def test_what_a_call_says_before_it_fails_is_heard(self, executor: Slots) -> None:
        heard: list[object] = []
        terms = Terms(hear=lambda _, said: heard.append(said))
        with pytest.raises((ValueError, RuntimeError), match="no such width"):
            executor.submit_on(terms, fail_aloud, "no such width").result()
        assert heard == ["about to fail"]

    @pytest.mark.parametrize(
        "error", [ValueError("no such display"), BrokenPipeError("no terminal")]
    )
    def test_an_error_of_who_hears_is_the_calls_and_leaves_nothing_to_the_next(
        self, executor: Slots, error: Exception
    ) -> None:
        def deaf(_where: str, _said: object) -> None:
            raise error

        with pytest.raises(type(error), match=str(error)):
            executor.submit_on(Terms(hear=deaf), doubled_aloud, 3).result()
        assert executor.submit_on(Terms(), doubled_aloud, 5).result() == 10

    def test_a_call_may_have_a_device_to_itself(self, executor: Slots) -> None:
        futures = [executor.submit_on(Terms(alone=True), doubled_aloud, one) for one in range(3)]
        assert [future.result() for future in futures] == [0, 2, 4]

    def test_the_environment_stands_where_calls_run(self, executor: Slots) -> None:
        assert executor.submit(variable, "SWEEPS_TEST_VARIABLE").result() == "here"

    def test_it_knows_its_slots(self, executor: Slots) -> None:
        assert executor.slots >= 1

    def test_it_says_how_many_calls_to_hand_over_beyond_its_slots(self, executor: Slots) -> None:
        calls = executor.slots + executor.ahead
        assert executor.ahead >= 0
        futures = [executor.submit(double, number) for number in range(calls)]
        assert [future.result() for future in futures] == [2 * number for number in range(calls)]
