from __future__ import annotations

import pytest

from sweeps.service.few_waiting import FewWaiting
from sweeps.service.problems import ProblemError


def test_so_many_wait_and_the_next_is_told_to_come_again() -> None:
    waiting = FewWaiting("tea", most=2)
    with waiting.one_more(), waiting.one_more():
        refusal = pytest.raises(ProblemError, match="others wait for tea already")
        with refusal as refused, waiting.one_more():
            pass
        assert refused.value.status == 503
        assert refused.value.headers == {"Retry-After": "2"}
    with waiting.one_more():
        pass


def test_a_place_is_given_back_by_whoever_fails() -> None:
    waiting = FewWaiting("tea", most=1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), waiting.one_more():
            raise ZeroDivisionError
