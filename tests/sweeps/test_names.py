from __future__ import annotations

import pytest

from search_spaces import SpaceError
from sweeps.notebook import define
from tests.sweeps.attacks_on_values import WRONG_NAMES


@pytest.mark.parametrize("case", WRONG_NAMES)
def test_wrong_names_are_refused_from_python_too(case: str) -> None:
    name, says = WRONG_NAMES[case]
    with pytest.raises(SpaceError) as caught:
        define(task="penguins", space={"width": [1, 2]}, name=name)
    assert caught.value.path == ("name",)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()
    with pytest.raises(SpaceError) as caught:
        define(task="penguins", space={"width": [1, 2]}, constraints={name: "width < 3"})
    assert caught.value.path == ("constraints", name)
    assert str(caught.value).isprintable()


def test_names_that_people_give() -> None:
    for name in ("penguins-decay", "run 3", "v1.2", "A_b+c", "2026-11-20", "x"):
        assert define(task="penguins", space={"width": 3}, name=name).name == name
    for name in ("small enough", "width <= 256", "2*width (at most)", "a, b: c", "50% = half"):
        sweep = define(task="penguins", space={"width": 3}, constraints={name: "width < 9"})
        assert sweep.space.constraints[0].name == name
