from __future__ import annotations

import random

import numpy as np
import pytest

from sweeps.trainers.own.seeding import LARGEST, seeded, small


def drawn() -> tuple[float, float]:
    return random.random(), float(np.random.rand())


def test_chance_follows_the_seed_and_is_put_back() -> None:
    random.seed(1)
    np.random.seed(1)
    undisturbed = drawn()
    random.seed(1)
    np.random.seed(1)
    with seeded(2**62 + 5):
        first = drawn()
    with seeded(2**62 + 5):
        again = drawn()
    with seeded(2**62 + 6):
        other = drawn()
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]
    assert drawn() == undisturbed


def test_chance_is_put_back_after_an_error_too() -> None:
    state = random.getstate()
    with pytest.raises(KeyError), seeded(3):
        drawn()
        raise KeyError
    assert random.getstate() == state


def test_seeds_are_small_enough_for_everybody() -> None:
    assert 0 <= small(2**63 - 1) < LARGEST
    assert small(7) == 7
