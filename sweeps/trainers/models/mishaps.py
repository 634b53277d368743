"""What goes wrong while a user's model is trained or judged, as a failure of its fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.trainers.breakdown import failure_of
from sweeps.trainers.divergence import DivergedError
from sweeps.trainers.models.member import Member
from sweeps.trial import Failure
from sweeps.user_code.user_code import UserCodeError, user_lines


class UnwrittenError(OSError):
    """A checkpoint could not be written, which is no fault of the user's model."""


def failure_in(step: Callable[[], None], member: Member, problem: Problem) -> Failure | None:
    """Run a step; what it raises is a failure, and the user's error unless it is about memory.

    Raises UnwrittenError.
    """
    try:
        step()
    except UnwrittenError:
        raise
    except DivergedError as error:
        return Failure("diverged", str(error))
    except UserCodeError as error:
        return error.failure
    except Exception as error:  # noqa: BLE001 - a user's model may raise anything, at any step
        return _blamed(error, member, problem)
    return None


def _blamed(error: Exception, member: Member, problem: Problem) -> Failure:
    failure = failure_of(error)
    if failure.reason == "out_of_memory":
        return failure
    train = member.data.train
    shapes = f"x {_shape(train.x)} and y {_shape(train.y)}"
    message = f"{path_of(problem)}: {type(error).__name__}: {error} (trained on {shapes})"
    return Failure("user_error", message, user_lines(error))


def path_of(problem: Problem) -> str:
    """The user's code, as the sweep file names it."""
    return own_code(problem).choice.path


def own_code(problem: Problem) -> OwnCode:
    """The problem's subject. Raises TypeError where that is none of the user's code."""
    if not isinstance(problem.subject, OwnCode):
        raise TypeError(f"{problem.subject} is no model of the user's")
    return problem.subject


def _shape(values: Any) -> str:
    return f"{values.dtype} {tuple(values.shape)}"
