"""What a plain scalar of a sweep file means: the core schema of YAML 1.2, section 10.3.2."""

from __future__ import annotations

import math
import re

Scalar = bool | int | float | str | None

LONGEST_NUMBER = 1000
"""Digits. Python's own limit is 4300; a number that long is a mistake or an attack."""

_NULL = re.compile(r"(null|Null|NULL|~)?")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")


def read_scalar(text: str) -> Scalar:
    """The value of an unquoted scalar. `no` and `on` are strings, `1e-3` is a number.

    Infinities and NaN are read as such, so that whoever expects a number can refuse them by name.
    Raises ValueError for a number that is too long or beyond the range of floating point.
    """
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return bool(_TRUE.fullmatch(text))
    return _number(text)


def _number(text: str) -> Scalar:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if _INFINITE.fullmatch(text):
        return sign * math.inf
    if _NAN.fullmatch(text):
        return math.nan
    if not _is_number(text):
        return text
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(digits)} characters; at most {LONGEST_NUMBER} are read")
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    return _finite(text)


def _is_number(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_DECIMAL, _OCTAL, _HEXADECIMAL, _FLOAT))


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is beyond the range of floating point (about 1.8e308)")
    return value
