"""The same error again and again at the start."""

from __future__ import annotations

from sweeps.first_errors import FirstErrors
from sweeps.trial import Failure, Reason, Result, Trial


def result(number: int, message: str | None, reason: Reason = "user_error") -> Result:
    error = None if message is None else Failure(reason, message)
    return Result(Trial(number, {}), None if error else 0.5, {}, {}, 1.0, error=error)


def cause(*results: Result) -> str | None:
    errors = FirstErrors()
    for one in results:
        errors.take([one])
    return errors.cause


def test_three_alike_of_the_first_five_have_one_cause() -> None:
    found = cause(result(0, "no file a1"), result(1, None), result(2, "no file a2"))
    assert found is None
    found = cause(result(4, "no file 0xff1"), result(1, "no file 0x3"), result(2, "no file 0xa"))
    assert found == "user_error: no file 0xa"


def test_different_errors_have_different_causes() -> None:
    assert cause(result(0, "a"), result(1, "b"), result(2, "a"), result(3, "b")) is None
    assert cause(result(0, "a"), result(1, "a"), result(2, "a", "crashed")) is None


def test_later_trials_are_not_looked_at() -> None:
    assert cause(*(result(number, "a") for number in range(3, 9))) is None


def test_divergence_is_about_the_configuration() -> None:
    assert cause(*(result(number, "loss became nan", "diverged") for number in range(5))) is None
