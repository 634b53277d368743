from __future__ import annotations

import math

import pytest

from sweeps.reading.yaml_scalars import LONGEST_NUMBER, read_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("-1.5E+2", -150.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("+12", 12),
        ("-0", 0),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("-.INF", -math.inf),
        (".inf", math.inf),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    read = read_scalar(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "y", "1_000", "12:30", "2001-01-01", "e3", ".", "0b1", "-0x1"],
)
def test_what_older_yaml_takes_for_something_else_is_text(text: str) -> None:
    assert read_scalar(text) == text


def test_nan() -> None:
    assert math.isnan(read_scalar(".nan"))  # type: ignore[arg-type]


def test_numbers_out_of_reach_are_refused() -> None:
    with pytest.raises(ValueError, match="1e400 is beyond the range of floating point"):
        read_scalar("1e400")
    with pytest.raises(ValueError, match="a number of 5000 characters; at most 1000 are read"):
        read_scalar("9" * 5000)
    assert read_scalar("9" * LONGEST_NUMBER) == 10**LONGEST_NUMBER - 1
