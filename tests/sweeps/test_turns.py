from __future__ import annotations

import sys

import pytest

from sweeps.turns import SHORT_SECONDS, short_turns


def test_turns_are_short_within_and_as_they_were_afterwards() -> None:
    before = sys.getswitchinterval()
    with pytest.raises(ZeroDivisionError), short_turns():
        assert sys.getswitchinterval() == pytest.approx(SHORT_SECONDS, rel=0.05)
        raise ZeroDivisionError
    assert sys.getswitchinterval() == before


def test_turns_that_somebody_made_shorter_stay_so() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SHORT_SECONDS / 10)
    try:
        with short_turns():
            assert sys.getswitchinterval() == pytest.approx(SHORT_SECONDS / 10, rel=0.05)
    finally:
        sys.setswitchinterval(before)
