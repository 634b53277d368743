from __future__ import annotations

from tracking.stride import FEWEST, MOST, Stride


def test_a_quick_store_gets_many_at_once() -> None:
    stride = Stride()
    for _ in range(5):
        stride.widen(stride.trials, 0.01)
    assert stride.trials == MOST


def test_a_slow_store_gets_as_many_as_it_takes_in_a_second() -> None:
    stride = Stride()
    stride.widen(8, 0.1)
    stride.widen(16, 0.8)
    assert stride.trials == 20
    stride.widen(20, 60.0)
    assert stride.trials == FEWEST


def test_a_refused_batch_is_halved_down_to_one_and_grows_again() -> None:
    stride = Stride()
    sizes = []
    while stride.trials > 1:
        stride.narrow(stride.trials)
        sizes.append(stride.trials)
    assert sizes == [4, 2, 1]
    stride.narrow(1)
    stride.widen(1, 0.01)
    assert stride.trials == 2
