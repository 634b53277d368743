from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sweeps.trainers.functions.returned import LONGEST, metrics_of
from sweeps.user_code.user_code import UserCodeError


@pytest.mark.parametrize(
    "number",
    [2, 2.0, True + True, np.float32(2), np.int64(2), np.array(2.0), Fraction(2), Decimal(2)],
)
def test_whatever_is_a_number_counts(number: Any) -> None:
    assert metrics_of(number, ["value"], "m:f") == {"value": 2.0}
    found = metrics_of({"loss": number, "flag": True}, ["value"], "m:f")
    assert found == {"loss": 2.0, "flag": 1.0}
    assert all(type(value) is float for value in found.values())


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "m:f returned None, which is no number; return a number, or a mapping"),
        ("0.5", "m:f returned '0.5', which is no number"),
        ([0.5], r"m:f returned \[0.5\], which is no number"),
        (1j, "m:f returned 1j, which is no number"),
        (np.ones(1), "m:f returned a ndarray, which is no number"),
        (object(), "m:f returned a object, which is no number"),
        (10**400, "m:f returned a int, which is no number"),
        ({}, "m:f returned nothing that was measured"),
        ({"loss": "low"}, "m:f returned loss = 'low', which is no number; return numbers only"),
        ({"loss": None}, "m:f returned loss = None, which is no number"),
        ({3: 1.0}, "m:f returned a int as the name of a metric"),
        ({" ": 1.0}, "m:f returned ' ' as the name of a metric"),
        ({"a" * (LONGEST + 1): 1.0}, "as the name of a metric"),
        ("a" * 99, "m:f returned 'a{56}..., which is no number"),
        ({"seconds": 1.0}, "m:f returned 'seconds', which is logged of every trial anyway"),
    ],
)
def test_what_is_no_number_is_named(returned: Any, message: str) -> None:
    with pytest.raises(UserCodeError, match=message):
        metrics_of(returned, ["value"], "m:f")


TWO = ["gain", "cost"]


@pytest.mark.parametrize("returned", [(2, 3.0), [2.0, 3], {"cost": 3, "gain": 2}])
def test_several_objectives_are_in_their_order_or_by_name(returned: object) -> None:
    assert metrics_of(returned, TWO, "m:f") == {"gain": 2.0, "cost": 3.0}


@pytest.mark.parametrize("returned", [2.0, (2.0,), (1, 2, 3), "ab", None, np.array([1.0, 2.0])])
def test_another_number_of_them_is_told_which_are_wanted(returned: object) -> None:
    with pytest.raises(UserCodeError, match=r"m:f returned .* the objectives are gain, cost"):
        metrics_of(returned, TWO, "m:f")


def test_one_of_them_that_is_no_number_is_named() -> None:
    with pytest.raises(UserCodeError, match="m:f returned cost = 'x', which is no number"):
        metrics_of((1, "x"), TWO, "m:f")
